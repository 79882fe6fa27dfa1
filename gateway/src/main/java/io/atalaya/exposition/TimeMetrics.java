package io.atalaya.exposition;

import io.atalaya.hub.ShardSnapshot.Command;
import io.atalaya.management.DependencyStatus;
import io.atalaya.management.Sample;
import io.atalaya.metrics.Buckets;
import io.atalaya.metrics.Distributions;
import io.atalaya.metrics.Families;
import io.atalaya.metrics.Histogram;
import io.atalaya.metrics.RequestTimes;
import io.atalaya.metrics.Series;
import java.util.List;
import java.util.TreeMap;

/** The part of the canonical vocabulary that tells how long requests, commands and queries take. Pure functions. */
final class TimeMetrics {
    private TimeMetrics() {}

    static void addTo(Sample sample, Families families) {
        addRequests(sample, families);
        var commands = Distributions.labelled("command");
        WebSocketMetrics.commandsOf(sample)
                .forEach((name, command) -> commands.add(command.answered(), List.of(), name));
        families.histogram(
                        "atalaya_command_ack_latency_seconds",
                        "From a client's command to its answer.",
                        Buckets.REQUEST_SECONDS,
                        commands)
                .counter(
                        "atalaya_commands_received_total",
                        "Commands of the profile received from clients.",
                        WebSocketMetrics.commands("command", sample, Command::received))
                .counter(
                        "atalaya_commands_failed_total",
                        "Those of them that could not be carried out.",
                        WebSocketMetrics.commands("command", sample, Command::failed))
                .histogram(
                        "atalaya_db_query_duration_seconds",
                        "Calls to the archive, look-ups of assignments, and appends to an embedded log.",
                        Buckets.REQUEST_SECONDS,
                        Distributions.by(
                                "operation", new TreeMap<>(sample.times().database())));
        if (sample.redis() instanceof DependencyStatus.Observed) {
            families.histogram(
                    "atalaya_redis_command_duration_seconds",
                    "From a command's way out to its answer; without those that wait on purpose.",
                    Buckets.REQUEST_SECONDS,
                    Distributions.by("command", new TreeMap<>(sample.times().redis())));
        }
    }

    private static void addRequests(Sample sample, Families families) {
        var durations = Distributions.labelled("port", "endpoint", "method", "status");
        var counts = Series.labelled("port", "endpoint", "method", "status");
        new TreeMap<>(sample.times().requests()).forEach((port, requests) -> {
            for (RequestTimes.Timed timed : requests) {
                var of = timed.request();
                String status = Integer.toString(of.status());
                durations.add(timed.times(), List.of(), port, of.endpoint(), of.method(), status);
                counts.add(timed.times().count(), port, of.endpoint(), of.method(), status);
            }
        });
        families.histogram(
                        "http_request_duration_seconds",
                        "From a request's last byte to the answer's first; upgrades and streams are not requests.",
                        Buckets.REQUEST_SECONDS,
                        durations)
                .counter("http_requests_total", "Requests answered, by route, method and status.", counts);
    }

    /** Over both ports. */
    static Histogram.Snapshot allRequests(Sample sample) {
        return sample.times().requests().values().stream()
                .flatMap(List::stream)
                .map(RequestTimes.Timed::times)
                .reduce(Histogram.Snapshot.empty(), Histogram.Snapshot::plus);
    }
}
