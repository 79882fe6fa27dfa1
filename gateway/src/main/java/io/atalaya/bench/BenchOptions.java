package io.atalaya.bench;

import java.time.Duration;

/**
 * The load. Immutable.
 *
 * @param connections WebSocket sessions, all of them diners with a table token
 * @param connectRate sessions opened per second
 * @param audience sessions per table session, so how many receive each event; divides {@code connections}
 * @param rate events per second; 0 publishes as fast as {@code window} allows
 * @param window requests under way at once; also the number of publisher connections when {@code rate} is 0
 * @param size bytes of an event as published
 * @param batch events per request
 * @param warmup load before anything is measured
 * @param duration load that is measured
 * @param clientThreads event loops of the client
 */
public record BenchOptions(
        int connections,
        int connectRate,
        int audience,
        double rate,
        int window,
        int size,
        int batch,
        Duration warmup,
        Duration duration,
        int clientThreads) {

    /** Shortest event: its members and the longest sequence number and time. */
    public static final int MIN_SIZE = 150;
    /** Most requests under way; beyond it a late event could not be told from a repeated one. */
    public static final int MAX_WINDOW = 1024;

    public BenchOptions {
        require(connections >= 1, "connections", connections, "at least 1");
        require(connectRate >= 1, "connect-rate", connectRate, "at least 1");
        require(audience >= 1 && connections % audience == 0, "audience", audience, "a divisor of connections");
        require(rate >= 0, "rate", rate, "0 or more");
        require(window >= 1 && window * batch <= MAX_WINDOW, "window x batch", window * batch, "1 to " + MAX_WINDOW);
        require(size >= MIN_SIZE && size <= 65_536, "size", size, MIN_SIZE + " to 65536");
        require(batch >= 1, "batch", batch, "at least 1");
        require(!warmup.isNegative(), "warmup", warmup, "0 or more");
        require(duration.toMillis() >= 1, "duration", duration, "more than 0");
        require(clientThreads >= 1, "client-threads", clientThreads, "at least 1");
    }

    private static void require(boolean holds, String what, Object found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("%s: %s (expected: %s)".formatted(what, found, expected));
        }
    }

    /** How many audiences share the connections. */
    public int audiences() {
        return connections / audience;
    }

    boolean closedLoop() {
        return rate == 0;
    }
}
