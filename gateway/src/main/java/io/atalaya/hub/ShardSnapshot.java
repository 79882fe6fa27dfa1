package io.atalaya.hub;

import io.atalaya.metrics.Bounds;
import io.atalaya.metrics.Distributions.Example;
import io.atalaya.metrics.Histogram;
import io.atalaya.metrics.Histograms;
import io.atalaya.protocol.CloseReason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * One shard, or several added up, at one moment. Immutable.
 *
 * @param sessionsByEndpoint open sessions by endpoint name
 * @param book the deliveries
 * @param givenUp deliveries that slow clients did not get, by type
 * @param fanouts events fanned out to at least one session
 * @param fanoutsWithFailures drains in which at least one delivery ended with its session
 * @param clientMessages text messages received from clients
 * @param unknownClientMessages those that the gateway does not understand
 * @param accepted connections that became sessions
 * @param closedByClient sessions ended by a close frame of the client
 * @param connectionsLost sessions whose connection ended without a close frame
 * @param refusals connections turned away before they became sessions
 * @param closes sessions closed by the gateway
 * @param latencies from the event's acceptance to the socket's, by event type
 * @param fanout from routing an event to the last flush of its shard
 * @param roundTrip WebSocket ping to pong
 * @param silence for how long sessions have sent nothing
 * @param lives of sessions: who they are, how long they last, what they say
 * @param slowest the latest delivery of each loop that took very long
 * @param matchedByTenant live deliveries chosen, by tenant, where tenants are told apart
 */
