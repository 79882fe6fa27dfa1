package io.atalaya.management;

import io.atalaya.ack.AckReport;
import io.atalaya.archive.ArchiveWriter;
import io.atalaya.archive.Statistics;
import io.atalaya.breaker.Breaker;
import io.atalaya.hub.HubConfig;
import io.atalaya.hub.Router;
import io.atalaya.hub.ShardSnapshot;
import io.atalaya.ingest.IntakeBook;
import io.atalaya.ingest.IntakeBook.Drop;
import io.atalaya.log.EventLog;
import io.atalaya.metrics.CappedLabels;
import io.atalaya.metrics.Histogram;
import io.atalaya.metrics.ProcessSample;
import io.atalaya.metrics.RequestTimes;
import io.atalaya.profile.Profile;
import io.atalaya.recovery.RecoveryTotals;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Everything that metrics, health and books speak of, gathered once. Immutable. Each book balances in itself; between
 * two parts lie the microseconds that the gathering took.
 *
 * @param hub all shards added up
 * @param limits what sessions and deliveries are bounded by
 * @param logOpen whether the log is there for appends; what became of them, the intake's book knows
 * @param answers HTTP answers by port name and status
 * @param times how long requests, queries and commands take
 * @param ingest what waits and what is stored
 * @param known what names can be expected
 * @param archive empty where nothing is archived
 * @param logLines lines of the log that were not written
 */
