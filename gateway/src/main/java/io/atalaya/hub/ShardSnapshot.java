package io.atalaya.hub;

import io.atalaya.event.TenantId;
import io.atalaya.metrics.Bounds;
import io.atalaya.metrics.Distributions.Example;
import io.atalaya.metrics.Histogram;
import io.atalaya.metrics.Histograms;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.Wire;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;

/**
 * One shard, or several added up, at one moment. Immutable.
 *
 * @param shares what is counted by wire; every wire has one
 * @param givenUp deliveries that slow clients did not get, by type
 * @param fanouts events fanned out to at least one session
 * @param fanoutsWithFailures drains in which at least one delivery ended with its session
 * @param clientMessages text messages received from clients
 * @param unknownClientMessages those that the gateway does not understand
 * @param latencies from the event's acceptance to the socket's, by event type
 * @param fanout from routing an event to the last flush of its shard
 * @param roundTrip WebSocket ping to pong
 * @param silence for how long sessions have given no sign of life
 * @param lives of sessions: who they are, how long they last, what they say
 * @param slowest the latest delivery of each loop that took very long
 * @param matchedByTenant live deliveries chosen, by tenant, where tenants are told apart
 */
public record ShardSnapshot(
        Map<Wire, Share> shares,
        GivenUp givenUp,
        long fanouts,
        long fanoutsWithFailures,
        long clientMessages,
        long unknownClientMessages,
        Map<String, Histogram.Snapshot> latencies,
        Histogram.Snapshot fanout,
        Histogram.Snapshot roundTrip,
        Silence silence,
        Lives lives,
        List<Example> slowest,
        Map<String, Long> matchedByTenant) {

    private static final Histogram.Snapshot NO_TIMES = Histogram.Snapshot.empty();

    public static final ShardSnapshot EMPTY = new ShardSnapshot(
            Map.of(),
            new GivenUp(Map.of(), Map.of()),
            0,
            0,
            0,
            0,
            Map.of(),
            NO_TIMES,
            NO_TIMES,
            Silence.NONE,
            Lives.NONE,
            List.of(),
            Map.of());

    public ShardSnapshot {
        var all = new EnumMap<Wire, Share>(Wire.class);
        for (Wire wire : Wire.values()) {
            all.put(wire, shares.getOrDefault(wire, Share.NONE));
        }
        shares = Collections.unmodifiableMap(all);
        latencies = Map.copyOf(latencies);
        slowest = List.copyOf(slowest);
        matchedByTenant = Map.copyOf(matchedByTenant);
    }

    /** What a shard counts for itself. */
    static ShardSnapshot ofShard(long fanoutsWithFailures, Silence silence) {
        return new ShardSnapshot(
                Map.of(),
                EMPTY.givenUp,
                0,
                fanoutsWithFailures,
                0,
                0,
                Map.of(),
                NO_TIMES,
                NO_TIMES,
                silence,
                Lives.NONE,
                List.of(),
                Map.of());
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
     * What can be told without looking at any session. Immutable.
     *
     * @param ended sessions that are over, whoever ended them
     * @param refused connections turned away before they became sessions
     * @param book without what is pending
     */
    public record Pulse(
            int sessions,
            long accepted,
            long ended,
            long refused,
            DeliveryBook book,
            Histogram.Snapshot latency,
            Histogram.Snapshot roundTrip) {
        public static final Pulse NONE =
                new Pulse(0, 0, 0, 0, DeliveryBook.EMPTY, Histogram.Snapshot.empty(), Histogram.Snapshot.empty());

        Pulse plus(Pulse other) {
            return new Pulse(
                    sessions + other.sessions,
                    accepted + other.accepted,
                    ended + other.ended,
                    refused + other.refused,
                    book.plus(other.book),
                    latency.plus(other.latency),
                    roundTrip.plus(other.roundTrip));
        }
    }

    /** The deliveries, and what slow clients did not get of them. Immutable. */
    public record Account(DeliveryBook book, GivenUp givenUp) {
        public static final Account NONE = new Account(DeliveryBook.EMPTY, EMPTY.givenUp);

        Account plus(Account other) {
            return new Account(book.plus(other.book), givenUp.plus(other.givenUp));
        }
    }

    /**
     * The open sessions of one tenant at one endpoint. Immutable.
     *
     * @param sent what was delivered to them since the first of them came
     */
    public record Crowd(String endpoint, TenantId tenant, int sessions, long sent) {}

    /**
     * The sessions with one wire. Immutable.
     *
     * @param sessionsByEndpoint open sessions by endpoint name
     * @param book the deliveries
     * @param accepted connections that became sessions
     * @param closedByClient sessions ended by their client
     * @param connectionsLost sessions whose connection broke
     * @param refusals connections turned away before they became sessions
     * @param closes sessions closed by the gateway
     */
    public record Share(
            Map<String, Integer> sessionsByEndpoint,
            DeliveryBook book,
            long accepted,
            long closedByClient,
            long connectionsLost,
            Map<CloseReason, Long> refusals,
            Map<CloseReason, Long> closes) {
        static final Share NONE = new Share(Map.of(), DeliveryBook.EMPTY, 0, 0, 0, Map.of(), Map.of());

        Share plus(Share other) {
            return new Share(
                    sum(sessionsByEndpoint, other.sessionsByEndpoint, Integer::sum),
                    book.plus(other.book),
                    accepted + other.accepted,
                    closedByClient + other.closedByClient,
                    connectionsLost + other.connectionsLost,
                    sum(refusals, other.refusals, Long::sum),
                    sum(closes, other.closes, Long::sum));
        }
    }

    /** What is counted of the sessions with one wire. */
    public Share share(Wire wire) {
        return shares.getOrDefault(wire, Share.NONE);
    }

    private Share all() {
        return shares.values().stream().reduce(Share.NONE, Share::plus);
    }

    /** Open sessions by endpoint name. */
    public Map<String, Integer> sessionsByEndpoint() {
        return new TreeMap<>(all().sessionsByEndpoint());
    }

    /** The deliveries. */
    public DeliveryBook book() {
        return all().book();
    }

    /** Connections that became sessions. */
    public long accepted() {
        return all().accepted();
    }

    /** Sessions ended by their client. */
    public long closedByClient() {
        return all().closedByClient();
    }

    /** Sessions whose connection broke. */
    public long connectionsLost() {
        return all().connectionsLost();
    }

    /** Connections turned away before they became sessions. */
    public Map<CloseReason, Long> refusals() {
        return all().refusals();
    }

    /** Sessions closed by the gateway. */
    public Map<CloseReason, Long> closes() {
        return all().closes();
    }

    /**
     * Since the last sign of life of sessions: a message or, of clients that cannot send any, that the socket took all. Immutable.
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
        return all().sessionsByEndpoint().values().stream()
                .mapToInt(Integer::intValue)
                .sum();
    }

    /** Both together. */
    public ShardSnapshot plus(ShardSnapshot other) {
        return new ShardSnapshot(
                sum(shares, other.shares, Share::plus),
                givenUp.plus(other.givenUp),
                fanouts + other.fanouts,
                fanoutsWithFailures + other.fanoutsWithFailures,
                clientMessages + other.clientMessages,
                unknownClientMessages + other.unknownClientMessages,
                Histograms.sum(latencies, other.latencies),
                fanout.plus(other.fanout),
                roundTrip.plus(other.roundTrip),
                silence.plus(other.silence),
                lives.plus(other.lives),
                Stream.concat(slowest.stream(), other.slowest.stream()).toList(),
                sum(matchedByTenant, other.matchedByTenant, Long::sum));
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
            return new GivenUp(
                    sum(conflatedByType, other.conflatedByType, Long::sum),
                    sum(droppedByType, other.droppedByType, Long::sum));
        }
    }

    private static <K, V> Map<K, V> sum(Map<K, V> left, Map<K, V> right, BinaryOperator<V> plus) {
        var sums = new HashMap<>(left);
        right.forEach((key, value) -> sums.merge(key, value, plus));
        return sums;
    }
}
