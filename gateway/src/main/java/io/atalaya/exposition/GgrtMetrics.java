package io.atalaya.exposition;

import io.atalaya.management.Sample;
import io.atalaya.metrics.Buckets;
import io.atalaya.metrics.Distributions;
import io.atalaya.metrics.Families;
import io.atalaya.metrics.Series;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The vocabulary {@code ggrt_*} of the operations centre's rules. A pure function of a sample. Each series says in which
 * environment it is; nobody is named.
 */
final class GgrtMetrics {
    private static final String ENV = "env";
    private static final Buckets LATENCY =
            Buckets.seconds(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2.5, 5);

    private GgrtMetrics() {}

    static MetricSnapshots of(Sample sample) {
        String env = sample.identity().environment();
        var hub = sample.hub();
        var book = hub.book();
        return new Families()
                .gauge("ggrt_active_connections", "Open connections of this process.", one(env, sample.sessions()))
                .counter("ggrt_connections_total", "Connections accepted since the start.", one(env, hub.accepted()))
                .counter("ggrt_messages_sent_total", "Messages that a socket has taken.", one(env, book.sent()))
                .counter("ggrt_broadcasts_total", "Events sent to at least one connection.", one(env, hub.fanouts()))
                .counter(
                        "ggrt_send_errors_total",
                        "Messages that their socket has not taken.",
                        one(env, book.closed() + book.dropped()))
                .gauge(
                        "ggrt_heartbeat_last_timestamp",
                        "When all connections were last looked after, as a Unix time.",
                        one(env, AtalayaMetrics.sweptAt(sample)))
                .gauge("ggrt_role_connections", "Open connections by role.", roles(sample, env))
                .gauge(
                        "ggrt_user_active",
                        "Distinct users with a connection.",
                        one(env, sample.population().subjects()))
                .histogram(
                        "ggrt_message_latency_seconds",
                        "From the event's acceptance until the socket has taken it.",
                        LATENCY,
                        Distributions.labelled(ENV).add(hub.latency(), List.of(), env))
                .build();
    }

    private static Series one(String env, Number value) {
        return Series.labelled(ENV).add(value, env);
    }

    private static Series roles(Sample sample, String env) {
        var series = Series.labelled(ENV, "role");
        rolesOf(sample).forEach((role, count) -> series.add(count, env, role));
        return series;
    }

    /** Open sessions by role; those that can be expected are there. */
    static Map<String, Integer> rolesOf(Sample sample) {
        var open = sample.hub().lives().roles();
        Set<String> names = new TreeSet<>(sample.known().roles());
        names.addAll(open.keySet());
        var roles = new TreeMap<String, Integer>();
        names.forEach(role -> roles.put(role, open.getOrDefault(role, 0)));
        return roles;
    }
}
