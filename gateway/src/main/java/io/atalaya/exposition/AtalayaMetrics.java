package io.atalaya.exposition;

import io.atalaya.archive.ArchiveWriter;
import io.atalaya.breaker.Breaker;
import io.atalaya.hub.DeliveryBook;
import io.atalaya.hub.ShardSnapshot;
import io.atalaya.hub.ShardSnapshot.Share;
import io.atalaya.ingest.IntakeBook;
import io.atalaya.management.DependencyStatus;
import io.atalaya.management.Sample;
import io.atalaya.management.Sample.Health;
import io.atalaya.metrics.Buckets;
import io.atalaya.metrics.Distributions;
import io.atalaya.metrics.Families;
import io.atalaya.metrics.LabelSet;
import io.atalaya.metrics.Series;
import io.atalaya.protocol.CloseReason;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The canonical vocabulary, {@code atalaya_*}, with the process under its usual names. A pure function of a sample.
 *
 * <p>Every series that can be known in advance is there from the start, at zero, so that the first error is a change
 * and not an appearance. Labels take their values from enums, the profile and the ports; nothing that a client sends
 * becomes a label.
 */
final class AtalayaMetrics {
    private static final String NO_REASON = "none";
    private static final String TRANSPORT = "transport";

    /** What either port may well answer one day. */
    private static final List<Integer> USUAL_STATUSES = List.of(200, 202, 400, 401, 403, 404, 413, 415, 429, 500, 503);

    private AtalayaMetrics() {}

    static MetricSnapshots of(Sample sample) {
        var families = new Families();
        addIdentity(sample, families);
        addSessions(sample, families);
        addIntake(sample, families);
        addDeliveries(sample, families);
        addRouting(sample, families);
        sample.recovery().addTo(families);
        sample.acknowledgements().addTo(families);
        addDependencies(sample, families);
        TimeMetrics.addTo(sample, families);
        addLabels(sample, families);
        families.add(sample.process().families());
        return families.build();
    }

    private static void addIdentity(Sample sample, Families families) {
        var identity = sample.identity();
        families.gauge(
                "atalaya_build_info",
                "Which program this is; always 1.",
                Series.labelled("version", "environment", "profile")
                        .add(1, identity.version(), identity.environment(), identity.profile()));
        families.gauge(
                "atalaya_uptime_seconds",
                "Since the start of the process.",
                sample.process().uptimeSeconds());
        var health = new TreeMap<String, Integer>();
        for (Health state : Health.values()) {
            health.put(state.word(), state == sample.health() ? 1 : 0);
        }
        families.gauge("atalaya_health", "1 for the state that the gateway is in.", Series.by("state", health));
        families.counter(
                "atalaya_log_lines_dropped_total",
                "Log lines lost because standard error could not be written fast enough.",
                sample.logLines().dropped());
        families.counter(
                "atalaya_log_lines_left_out_total",
                "Warnings and errors left out of the log because there were many like them.",
                sample.logLines().leftOut());
        families.counter("atalaya_http_answers_total", "HTTP answers sent, by port and status.", answers(sample));
    }

    private static Series answers(Sample sample) {
        var series = Series.labelled("port", "status");
        new TreeMap<>(sample.answers()).forEach((port, counts) -> {
            var all = new TreeMap<>(counts);
            USUAL_STATUSES.forEach(status -> all.putIfAbsent(status, 0L));
            all.forEach((status, count) -> series.add(count, port, Integer.toString(status)));
        });
        return series;
    }

    private static void addSessions(Sample sample, Families families) {
        var hub = sample.hub();
        var population = sample.population();
        families.counter(
                        "atalaya_sessions_accepted_total",
                        "Connections that became sessions.",
                        byTransport(hub, Share::accepted))
                .gauge("atalaya_sessions_active", "Open sessions.", sessions(hub, population.sessionsByEndpoint()))
                .gauge(
                        "atalaya_sessions_max",
                        "Sessions that this process may have.",
                        sample.limits().maxConnections())
                .gauge("atalaya_subjects_active", "Distinct users and tables with a session.", population.subjects())
                .counter(
                        "atalaya_connections_refused_total",
                        "Connections turned away before they became sessions.",
                        byReason(hub, Share::refusals))
                .counter(
                        "atalaya_sessions_closed_total",
                        "Sessions closed by the gateway.",
                        byReason(hub, Share::closes))
                .counter(
                        "atalaya_sessions_closed_by_client_total",
                        "Sessions closed by the client.",
                        byTransport(hub, Share::closedByClient))
                .counter(
                        "atalaya_sessions_lost_total",
                        "Sessions whose connection broke.",
                        byTransport(hub, Share::connectionsLost))
                .counter("atalaya_client_messages_total", "Text messages received from clients.", hub.clientMessages())
                .counter(
                        "atalaya_client_messages_unknown_total",
                        "Those of them that the gateway did not understand.",
                        hub.unknownClientMessages())
                .gauge(
                        "atalaya_oldest_silence_seconds",
                        "For how long the most silent session has given no sign of life.",
                        hub.oldestHeartbeatSeconds())
                .histogram("atalaya_ping_round_trip_seconds", "WebSocket ping to pong.", hub.roundTrip());
        addLives(sample, families);
    }

