package io.atalaya.management;

import io.atalaya.ingest.IntakeBook;
import io.atalaya.management.DependencyStatus.Breaker;
import io.atalaya.management.DependencyStatus.Drops;
import io.atalaya.management.DependencyStatus.Observed;
import io.atalaya.management.DependencyStatus.Probe;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The health documents, in the members that the restaurant gateway's readers know. Pure functions of a sample. */
final class HealthReport {
    private static final List<String> COMPONENTS = List.of("redis_async", "redis_sync");

    private HealthReport() {}

    /** The short document: both the nested and the flat shape. */
    static Map<String, Object> basic(Sample sample) {
        var report = header(sample);
        report.put("connections", byEndpoint(sample));
        report.putAll(flat(sample));
        report.put("metrics", counters(sample));
        return report;
    }

    /** The long document. */
    static Map<String, Object> detailed(Sample sample, List<Probe> probes) {
        var report = header(sample);
        for (String component : COMPONENTS) {
            report.put(component, redis(sample, component, probes));
        }
        report.put("circuit_breaker", breakerInShort(sample));
        report.put("connections", connections(sample));
        report.put("rate_limiter", Map.of("tracked_connections", sample.sessions()));
        report.put("dependencies", dependencies(probes));
        report.put("subscriber_metrics", subscriber(sample));
        report.put("books", books(sample));
        return report;
    }

    private static Map<String, Object> header(Sample sample) {
        var identity = sample.identity();
        var header = Answers.map();
        header.put("status", sample.health().word());
        header.put("service", identity.service());
        header.put("version", identity.version());
        header.put("environment", identity.environment());
        return header;
    }

    private static Map<String, Object> byEndpoint(Sample sample) {
        var connections = Answers.map();
        connections.put("total", sample.sessions());
        connections.put("by_endpoint", sample.population().sessionsByEndpoint());
        return connections;
    }

    private static Map<String, Object> flat(Sample sample) {
        var population = sample.population();
        var flat = Answers.map();
        flat.put("total_connections", sample.sessions());
        flat.put("max_connections", sample.limits().maxConnections());
        flat.put("utilization_percent", Math.round(sample.utilizationPercent() * 10) / 10.0);
        flat.put("users_connected", population.subjects());
        flat.put("branches_with_connections", population.branches());
        flat.put("sectors_with_connections", population.sectors());
        flat.put("sessions_with_connections", population.tables());
        flat.put("admin_connections", population.sessionsByEndpoint().getOrDefault("admin", 0));
        flat.put("rate_limiter_tracked", sample.sessions());
        flat.put("branch_locks_count", 0); // readers know the member; there are no locks to count
        flat.put("user_locks_count", 0);
        return flat;
    }

    private static Map<String, Object> counters(Sample sample) {
        var hub = sample.hub();
        var counters = Answers.map();
        counters.put("connections_accepted", hub.accepted());
        counters.put("connections_rejected", sum(hub.refusals()));
        counters.put("broadcasts_total", hub.fanouts());
        counters.put("broadcasts_failed", hub.fanoutsWithFailures());
        counters.put("events_processed", sample.router().routed());
        counters.put("events_dropped", sample.eventsDropped());
        return counters;
    }

    private static Map<String, Object> connections(Sample sample) {
        var heartbeat = Answers.map();
        heartbeat.put("tracked_connections", sample.sessions());
        heartbeat.put("timeout_seconds", seconds(sample.limits().heartbeatTimeout()));
        heartbeat.put("oldest_heartbeat_age", sample.hub().oldestHeartbeatSeconds());
        heartbeat.put("newest_heartbeat_age", sample.hub().newestHeartbeatSeconds());
        heartbeat.put("average_heartbeat_age", sample.hub().averageHeartbeatSeconds());
        var connections = byEndpoint(sample);
        connections.putAll(flat(sample));
        connections.put("dead_connections_pending", 0); // a connection that fails is gone at once
        connections.put("heartbeat_stats", heartbeat);
        return connections;
    }

    private static Map<String, Object> redis(Sample sample, String component, List<Probe> probes) {
        var report = Answers.map();
        switch (sample.redis()) {
            case DependencyStatus.Disabled _ -> {
                report.put("status", "disabled");
                report.put("pool_size", 0);
            }
            case Observed observed -> {
                boolean answers =
                        probes.stream().anyMatch(probe -> probe.component().equals(component) && probe.healthy());
                report.put("status", answers ? "connected" : "disconnected");
                report.put("pool_size", observed.poolSize());
            }
        }
        return report;
    }

