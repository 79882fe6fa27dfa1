package io.atalaya.hub;

import io.atalaya.metrics.Bounds;
import io.atalaya.metrics.Distributions.Example;
import io.atalaya.metrics.Histogram;
import io.atalaya.metrics.Histograms;
import io.atalaya.metrics.LabelSet;
import io.atalaya.protocol.CloseReason;
import io.atalaya.slow.Origin;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a shard counts. Plain fields, confined to the shard's event loop; others get {@link ShardSnapshot}s that the
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
    long fanoutsWithFailures;
    long clientMessages;
    long unknownClientMessages;
    long accepted;
    long closedByClient;
    long connectionsLost;

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

    /**
     * The socket has taken deliveries.
     *
     * @param origin of the oldest of them; null when their latency is not measured
     */
    void onSent(@Nullable Origin origin, int events, long nowNanos) {
        sent += events;
        if (origin != null) {
            latency.record(origin.type(), nowNanos - origin.acceptedNanos(), events);
        }
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

    List<Example> slowest() {
        return slowest == null ? List.of() : List.of(slowest);
    }

    Map<String, Long> matchedByTenant() {
        return Map.copyOf(matchedByTenant);
    }

    /** A later event took the place of one of this type, which waited for a slow client. */
    void onConflated(String type) {
        conflated.merge(type, 1L, Long::sum);
    }

    /** There was no room for an event of this type, which waited for a slow client. */
    void onDropped(String type) {
        dropped.merge(type, 1L, Long::sum);
    }

    ShardSnapshot.GivenUp givenUp() {
        return new ShardSnapshot.GivenUp(conflated, dropped);
    }

    DeliveryBook.Matched matched() {
        return new DeliveryBook.Matched(matched, replayed, resent);
    }

    /** A connection was turned away before it became a session. */
    void onRefused(CloseReason reason) {
        refusals.merge(reason, 1L, Long::sum);
    }

    /** A session was closed by the gateway. */
    void onClosed(CloseReason reason) {
        closes.merge(reason, 1L, Long::sum);
    }

    Map<CloseReason, Long> refusals() {
        return Map.copyOf(refusals);
    }

    Map<CloseReason, Long> closes() {
        return Map.copyOf(closes);
    }
}