    private static void addLives(Sample sample, Families families) {
        var lives = sample.hub().lives();
        families.gauge(
                        "atalaya_sessions_by_role",
                        "Open sessions by the role that let them in.",
                        Series.by("role", GgrtMetrics.rolesOf(sample)))
                .histogram(
                        "atalaya_session_duration_seconds",
                        "How long the sessions lasted that have ended.",
                        Buckets.LIFETIME_SECONDS,
                        Distributions.of(lives.lifetime()))
                .histogram(
                        "atalaya_initial_state_latency_seconds",
                        "From the connection until the client has got what it asked for first.",
                        lives.initialState())
                .gauge(
                        "atalaya_heartbeat_last_timestamp_seconds",
                        "When all sessions were last looked after, as a Unix time.",
                        sweptAt(sample));
    }

    /** As a Unix time; 0 while some loop has still to do it. */
    static double sweptAt(Sample sample) {
        long millis = sample.hub().lives().sweptAtMillis();
        return millis == Long.MAX_VALUE ? 0 : millis / 1e3;
    }

    /** What would have been a label of its own, were there not too many. */
    private static void addLabels(Sample sample, Families families) {
        families.counter(
                "atalaya_metrics_label_overflow_total",
                "Observations that are counted under _other, for want of a known label.",
                Series.labelled("label")
                        .add(sample.intake().acceptedByType().getOrDefault(LabelSet.OTHER, 0L), "type")
                        .add(sample.known().tenantOverflow(), "tenant"));
        if (sample.known().tenants()) {
            families.counter(
                            "atalaya_tenant_events_total",
                            "Events routed, by tenant.",
                            Series.by("tenant", withOther(sample.router().routedByTenant())))
                    .counter(
                            "atalaya_tenant_deliveries_total",
                            "Live deliveries chosen, by tenant.",
                            Series.by("tenant", withOther(sample.hub().matchedByTenant())));
        }
    }

    private static Map<String, Long> withOther(Map<String, Long> counts) {
        var all = new TreeMap<>(counts);
        all.putIfAbsent(LabelSet.OTHER, 0L);
        return all;
    }

    private static Series byTransport(ShardSnapshot hub, Function<Share, Number> value) {
        var series = Series.labelled(TRANSPORT);
        hub.shares().forEach((wire, share) -> series.add(value.apply(share), wire.label()));
        return series;
    }

    private static Series sessions(ShardSnapshot hub, Map<String, Integer> byEndpoint) {
        var series = Series.labelled("endpoint", TRANSPORT);
        for (String endpoint : new TreeSet<>(byEndpoint.keySet())) {
            hub.shares()
                    .forEach((wire, share) ->
                            series.add(share.sessionsByEndpoint().getOrDefault(endpoint, 0), endpoint, wire.label()));
        }
        return series;
    }

    private static Series byReason(ShardSnapshot hub, Function<Share, Map<CloseReason, Long>> counts) {
        var series = Series.labelled("reason", "code", TRANSPORT);
        hub.shares().forEach((wire, share) -> {
            for (CloseReason reason : CloseReason.values()) {
                long count = counts.apply(share).getOrDefault(reason, 0L);
                series.add(count, reason.label(), Integer.toString(reason.code()), wire.label());
            }
        });
        return series;
    }

    private static void addIntake(Sample sample, Families families) {
        IntakeBook book = sample.intake();
        var received = new TreeMap<String, Long>();
        for (IntakeBook.Source source : IntakeBook.Source.values()) {
            received.put(label(source), book.receivedBySource().getOrDefault(source, 0L));
        }
        var states = Series.labelled("state", "reason")
                .add(book.logged(), "logged", NO_REASON)
                .add(book.ephemeral(), "ephemeral", NO_REASON)
                .add(book.duplicate(), "duplicate", NO_REASON);
        addReasons(states, "refused", IntakeBook.Refusal.values(), book.refused());
        addReasons(states, "quarantined", IntakeBook.Refusal.values(), book.quarantined());
        addReasons(states, "dropped", IntakeBook.Drop.values(), book.dropped());
        families.counter("atalaya_intake_received_events_total", "Events that came in.", Series.by("source", received))
                .counter("atalaya_intake_events_total", "Events by what became of them.", states)
                .gauge("atalaya_intake_in_flight_events", "Events received and not yet decided.", book.inFlight())
                .gauge(
                        "atalaya_intake_capacity_events",
                        "Events that may wait for their commit; more are refused.",
                        sample.ingest().uncommittedMax())
                .counter(
                        "atalaya_events_accepted_total",
                        "Events accepted, by type of the catalogue.",
                        Series.by("type", book.acceptedByType()))
                .gauge(
                        "atalaya_books_balanced",
                        "1 while every event, or delivery, is accounted for exactly once.",
                        balanced(sample));
    }

