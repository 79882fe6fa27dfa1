package io.atalaya.hub;

import io.atalaya.event.TenantId;
import io.atalaya.metrics.Histogram;
import io.atalaya.protocol.CloseReason;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

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
 * @param latency from the event's acceptance to the socket's
 * @param fanout from routing an event to the last flush of its shard
 * @param roundTrip WebSocket ping to pong
 * @param silence for how long sessions have sent nothing
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
        Histogram.Snapshot latency,
        Histogram.Snapshot fanout,
        Histogram.Snapshot roundTrip,
        Silence silence) {

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
            Histogram.Snapshot.empty(),
            Histogram.Snapshot.empty(),
            Histogram.Snapshot.empty(),
            Silence.NONE);

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

    /**
     * The open sessions of one tenant at one endpoint. Immutable.
     *
     * @param sent what was delivered to them since the first of them came
     */
    public record Crowd(String endpoint, TenantId tenant, int sessions, long sent) {}

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
                latency.plus(other.latency),
                fanout.plus(other.fanout),
                roundTrip.plus(other.roundTrip),
                silence.plus(other.silence));
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
