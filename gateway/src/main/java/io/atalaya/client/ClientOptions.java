package io.atalaya.client;

import java.time.Duration;

/**
 * How the connections of one client behave. Immutable.
 *
 * @param connectTimeout from the first SYN to the end of the WebSocket handshake
 * @param maxMessageBytes longest message accepted from the gateway; a longer one ends the connection with 1009
 * @param pingInterval how often {@code {"type":"ping"}} is sent; zero sends none
 * @param pongTimeout how long to wait for the pong before the connection counts as dead
 * @param reconnect when to come back
 */
public record ClientOptions(
        Duration connectTimeout,
        int maxMessageBytes,
        Duration pingInterval,
        Duration pongTimeout,
        ReconnectPolicy reconnect) {

    public ClientOptions {
        if (connectTimeout.isNegative() || connectTimeout.isZero()) {
            throw new IllegalArgumentException("connect timeout: %s (expected: more than 0)".formatted(connectTimeout));
        }
        if (maxMessageBytes < 1) {
            throw new IllegalArgumentException("max message bytes: %d (expected: >= 1)".formatted(maxMessageBytes));
        }
    }

    /** The timing of the official clients: ping every 30 s, pong within 10 s; no reconnecting. */
    public static ClientOptions standard() {
        return new ClientOptions(
                Duration.ofSeconds(10),
                1 << 20,
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                ReconnectPolicy.never());
    }

    public ClientOptions withReconnect(ReconnectPolicy policy) {
        return new ClientOptions(connectTimeout, maxMessageBytes, pingInterval, pongTimeout, policy);
    }

    public ClientOptions withHeartbeat(Duration interval, Duration timeout) {
        return new ClientOptions(connectTimeout, maxMessageBytes, interval, timeout, reconnect);
    }
}
