package io.atalaya.hub;

import io.atalaya.metrics.Histogram;
import io.atalaya.protocol.CloseReason;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a shard counts. Plain fields, confined to the shard's event loop; others get {@link ShardSnapshot}s that the
 * loop takes between two drains, so that each is consistent in itself.
 */
final class ShardCounters {
    long matched;
    long sent;
    long duplicate;
    long closed;

    long fanouts;
    long fanoutsWithFailures;
    long clientMessages;
    long unknownClientMessages;
    long accepted;
    long closedByClient;
    long connectionsLost;

    final Histogram latency = new Histogram();
    final Histogram fanout = new Histogram();
    final Histogram roundTrip = new Histogram();
    private final long[] refusals = new long[CloseReason.values().length];
    private final long[] closes = new long[CloseReason.values().length];

    /** A connection was turned away before it became a session. */
    void onRefused(CloseReason reason) {
        refusals[reason.ordinal()]++;
    }

    /** A session was closed by the gateway. */
    void onClosed(CloseReason reason) {
        closes[reason.ordinal()]++;
    }

    Map<CloseReason, Long> refusals() {
        return byReason(refusals);
    }

    Map<CloseReason, Long> closes() {
        return byReason(closes);
    }

    private static Map<CloseReason, Long> byReason(long[] counts) {
        var map = new EnumMap<CloseReason, Long>(CloseReason.class);
        for (CloseReason reason : CloseReason.values()) {
            map.put(reason, counts[reason.ordinal()]);
        }
        return map;
    }
}
