package io.atalaya.hub;

import io.atalaya.event.TenantId;
import io.atalaya.metrics.Histogram;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.Wire;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a shard counts of the sessions with one wire. Plain fields, confined to the shard's event loop; others get {@link ShardSnapshot}s that the
 * loop takes between two drains, so that each is consistent in itself.
 */
final class ShardCounters {
    long matched;
    long replayed;
    long resent;
    long sent;
    long duplicate;
    long closed;
    private final Map<String, Long> conflated = new HashMap<>();
    private final Map<String, Long> dropped = new HashMap<>();

    long fanouts;
    long clientMessages;
    long unknownClientMessages;
    long accepted;
    long closedByClient;
    long connectionsLost;

    private final Map<Crowd, Tally> tallies = new HashMap<>();

    final Histogram latency = new Histogram();
    final Histogram fanout = new Histogram();
    final Histogram roundTrip = new Histogram();
    private final Map<CloseReason, Long> refusals = new EnumMap<>(CloseReason.class);
    private final Map<CloseReason, Long> closes = new EnumMap<>(CloseReason.class);

    ShardCounters() {
        for (CloseReason reason : CloseReason.values()) {
            refusals.put(reason, 0L);
            closes.put(reason, 0L);
        }
    }

    /** Sessions that are counted together. */
    private record Crowd(String endpoint, TenantId tenant) {}

    /**
     * What is counted of the sessions of one tenant at one endpoint; there are as many as have a session. Confined to the
     * shard's event loop.
     */
    static final class Tally {
        private final Crowd crowd;
        private int sessions;
        long sent;

        private Tally(Crowd crowd) {
            this.crowd = crowd;
        }
    }

    /** A session begins; what it is sent counts in the tally returned. */
    Tally onJoined(String endpoint, TenantId tenant) {
        Tally tally = tallies.computeIfAbsent(new Crowd(endpoint, tenant), Tally::new);
        tally.sessions++;
        return tally;
    }

    /** A session that was counted in {@code tally} has ended. */
    void onLeft(Tally tally) {
        tally.sessions--;
        if (tally.sessions == 0) {
            tallies.remove(tally.crowd);
        }
    }

    List<ShardSnapshot.Crowd> crowds() {
        return tallies.values().stream()
                .map(tally -> new ShardSnapshot.Crowd(
                        tally.crowd.endpoint(), tally.crowd.tenant(), tally.sessions, tally.sent))
                .toList();
    }

    /** Deliveries were chosen for one session. */
    void onMatched(DeliveryBook.Kind kind, int events) {
        switch (kind) {
            case LIVE -> matched += events;
            case REPLAY -> replayed += events;
            case RESEND -> resent += events;
        }
    }

    /** A later event took the place of one of this type, which waited for a slow client. */
    void onConflated(String type) {
        conflated.merge(type, 1L, Long::sum);
    }

    /** There was no room for an event of this type, which waited for a slow client. */
    void onDropped(String type) {
        dropped.merge(type, 1L, Long::sum);
    }

    /** A connection was turned away before it became a session. */
    void onRefused(CloseReason reason) {
        refusals.merge(reason, 1L, Long::sum);
    }

    /** A session was closed by the gateway. */
    void onClosed(CloseReason reason) {
        closes.merge(reason, 1L, Long::sum);
    }

    /** What can be told without looking at any session. */
    ShardSnapshot.Pulse pulse() {
        int sessions = tallies.values().stream().mapToInt(tally -> tally.sessions).sum();
        return new ShardSnapshot.Pulse(
                sessions,
                accepted,
                accepted - sessions,
                refusals.values().stream().mapToLong(Long::longValue).sum(),
                book(new ShardSnapshot.GivenUp(conflated, dropped), 0),
                latency.snapshot(),
                roundTrip.snapshot());
    }

    private DeliveryBook book(ShardSnapshot.GivenUp givenUp, long pending) {
        return new DeliveryBook(
                new DeliveryBook.Matched(matched, replayed, resent),
                sent,
                givenUp.conflated(),
                givenUp.dropped(),
                duplicate,
                closed,
                pending);
    }

    /** Everything but what sessions themselves know, which comes with it. */
    ShardSnapshot snapshot(Wire wire, Map<String, Integer> sessionsByEndpoint, long pending) {
        var givenUp = new ShardSnapshot.GivenUp(conflated, dropped);
        var share = new ShardSnapshot.Share(
                sessionsByEndpoint,
                book(givenUp, pending),
                accepted,
                closedByClient,
                connectionsLost,
                Map.copyOf(refusals),
                Map.copyOf(closes));
        return new ShardSnapshot(
                Map.of(wire, share),
                givenUp,
                fanouts,
                0,
                clientMessages,
                unknownClientMessages,
                latency.snapshot(),
                fanout.snapshot(),
                roundTrip.snapshot(),
                ShardSnapshot.Silence.NONE);
    }
}