    private static Map<String, Object> breakerInShort(Sample sample) {
        var report = Answers.map();
        switch (sample.redis()) {
            case DependencyStatus.Disabled _ -> {
                report.put("state", Breaker.State.CLOSED.name());
                report.put("failures", 0);
            }
            case Observed observed -> {
                Breaker breaker = observed.breakers().getFirst();
                report.put("state", breaker.state().name());
                report.put("failures", breaker.failureCount());
            }
        }
        return report;
    }

    private static Map<String, Object> dependencies(List<Probe> probes) {
        var dependencies = Answers.map();
        for (Probe probe : probes) {
            var report = Answers.map();
            report.put("status", probe.healthy() ? "healthy" : "unhealthy");
            report.put("component", probe.component());
            report.put("latency_ms", Math.round(probe.latencyMillis() * 100) / 100.0);
            report.put("details", Map.of("type", probe.type(), "max_connections", probe.maxConnections()));
            if (!probe.healthy()) {
                report.put("error", probe.error());
            }
            dependencies.put(probe.component(), report);
        }
        return dependencies;
    }

    private static Map<String, Object> subscriber(Sample sample) {
        var report = Answers.map();
        switch (sample.redis()) {
            case DependencyStatus.Disabled _ -> report.put("status", "disabled");
            case Observed observed -> {
                report.put("status", observed.subscribed() ? "subscribed" : "not_subscribed");
                report.put("since", observed.since().toString());
                report.put("reconnects", observed.reconnects());
                report.put("last_error", observed.lastError());
            }
        }
        addTypes(sample.intake(), report);
        if (sample.redis() instanceof Observed observed) {
            report.put("circuit_breaker", breaker(observed.breakers().getFirst()));
            report.put("drop_rate", drops(observed.drops()));
        }
        return report;
    }

    private static void addTypes(IntakeBook book, Map<String, Object> report) {
        var counts = new TreeMap<String, Long>();
        book.acceptedByType().forEach((type, count) -> {
            if (count > 0 && !type.equals(IntakeBook.OTHER_TYPES)) {
                counts.put(type, count);
            }
        });
        counts.putAll(book.unknownTypes());
        report.put("unknown_event_types_count", book.unknownTypes().size());
        report.put(
                "unknown_event_types_seen",
                book.unknownTypes().keySet().stream().sorted().toList());
        report.put("unique_types_count", counts.size());
        report.put("max_tracked_types", book.maxTrackedTypes());
        report.put("type_counts", counts);
    }

    private static Map<String, Object> breaker(Breaker breaker) {
        var report = Answers.map();
        report.put("name", breaker.name());
        report.put("state", breaker.state().name());
        report.put("failure_count", breaker.failureCount());
        report.put("failure_threshold", breaker.failureThreshold());
        report.put("recovery_timeout", seconds(breaker.recoveryTimeout()));
        report.put("total_calls", breaker.successfulCalls() + breaker.failedCalls() + breaker.rejectedCalls());
        report.put("successful_calls", breaker.successfulCalls());
        report.put("failed_calls", breaker.failedCalls());
        report.put("rejected_calls", breaker.rejectedCalls());
        report.put("state_changes", breaker.stateChanges());
        breaker.sinceLastFailure().ifPresent(since -> report.put("time_since_last_failure", seconds(since)));
        return report;
    }

    private static Map<String, Object> drops(Drops drops) {
        var report = Answers.map();
        report.put("total_processed", drops.totalProcessed());
        report.put("total_dropped", drops.totalDropped());
        report.put("window_processed", drops.windowProcessed());
        report.put("window_dropped", drops.windowDropped());
        report.put("window_drop_rate_percent", drops.windowDropRatePercent());
        report.put("alert_threshold_percent", drops.alertThresholdPercent());
        report.put("alert_count", drops.alertCount());
        report.put("window_seconds", drops.windowSeconds());
        return report;
    }

    private static Map<String, Object> books(Sample sample) {
        return Map.of(
                "intake_balanced", sample.intake().balanced(),
                "deliveries_balanced", sample.hub().book().balanced());
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }

    private static long sum(Map<?, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
