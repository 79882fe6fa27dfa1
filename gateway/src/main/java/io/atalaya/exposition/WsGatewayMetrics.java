package io.atalaya.exposition;

import static io.atalaya.ingest.IntakeBook.Refusal.INVALID;
import static io.atalaya.ingest.IntakeBook.Refusal.MALFORMED;

import io.atalaya.ingest.IntakeBook;
import io.atalaya.ingest.IntakeBook.Refusal;
import io.atalaya.management.DependencyStatus;
import io.atalaya.management.DependencyStatus.Breaker;
import io.atalaya.management.Sample;
import io.atalaya.metrics.Families;
import io.atalaya.metrics.Series;
import io.atalaya.protocol.CloseReason;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Map;
import java.util.TreeMap;

/**
 * The vocabulary {@code wsgateway_*} of the restaurant gateway's dashboards. A pure function of a sample.
 *
 * <p>{@code wsgateway_connections_total} is a gauge in spite of its name, because that is what its readers take it for.
 */
final class WsGatewayMetrics {
    private static final String ADMIN = "admin";
    private static final String REDIS = "redis";
    private static final String RATE_LIMIT = "rate_limit";

    private WsGatewayMetrics() {}

    static MetricSnapshots of(Sample sample) {
        var families = new Families();
        addConnections(sample, families);
        addEvents(sample, families);
        addHeartbeat(sample, families);
        families.gauge("wsgateway_circuit_breaker_state", "0 closed, 1 open, 2 half-open.", breakers(sample.redis()));
        families.gauge(
                "wsgateway_scrape_timestamp",
                "When these values were gathered, as a Unix time.",
                sample.instant().toEpochMilli() / 1e3);
        return families.build();
    }

    private static void addConnections(Sample sample, Families families) {
        var population = sample.population();
        families.gauge(
                        "wsgateway_connections_total",
                        "Open connections. Deprecated: a gauge with a counter's name; see atalaya_sessions_active.",
                        sample.sessions())
                .gauge(
                        "wsgateway_connections_by_endpoint",
                        "Open connections by endpoint.",
                        Series.by("endpoint", population.sessionsByEndpoint()))
                .gauge(
                        "wsgateway_connections_max",
                        "Connections that this process may have.",
                        sample.limits().maxConnections())
                .gauge(
                        "wsgateway_connections_utilization_percent",
                        "Share of these that is open.",
                        sample.utilizationPercent())
                .gauge("wsgateway_users_connected", "Distinct users and tables connected.", population.subjects())
                .gauge("wsgateway_branches_with_connections", "Branches with a connection.", population.branches())
                .gauge("wsgateway_sectors_with_connections", "Sectors with a connection.", population.sectors())
                .gauge("wsgateway_sessions_with_connections", "Table sessions with a connection.", population.tables())
                .gauge(
                        "wsgateway_admin_connections",
                        "Open connections of the admin endpoint.",
                        population.sessionsByEndpoint().getOrDefault(ADMIN, 0))
                .counter(
                        "wsgateway_connections_rejected_total",
                        "Connections refused, and with rate_limit those ended for sending too much.",
                        Series.by("reason", rejections(sample)));
    }

    private static Map<String, Long> rejections(Sample sample) {
        var counts = new TreeMap<String, Long>();
        for (CloseReason reason : CloseReason.values()) {
            counts.merge(rejection(reason), sample.hub().refusals().getOrDefault(reason, 0L), Long::sum);
        }
        counts.merge(RATE_LIMIT, sample.hub().closes().getOrDefault(CloseReason.RATE_LIMITED, 0L), Long::sum);
        return counts;
    }

    private static String rejection(CloseReason reason) {
        return switch (reason) {
            case AUTHENTICATION_FAILED, TOKEN_ENDED -> "auth";
            case CANNOT_CHECK_REVOCATION -> "auth_unavailable";
            case HANDSHAKE_TIMEOUT -> "handshake_timeout";
            case ROLE_NOT_ALLOWED -> "role";
            case ORIGIN_NOT_ALLOWED -> "origin";
            case CONNECTION_LIMIT -> "limit";
            case SESSION_LIMIT -> "user_limit";
            case CONNECT_RATE, RATE_LIMITED -> RATE_LIMIT;
            case SHUTDOWN -> "shutdown";
            case DISCONNECTED,
                    HEARTBEAT_TIMEOUT,
                    PROTOCOL_ERROR,
                    BINARY_MESSAGE,
                    INVALID_UTF8,
                    MESSAGE_TOO_BIG,
                    INTERNAL_ERROR,
                    SLOW_CONSUMER -> "other";
        };
    }

    private static void addEvents(Sample sample, Families families) {
        var hub = sample.hub();
        families.counter("wsgateway_broadcasts_total", "Events fanned out to at least one connection.", hub.fanouts())
                .counter(
                        "wsgateway_broadcasts_failed_total",
                        "Rounds of broadcasts in which a connection ended.",
                        hub.fanoutsWithFailures())
                .counter(
                        "wsgateway_broadcasts_failed_recipients_total",
                        "Deliveries that ended with their connection.",
                        hub.book().closed())
                .counter(
                        "wsgateway_broadcasts_rate_limited_total",
                        "Events not broadcast because of the global limit.",
                        sample.router().rateLimited())
                .histogram(
                        "wsgateway_broadcast_duration_seconds",
                        "From routing an event to the last flush of a shard.",
                        hub.fanout())
                .counter(
                        "wsgateway_events_processed_total",
                        "Events routed.",
                        sample.router().routed())
                .counter(
                        "wsgateway_events_dropped_total",
                        "Events lost after they came in, for any reason.",
                        sample.eventsDropped())
                .counter(
                        "wsgateway_events_invalid_schema_total",
                        "Events that are not events of the profile.",
                        invalid(sample.intake()));
    }

    private static long invalid(IntakeBook book) {
        return invalid(book.refused()) + invalid(book.quarantined());
    }

    private static long invalid(Map<Refusal, Long> counts) {
        return counts.getOrDefault(MALFORMED, 0L) + counts.getOrDefault(INVALID, 0L);
    }

    private static void addHeartbeat(Sample sample, Families families) {
        families.gauge(
                        "wsgateway_rate_limiter_tracked",
                        "Connections whose messages are limited: all of them.",
                        sample.sessions())
                .gauge(
                        "wsgateway_heartbeat_tracked_connections",
                        "Connections watched for silence: all of them.",
                        sample.sessions())
                .gauge(
                        "wsgateway_heartbeat_timeout_seconds",
                        "A connection silent for so long is closed.",
                        sample.limits().heartbeatTimeout().toMillis() / 1e3)
                .gauge(
                        "wsgateway_heartbeat_oldest_age_seconds",
                        "For how long the most silent connection has sent nothing.",
                        sample.hub().oldestHeartbeatSeconds());
    }

    /** Without Redis its breaker is closed: nothing is held back. */
    private static Series breakers(DependencyStatus status) {
        return switch (status) {
            case DependencyStatus.Disabled _ -> Series.labelled("name").add(0, REDIS);
            case DependencyStatus.Observed observed -> {
                var series = Series.labelled("name");
                for (Breaker breaker : observed.breakers()) {
                    series.add(breaker.state().gauge(), breaker.name());
                }
                yield series;
            }
        };
    }
}