    private static Series balanced(Sample sample) {
        var series = Series.labelled("book")
                .add(sample.intake().balanced() ? 1 : 0, "intake")
                .add(sample.hub().book().balanced() ? 1 : 0, "deliveries")
                .add(sample.acknowledgements().book().balanced() ? 1 : 0, "acknowledgements");
        sample.archive()
                .flatMap(ArchiveWriter.Status::book)
                .ifPresent(book -> series.add(book.balanced() ? 1 : 0, "archive"));
        return series;
    }

    private static <E extends Enum<E>> void addReasons(Series series, String state, E[] reasons, Map<E, Long> counts) {
        for (E reason : reasons) {
            series.add(counts.getOrDefault(reason, 0L), state, label(reason));
        }
    }

    private static void addDeliveries(Sample sample, Families families) {
        families.counter(
                        "atalaya_deliveries_matched_total",
                        "Pairs of event and session that routing, replays and resends produced.",
                        matched(sample.hub()))
                .counter("atalaya_deliveries_total", "Those pairs by what became of them.", outcomes(sample.hub()))
                .counter(
                        "atalaya_deliveries_given_up_total",
                        "Deliveries that waited for a slow client and were not sent, by event type.",
                        givenUp(sample.hub().givenUp()))
                .gauge(
                        "atalaya_deliveries_pending",
                        "Pairs not yet accepted by the socket.",
                        byTransport(sample.hub(), share -> share.book().pending()))
                .histogram(
                        "atalaya_delivery_latency_seconds",
                        "From the event's acceptance until the socket has taken it.",
                        Buckets.LATENCY_SECONDS,
                        Distributions.of(sample.hub().latency(), sample.hub().slowest()))
                .histogram(
                        "atalaya_fanout_duration_seconds",
                        "From routing an event to the last flush of a shard.",
                        sample.hub().fanout())
                .counter(
                        "atalaya_fanouts_total",
                        "Events fanned out to at least one session.",
                        sample.hub().fanouts())
                .counter(
                        "atalaya_fanouts_failed_total",
                        "Rounds of fan-outs in which a session ended.",
                        sample.hub().fanoutsWithFailures());
    }

    private static Series givenUp(ShardSnapshot.GivenUp givenUp) {
        var series = Series.labelled("state", "type");
        new TreeMap<>(givenUp.conflatedByType()).forEach((type, count) -> series.add(count, "conflated", type));
        new TreeMap<>(givenUp.droppedByType()).forEach((type, count) -> series.add(count, "dropped", type));
        return series;
    }

    private static Series matched(ShardSnapshot hub) {
        var series = Series.labelled("kind", TRANSPORT);
        hub.shares().forEach((wire, share) -> {
            for (DeliveryBook.Kind kind : DeliveryBook.Kind.values()) {
                series.add(share.book().matched().of(kind), label(kind), wire.label());
            }
        });
        return series;
    }

    private static Series outcomes(ShardSnapshot hub) {
        var series = Series.labelled("state", TRANSPORT);
        hub.shares().forEach((wire, share) -> {
            DeliveryBook book = share.book();
            series.add(book.sent(), "sent", wire.label())
                    .add(book.conflated(), "conflated", wire.label())
                    .add(book.dropped(), "dropped", wire.label())
                    .add(book.duplicate(), "duplicate", wire.label())
                    .add(book.closed(), "closed", wire.label());
        });
        return series;
    }

    private static void addRouting(Sample sample, Families families) {
        var router = sample.router();
        var log = sample.log();
        families.counter("atalaya_router_events_total", "Events routed.", router.routed())
                .counter(
                        "atalaya_router_events_without_audience_total",
                        "Those of them for which no session was there.",
                        router.withoutAudience())
                .counter(
                        "atalaya_router_ephemeral_dropped_total",
                        "Ephemeral events dropped because the shards were behind.",
                        router.ephemeralDropped())
                .counter(
                        "atalaya_router_rate_limited_total",
                        "Events not fanned out because of the global limit.",
                        router.rateLimited())
                .counter("atalaya_router_failed_total", "Events that could not be encoded or matched.", router.failed())
                .gauge(
                        "atalaya_router_on_their_way_events",
                        "Events that a shard has still to drain.",
                        router.onTheirWay())
                .counter("atalaya_log_events_total", "Events stored since the log's epoch began.", log.logged())
                .gauge("atalaya_log_retained_events", "Events that can still be read.", log.retained())
                .gauge("atalaya_log_retained_bytes", "Bytes of their bodies.", log.retainedBytes())
                .gauge(
                        "atalaya_log_open",
                        "1 while the log takes events.",
                        sample.logOpen() && !sample.logRefuses() ? 1 : 0);
    }

