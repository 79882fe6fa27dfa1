package io.atalaya.hub;

import io.atalaya.event.TenantId;
import io.atalaya.metrics.Bounds;
import io.atalaya.metrics.Distributions.Example;
import io.atalaya.metrics.Histogram;
import io.atalaya.metrics.Histograms;
import io.atalaya.metrics.LabelSet;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.Wire;
import io.atalaya.slow.Origin;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a shard counts of the sessions with one wire. Plain fields, confined to the shard's event loop; others get {@link ShardSnapshot}s that the
 * loop takes between two drains, so that each is consistent in itself.
 */
final class ShardCounters {
    /** A label of an exemplar has at most 128 characters, its name included (OpenMetrics 1.0, exemplars). */
    private static final int LONGEST_EXAMPLE_ID = 100;

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

    final Histograms latency;
    final Histogram fanout = new Histogram(Bounds.LATENCIES);
    final Histogram roundTrip = new Histogram(Bounds.LATENCIES);
    final Histogram initialState = new Histogram(Bounds.LATENCIES);
    final Histogram lifetime = new Histogram(Bounds.LIFETIMES);
    long sweptAtMillis;
    private final Map<String, Integer> roles = new HashMap<>();
    private final Map<String, CommandCounters> commands = new HashMap<>();
    private final Map<String, Long> matchedByTenant = new HashMap<>();
    private @Nullable Example slowest;
    private final Map<CloseReason, Long> refusals = new EnumMap<>(CloseReason.class);
    private final Map<CloseReason, Long> closes = new EnumMap<>(CloseReason.class);

    /** One command of the profile. */
    private static final class CommandCounters {
        long received;
        long failed;
        final Histogram answered = new Histogram(Bounds.LATENCIES);
    }

    /** @param types event types whose latencies are told apart */
    ShardCounters(LabelSet types) {
        latency = new Histograms(types);
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

    /** Deliveries of a tenant were chosen, where tenants are told apart. */
    void onMatched(String tenant, int events) {
        matchedByTenant.merge(tenant, (long) events, Long::sum);
    }

    /** Remembers a delivery that took so long that somebody may want to look at it. */
    void onSlow(Origin origin, long nanos, long atMillis) {
        if (origin.id().length() <= LONGEST_EXAMPLE_ID) {
            slowest = new Example(origin.id(), nanos, atMillis);
        }
    }

    /** A connection became a session. */
    void onAccepted(String role) {
        accepted++;
        roles.merge(role, 1, Integer::sum);
    }

    /** A session has ended. */
    void onEnded(String role) {
        roles.merge(role, -1, Integer::sum);
    }

    /** A client has sent a command of the profile. */
    void onCommand(String name) {
        command(name).received++;
    }

    /** It could not be carried out. */
    void onCommandFailed(String name) {
        command(name).failed++;
    }

    /** It was answered. */
    void onCommandAnswered(String name, long nanos) {
        command(name).answered.record(nanos, 1);
    }

    private CommandCounters command(String name) {
        return commands.computeIfAbsent(name, _ -> new CommandCounters());
    }

    ShardSnapshot.Lives lives() {
        var told = new HashMap<String, ShardSnapshot.Command>();
        commands.forEach((name, count) ->
                told.put(name, new ShardSnapshot.Command(count.received, count.failed, count.answered.snapshot())));
        return new ShardSnapshot.Lives(roles, lifetime.snapshot(), initialState.snapshot(), told, sweptAtMillis);
    }

    private List<Example> slowest() {
        return slowest == null ? List.of() : List.of(slowest);
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
        int sessions =
                tallies.values().stream().mapToInt(tally -> tally.sessions).sum();
        return new ShardSnapshot.Pulse(
                sessions,
                accepted,
                accepted - sessions,
                refusals.values().stream().mapToLong(Long::longValue).sum(),
                book(new ShardSnapshot.GivenUp(conflated, dropped), 0),
                Histograms.total(latency.snapshots()),
                roundTrip.snapshot());
    }

    ShardSnapshot.Account account(long pending) {
        var givenUp = new ShardSnapshot.GivenUp(conflated, dropped);
        return new ShardSnapshot.Account(book(givenUp, pending), givenUp);
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
                latency.snapshots(),
                fanout.snapshot(),
                roundTrip.snapshot(),
                ShardSnapshot.Silence.NONE,
                lives(),
                slowest(),
                Map.copyOf(matchedByTenant));
    }
}