public record ShardSnapshot(
        Map<String, Integer> sessionsByEndpoint,
        DeliveryBook book,
        GivenUp givenUp,
        long fanouts,
        long fanoutsWithFailures,
        long clientMessages,
        long unknownClientMessages,
        long accepted,
        long closedByClient,
        long connectionsLost,
        Map<CloseReason, Long> refusals,
        Map<CloseReason, Long> closes,
        Map<String, Histogram.Snapshot> latencies,
        Histogram.Snapshot fanout,
        Histogram.Snapshot roundTrip,
        Silence silence,
        Lives lives,
        List<Example> slowest,
        Map<String, Long> matchedByTenant) {

    public static final ShardSnapshot EMPTY = new ShardSnapshot(
            Map.of(),
            DeliveryBook.EMPTY,
            new GivenUp(Map.of(), Map.of()),
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            Map.of(),
            Map.of(),
            Map.of(),
            Histogram.Snapshot.empty(),
            Histogram.Snapshot.empty(),
            Silence.NONE,
            Lives.NONE,
            List.of(),
            Map.of());

    public ShardSnapshot {
        latencies = Map.copyOf(latencies);
        slowest = List.copyOf(slowest);
        matchedByTenant = Map.copyOf(matchedByTenant);
    }

    /** From the event's acceptance to the socket's, over all types. */
    public Histogram.Snapshot latency() {
        return Histograms.total(latencies);
    }

    /**
     * Sessions as people see them. Immutable.
     *
     * @param roles open sessions by the role that let them in; see {@link #NO_ROLE}
     * @param lifetime of the sessions that have ended
     * @param initialState from a client's connection until it has got what it asked for first
     * @param commands by name, of those that were ever sent
     * @param sweptAtMillis when the loop that is farthest behind has last looked after its sessions, in milliseconds since
     *     1970 UTC; 0 when one never has
     */
    public record Lives(
            Map<String, Integer> roles,
            Histogram.Snapshot lifetime,
            Histogram.Snapshot initialState,
            Map<String, Command> commands,
            long sweptAtMillis) {
        /** Stands for the role where an endpoint asks for none. */
        public static final String NO_ROLE = "none";

        public static final Lives NONE = new Lives(
                Map.of(),
                Histogram.Snapshot.empty(Bounds.LIFETIMES),
                Histogram.Snapshot.empty(),
                Map.of(),
                Long.MAX_VALUE);

        public Lives {
            roles = Map.copyOf(roles);
            commands = Map.copyOf(commands);
        }

        Lives plus(Lives other) {
            var allRoles = new HashMap<>(roles);
            other.roles.forEach((role, count) -> allRoles.merge(role, count, Integer::sum));
            var allCommands = new HashMap<>(commands);
            other.commands.forEach((name, command) -> allCommands.merge(name, command, Command::plus));
            return new Lives(
                    allRoles,
                    lifetime.plus(other.lifetime),
                    initialState.plus(other.initialState),
                    allCommands,
                    Math.min(sweptAtMillis, other.sweptAtMillis));
        }
    }

    /**
     * A command of the profile. Immutable.
     *
     * @param received how often clients sent it
     * @param failed how often it could not be carried out
     * @param answered from its arrival to its answer
     */
    public record Command(long received, long failed, Histogram.Snapshot answered) {
        /** Never sent. */
        public static final Command NONE = new Command(0, 0, Histogram.Snapshot.empty());

        Command plus(Command other) {
            return new Command(received + other.received, failed + other.failed, answered.plus(other.answered));
        }
    }

    /**
     * Since the last message of sessions. Immutable.
     *
     * @param oldestSeconds of the session that has been silent longest; 0 without sessions
     * @param newestSeconds of the one that spoke last; infinite without sessions
     * @param sumSeconds of all together
     */
    public record Silence(double oldestSeconds, double newestSeconds, double sumSeconds) {
        public static final Silence NONE = new Silence(0, Double.POSITIVE_INFINITY, 0);

        Silence plus(Silence other) {
            return new Silence(
                    Math.max(oldestSeconds, other.oldestSeconds),
                    Math.min(newestSeconds, other.newestSeconds),
                    sumSeconds + other.sumSeconds);
        }
    }

    /** Seconds since the last message of the session that spoke last; 0 without sessions. */
    public double newestHeartbeatSeconds() {
        return sessions() == 0 ? 0 : silence.newestSeconds();
    }

    /** Seconds since the last message of the session that has been silent longest; 0 without sessions. */
    public double oldestHeartbeatSeconds() {
        return silence.oldestSeconds();
    }

    /** Seconds since the last message, on average over the sessions; 0 without sessions. */
    public double averageHeartbeatSeconds() {
        return sessions() == 0 ? 0 : silence.sumSeconds() / sessions();
    }

    /** Open sessions over all endpoints. */
    public int sessions() {
        return sessionsByEndpoint.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Both together. */
    public ShardSnapshot plus(ShardSnapshot other) {
        var byEndpoint = new TreeMap<>(sessionsByEndpoint);
        other.sessionsByEndpoint.forEach((endpoint, count) -> byEndpoint.merge(endpoint, count, Integer::sum));
        return new ShardSnapshot(
                byEndpoint,
                book.plus(other.book),
                givenUp.plus(other.givenUp),
                fanouts + other.fanouts,
                fanoutsWithFailures + other.fanoutsWithFailures,
                clientMessages + other.clientMessages,
                unknownClientMessages + other.unknownClientMessages,
                accepted + other.accepted,
                closedByClient + other.closedByClient,
                connectionsLost + other.connectionsLost,
                sum(refusals, other.refusals),
                sum(closes, other.closes),
                Histograms.sum(latencies, other.latencies),
                fanout.plus(other.fanout),
                roundTrip.plus(other.roundTrip),
                silence.plus(other.silence),
                lives.plus(other.lives),
                Stream.concat(slowest.stream(), other.slowest.stream()).toList(),
                sum(matchedByTenant, other.matchedByTenant));
    }

    /**
     * Deliveries that waited for a slow client and were given up. Immutable.
     *
     * @param conflatedByType replaced by a later one, by event type of the catalogue
     * @param droppedByType for want of room
     */
    public record GivenUp(Map<String, Long> conflatedByType, Map<String, Long> droppedByType) {
        public GivenUp {
            conflatedByType = Map.copyOf(conflatedByType);
            droppedByType = Map.copyOf(droppedByType);
        }

        long conflated() {
            return conflatedByType.values().stream().mapToLong(Long::longValue).sum();
        }

        long dropped() {
            return droppedByType.values().stream().mapToLong(Long::longValue).sum();
        }

        GivenUp plus(GivenUp other) {
            return new GivenUp(sum(conflatedByType, other.conflatedByType), sum(droppedByType, other.droppedByType));
        }
    }

    private static <K> Map<K, Long> sum(Map<K, Long> left, Map<K, Long> right) {
        var sums = new HashMap<>(left);
        right.forEach((reason, count) -> sums.merge(reason, count, Long::sum));
        return sums;
    }
}