public record Sample(
        Instant instant,
        Identity identity,
        Phase phase,
        ShardSnapshot hub,
        HubConfig limits,
        Population population,
        IntakeBook intake,
        EventLog.Totals log,
        boolean logOpen,
        Router.Totals router,
        RecoveryTotals recovery,
        AckReport acknowledgements,
        Map<String, Map<Integer, Long>> answers,
        DependencyStatus redis,
        Optional<ArchiveWriter.Status> archive,
        ProcessSample process,
        LogLines logLines,
        Times times,
        Ingest ingest,
        Known known) {

    public Sample {
        answers = Map.copyOf(answers);
    }

    /**
     * Lines of the log that were not written so far. Immutable.
     *
     * @param dropped for want of room
     * @param leftOut because there were many like them
     */
    public record LogLines(long dropped, long leftOut) {}

    /** Which program this is; told by the composition root. Immutable. */
    public record Identity(String service, String version, String environment, String profile) {}

    /**
     * How long things take that are not deliveries. Immutable.
     *
     * @param requests of HTTP, by port name
     * @param database calls to the archive, look-ups of assignments and appends to an embedded log, by name
     * @param redis commands, by name; empty without Redis
     */
    public record Times(
            Map<String, List<RequestTimes.Timed>> requests,
            Map<String, Histogram.Snapshot> database,
            Map<String, Histogram.Snapshot> redis) {
        public Times {
            requests = Map.copyOf(requests);
            database = Map.copyOf(database);
            redis = Map.copyOf(redis);
        }
    }

    /**
     * What waits between producers and the archive, and what that holds. Immutable.
     *
     * @param size events that wait
     * @param capacity events that may
     * @param condition how worried one should be: 1 not at all, 2 somewhat, 3 very much
     * @param uncommittedMax events that may wait for their commit
     * @param enqueued events taken in since the start
     * @param dropped good events turned away or lost since the start
     * @param dropRatePercent share of the dropped, over the last minute
     * @param perSecond events taken in, over the last minute
     * @param stored what the archive holds, as it was known last; empty before it was first
     */
    public record Ingest(
            long size,
            long capacity,
            double utilizationPercent,
            int condition,
            long uncommittedMax,
            long enqueued,
            long dropped,
            double dropRatePercent,
            double perSecond,
            Optional<Statistics> stored) {}

    /**
     * Names that can be expected, so that their series are there from the start. Immutable.
     *
     * @param roles that let sessions in
     * @param commands that clients may send
     * @param tenants whether tenants are told apart
     * @param tenantOverflow how often one was not, for there are too many
     */
    public record Known(Set<String> roles, Set<String> commands, boolean tenants, long tenantOverflow) {
        public Known {
            roles = Set.copyOf(roles);
            commands = Set.copyOf(commands);
        }

        /** Those of a profile. */
        static Known of(Profile profile, CappedLabels tenants) {
            var roles = new TreeSet<String>();
            profile.endpoints()
                    .values()
                    .forEach(endpoint -> roles.addAll(
                            endpoint.roles().isEmpty() ? Set.of(ShardSnapshot.Lives.NO_ROLE) : endpoint.roles()));
            return new Known(roles, profile.commands().keySet(), tenants.isOn(), tenants.overflow());
        }
    }

    /** Where the process is in its life. */
    public enum Phase {
        STARTING,
        SERVING,
        DRAINING
    }

    /**
     * Who is connected. Immutable.
     *
     * @param sessionsByEndpoint every endpoint of the profile is present
     * @param subjects distinct users and tables
     * @param branches distinct branches that somebody is subscribed to
     * @param sectors distinct sectors that somebody is subscribed to
     * @param tables distinct table sessions that somebody is subscribed to
     */
    public record Population(
            Map<String, Integer> sessionsByEndpoint, int subjects, int branches, int sectors, int tables) {
        public Population {
            sessionsByEndpoint = Collections.unmodifiableSortedMap(new TreeMap<>(sessionsByEndpoint));
        }
    }

    /** How the gateway is. */
    public enum Health {
        HEALTHY,
        /** It serves, but events from Redis do not arrive, or the log cannot be archived. */
        DEGRADED,
        STARTING,
        DRAINING,
        /** Nothing durable can be accepted. */
        LOG_CLOSED;

        /** Whether clients and producers should be sent here. */
        public boolean ready() {
            return switch (this) {
                case HEALTHY, DEGRADED -> true;
                case STARTING, DRAINING, LOG_CLOSED -> false;
            };
        }

        /** The word in answers. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The worst that can be said. */
    public Health health() {
        return switch (phase) {
            case STARTING -> Health.STARTING;
            case DRAINING -> Health.DRAINING;
            case SERVING ->
                !logOpen ? Health.LOG_CLOSED : logRefuses() || archiveAway() ? Health.DEGRADED : redisHealth();
        };
    }

    /** Whether the log stores nothing at present, though it is open: producers have to know, open sessions do not. */
    public boolean logRefuses() {
        return intake.logRefuses().isPresent();
    }

    /** How the log is, in a word of health answers. */
    public String logWord() {
        if (!logOpen) {
            return "closed";
        }
        return intake.logRefuses()
                .map(why -> why == IntakeBook.Refusal.LOG_FULL ? "full" : "failing")
                .orElse("open");
    }

    /** Whether the archive has failed so often that it is left alone. */
    public boolean archiveAway() {
        return archive.filter(status -> status.breaker().state() != Breaker.State.CLOSED)
                .isPresent();
    }

    private Health redisHealth() {
        return switch (redis) {
            case DependencyStatus.Disabled _ -> Health.HEALTHY;
            case DependencyStatus.Observed observed -> observed.subscribed() ? Health.HEALTHY : Health.DEGRADED;
        };
    }

    /** Open sessions. */
    public int sessions() {
        return hub.sessions();
    }

    /** Share of the sessions that this process may have (0 … 100). */
    public double utilizationPercent() {
        return limits.maxConnections() == 0 ? 0 : 100.0 * sessions() / limits.maxConnections();
    }

    /**
     * Events lost for a reason of the gateway's, after they came in. What the queue before the intake lost counts once,
     * whether or not the intake's book was told of it.
     */
    public long eventsDropped() {
        long told = intake.dropped().getOrDefault(Drop.SOURCE_OVERFLOW, 0L);
        return sum(intake.dropped())
                - told
                + Math.max(told, queueDropped())
                + router.ephemeralDropped()
                + router.failed();
    }

    private long queueDropped() {
        return switch (redis) {
            case DependencyStatus.Disabled _ -> 0;
            case DependencyStatus.Observed observed -> sum(observed.queue().dropped());
        };
    }

    private static long sum(Map<?, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
