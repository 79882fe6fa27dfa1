package io.atalaya.management;

import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Handler;
import io.atalaya.http.Route.Responder;
import io.atalaya.management.DependencyStatus.Probe;
import io.atalaya.management.Sample.Health;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Health for machines that decide by the status code, and for people who want to know why. Immutable.
 *
 * <p>A Redis that is configured and gone degrades the gateway and does not take it out of service: its sessions live, it
 * takes events over HTTP, and every other node has lost the same Redis; to send clients away would make an outage of
 * it. {@code detailed} answers 503 all the same, for alerts. Likewise an open log that stores nothing, as on a full disk:
 * sessions live and replay, and only an event that is tried shows that there is room again.
 */
public final class HealthPages {
    /** How long a sign of life is waited for. */
    private static final Duration PROBE_PATIENCE = Duration.ofSeconds(3);

    private final Supplier<CompletionStage<Sample>> view;
    private final Supplier<CompletionStage<List<Probe>>> probes;

    /**
     * @param view gathers a sample, as {@link GatewayView#sample} does
     * @param probes asks for signs of life, as {@link GatewayView#probes} does
     */
    public HealthPages(Supplier<CompletionStage<Sample>> view, Supplier<CompletionStage<List<Probe>>> probes) {
        this.view = view;
        this.probes = probes;
    }

    /** {@code GET /health/live}: 200 as long as the port's event loop turns. */
    public void onLive(Request request, Responder responder) {
        responder.respond(Answers.json(200, Map.of("status", "alive")));
    }

    /** {@code GET /health/ready}: 503 while clients and producers should not be sent here. */
    public void onReady(Request request, Responder responder) {
        Answers.respond(responder, view.get().thenApply(sample -> {
            Health health = sample.health();
            var report = Answers.map();
            report.put("status", health == Health.HEALTHY ? "ready" : health.word());
            report.put("checks", checks(sample));
            return Answers.json(health.ready() ? 200 : 503, report);
        }));
    }

    private static Map<String, Object> checks(Sample sample) {
        var checks = Answers.map();
        checks.put("phase", sample.phase().name().toLowerCase(Locale.ROOT));
        checks.put("log", sample.logWord());
        checks.put(
                "archive",
                sample.archive().isEmpty() ? "disabled" : sample.archiveAway() ? "unavailable" : "available");
        checks.put(
                "redis",
                switch (sample.redis()) {
                    case DependencyStatus.Disabled _ -> "disabled";
                    case DependencyStatus.Observed observed -> observed.subscribed() ? "subscribed" : "not_subscribed";
                });
        return checks;
    }

    /** {@code GET /ws/health}: open to everyone; 503 while clients should not be sent here. */
    public void onBasic(Request request, Responder responder) {
        Answers.respond(
                responder,
                view.get()
                        .thenApply(sample ->
                                Answers.json(sample.health().ready() ? 200 : 503, HealthReport.basic(sample))));
    }

    /** {@code GET /ws/health/detailed}: 503 for everything that is not well. */
    public void onDetailed(Request request, Responder responder) {
        Answers.respond(responder, view.get().thenCombine(signs(), HealthPages::detailed));
    }

    private CompletionStage<List<Probe>> signs() {
        return probes.get()
                .toCompletableFuture()
                .copy()
                .completeOnTimeout(List.of(), PROBE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * How log and archive are, told by those who know. Immutable.
     *
     * @param members what is said of them
     */
    public record Stores(Condition condition, Map<String, Object> members) {
        /** How bad it is. */
        public enum Condition {
            HEALTHY,
            WARNING,
            CRITICAL
        }
    }

    /**
     * {@code GET /health/detailed}: everything in one document, in the members that readers of both originals know; 503
     * for everything that is not well.
     *
     * @param stores asked at each request; never fails
     */
    public Handler whole(Supplier<CompletionStage<Stores>> stores, LongSupplier nanoClock) {
        return (_, responder) -> {
            long startNanos = nanoClock.getAsLong();
            var sampled = view.get().thenCombine(signs(), Sampled::new);
            Answers.respond(responder, stores.get().thenCombine(sampled, (found, seen) -> {
                double millis = (nanoClock.getAsLong() - startNanos) / 1e6;
                return whole(seen, found, millis);
            }));
        };
    }

    private record Sampled(Sample sample, List<Probe> signs) {
        boolean well() {
            return sample.health() == Health.HEALTHY && !unanswered(sample, signs);
        }
    }

    private static Response whole(Sampled seen, Stores stores, double millis) {
        Sample sample = seen.sample();
        var report = Answers.map();
        report.put("timestamp", sample.instant().toString());
        report.put("status", word(seen, stores));
        report.put("responseTimeMs", Math.round(millis * 100) / 100.0);
        report.put("uptime", Math.round(sample.process().uptimeSeconds()));
        boolean ready = sample.health().ready();
        report.put(
                "server",
                Map.of("status", ready ? 200 : 503, "message", ready ? "SERVER_IS_READY" : "SERVER_IS_NOT_READY"));
        report.put("memory", memory(sample));
        report.putAll(stores.members());
        HealthReport.detailed(sample, seen.signs()).forEach(report::putIfAbsent);
        boolean well = seen.well() && stores.condition() != Stores.Condition.CRITICAL;
        return Answers.json(well ? 200 : 503, report);
    }

    /** In the words of the event collector; the gateway's own stand in {@code /health/ready}. */
    private static String word(Sampled seen, Stores stores) {
        boolean down = !seen.sample().health().ready() || stores.condition() == Stores.Condition.CRITICAL;
        boolean well = seen.well() && stores.condition() == Stores.Condition.HEALTHY;
        return down ? "critical" : well ? "healthy" : "warning";
    }

    private static Map<String, Object> memory(Sample sample) {
        var memory = Answers.map();
        memory.put("rss", sample.process().residentBytes());
        sample.process().memory().forEach((area, bytes) -> {
            memory.put(area + "Used", bytes.usedBytes());
            memory.put(area + "Total", bytes.committedBytes());
        });
        return memory;
    }

    private static boolean unanswered(Sample sample, List<Probe> signs) {
        return signs.stream().anyMatch(probe -> !probe.healthy())
                || (signs.isEmpty() && sample.redis() instanceof DependencyStatus.Observed);
    }

    private static Response detailed(Sample sample, List<Probe> signs) {
        boolean unanswered = unanswered(sample, signs);
        var report = HealthReport.detailed(sample, signs);
        if (unanswered && sample.health() == Health.HEALTHY) {
            report.put("status", Health.DEGRADED.word());
        }
        boolean well = sample.health() == Health.HEALTHY && !unanswered;
        return Answers.json(well ? 200 : 503, report);
    }
}