    private static void addDependencies(Sample sample, Families families) {
        var up = Series.labelled("name");
        var breakers = new Breakers();
        sample.archive().ifPresent(archive -> {
            up.add(sample.archiveAway() || archive.book().isEmpty() ? 0 : 1, "database");
            breakers.add(archive.breaker());
            archive.addTo(families);
        });
        boolean redis = switch (sample.redis()) {
            case DependencyStatus.Disabled _ -> false;
            case DependencyStatus.Observed observed -> {
                up.add(observed.subscribed() ? 1 : 0, "redis");
                observed.breakers().forEach(breakers::add);
                addRedis(observed, families);
                yield true;
            }
        };
        families.gauge(
                "atalaya_dependency_configured",
                "1 for a dependency that this gateway has.",
                Series.labelled("name")
                        .add(sample.archive().isPresent() ? 1 : 0, "database")
                        .add(redis ? 1 : 0, "redis"));
        if (redis || sample.archive().isPresent()) {
            families.gauge("atalaya_dependency_up", "1 while events arrive from it, or at it.", up);
            breakers.addTo(families);
        }
    }

    /** The series of all breakers. Confined to the thread that builds a scrape. */
    private static final class Breakers {
        private final Series calls = Series.labelled("name", "outcome");
        private final Series states = Series.labelled("name");
        private final Series changes = Series.labelled("name");

        void add(DependencyStatus.Breaker breaker) {
            add(breaker.name(), breaker.state().gauge(), breaker.stateChanges());
            calls(breaker.name(), breaker.successfulCalls(), breaker.failedCalls(), breaker.rejectedCalls());
        }

        void add(Breaker.Snapshot breaker) {
            add(breaker.name(), breaker.state().gauge(), breaker.stateChanges());
            calls(breaker.name(), breaker.successfulCalls(), breaker.failedCalls(), breaker.rejectedCalls());
        }

        private void add(String name, int state, long transitions) {
            states.add(state, name);
            changes.add(transitions, name);
        }

        private void calls(String name, long successful, long failed, long rejected) {
            calls.add(successful, name, "successful")
                    .add(failed, name, "failed")
                    .add(rejected, name, "rejected");
        }

        void addTo(Families families) {
            families.gauge("atalaya_circuit_breaker_state", "0 closed, 1 open, 2 half-open.", states)
                    .counter("atalaya_circuit_breaker_transitions_total", "Changes of state.", changes)
                    .counter("atalaya_circuit_breaker_calls_total", "Calls by what became of them.", calls);
        }
    }

    private static void addRedis(DependencyStatus.Observed redis, Families families) {
        families.counter("atalaya_redis_reconnects_total", "Subscriptions after the first.", redis.reconnects())
                .counter(
                        "atalaya_redis_messages_total",
                        "Messages received.",
                        redis.queue().received())
                .counter(
                        "atalaya_redis_messages_dropped_total",
                        "Messages that did not reach the intake.",
                        Series.by("reason", redis.queue().dropped()))
                .gauge(
                        "atalaya_redis_messages_queued",
                        "Messages waiting for the intake.",
                        redis.queue().queued())
                .gauge(
                        "atalaya_redis_drop_rate_percent",
                        "Share of messages dropped in the last minute.",
                        redis.drops().windowDropRatePercent())
                .counter(
                        "atalaya_redis_drop_alerts_total",
                        "Alerts raised for that share.",
                        redis.drops().alertCount());
        redis.sharedLog().ifPresent(log -> addSharedLog(log, families));
    }

    private static void addSharedLog(DependencyStatus.SharedLog log, Families families) {
        families.gauge(
                        "atalaya_shared_log_reading",
                        "1 while what other gateways store is heard.",
                        log.reading() ? 1 : 0)
                .counter("atalaya_shared_log_heard_total", "Events heard, whoever stored them.", log.heard())
                .counter(
                        "atalaya_shared_log_missed_total",
                        "Events that were forgotten, or could not be read, before they were heard.",
                        log.missed())
                .counter("atalaya_shared_log_outages_total", "Times that the log could not be read.", log.outages());
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
