package io.atalaya.hub;

import io.atalaya.protocol.Wire;
import java.time.Duration;

/**
 * Limits of sessions and delivery. Immutable.
 *
 * @param eventLoops event loops, and so shards (1 … 64)
 * @param maxConnections open sessions of this process
 * @param maxPerUser open sessions of one staff user
 * @param maxPerTable open sessions of one table session
 * @param messagesPerWindow messages a session may send within {@code messageWindow} before it is closed
 * @param maxMessageBytes longest client message, in bytes of UTF-8, over all its fragments
 * @param heartbeatTimeout a session that sends no message for so long is closed
 * @param pingInterval how often the gateway pings each session; zero never, but event streams
 * @param revalidationInterval how often a session's credential is checked again
 * @param maxOutboundBytes bytes waiting for one session's socket before it is closed as too slow
 * @param drain over how long a graceful stop spreads its closes
 * @param deliveryWindow events routed but not yet drained by every shard
 * @param broadcastsPerSecond events fanned out per second over the whole process; 0 is unlimited
 * @param countedTenants tenants that are counted by name; 0 counts none of them
 */
public record HubConfig(
        int eventLoops,
        int maxConnections,
        int maxPerUser,
        int maxPerTable,
        int messagesPerWindow,
        Duration messageWindow,
        int maxMessageBytes,
        Duration heartbeatTimeout,
        Duration pingInterval,
        Duration revalidationInterval,
        int maxOutboundBytes,
        Duration drain,
        int deliveryWindow,
        int broadcastsPerSecond,
        int countedTenants) {

    /** What is between a client and us may give up a silent event stream, and so may a client: one is never silent for long. */
    private static final Duration LONGEST_STREAM_SILENCE = Duration.ofSeconds(15);

    /** How often a session with such a wire is pinged; zero never. */
    Duration pingInterval(Wire wire) {
        boolean often = !pingInterval.isZero() && pingInterval.compareTo(LONGEST_STREAM_SILENCE) < 0;
        return wire.isTwoWay() || often ? pingInterval : LONGEST_STREAM_SILENCE;
    }

    /** The settings that a gateway has when nothing is configured. */
    public static HubConfig defaults() {
        return new HubConfig(
                Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 64),
                1000,
                3,
                20,
                20,
                Duration.ofSeconds(1),
                64 * 1024,
                Duration.ofSeconds(60),
                Duration.ofSeconds(30),
                Duration.ofSeconds(300),
                1024 * 1024,
                Duration.ofSeconds(10),
                50_000,
                0,
                0);
    }
}
