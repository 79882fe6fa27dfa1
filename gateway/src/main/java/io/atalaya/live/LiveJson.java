package io.atalaya.live;

import io.atalaya.archive.ArchiveWriter;
import io.atalaya.breaker.Breaker;
import io.atalaya.budget.SloReport;
import io.atalaya.budget.SloStatus;
import io.atalaya.budget.SloStatus.TierStatus;
import io.atalaya.ingest.IntakeBook;
import io.atalaya.live.Crowds.Figures;
import io.atalaya.live.LiveHistory.Excerpt;
import io.atalaya.live.LiveHistory.Series;
import io.atalaya.management.DependencyStatus;
import io.atalaya.metrics.ProcessProbe;
import io.atalaya.slo.Spans;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** What viewers are told, as JSON. Pure functions. */
final class LiveJson {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int MOST_TENANTS = 20;
    private static final Figures NOBODY = new Figures(0, 0);

    private LiveJson() {}

    static byte[] bytes(Map<String, Object> page) {
        return JSON.writeValueAsBytes(page);
    }

    static Map<String, Object> tick(Change change, Quantiles lately, LiveSources sources, LiveSources.Bounds bounds) {
        Moment now = change.now();
        var page = new LinkedHashMap<String, Object>();
        page.put("t", Math.round(now.millis() / 1e3) * 1_000);
        page.put("phase", sources.phase().get().name().toLowerCase(Locale.ROOT));
        page.put("connections", now.pulse().sessions());
        page.put("max_connections", bounds.maxConnections());
        page.put("connects", change.growth(moment -> moment.pulse().accepted()));
        page.put("disconnects", change.growth(moment -> moment.pulse().ended()));
        page.put("refused", change.growth(moment -> moment.pulse().refused()));
        addRates(change, page);
        page.put("totals", totals(now));
        var latency = new LinkedHashMap<String, Object>();
        latency.put("1s", quantiles(change.latency()));
        latency.put("10s", quantiles(lately));
        page.put("latency", latency);
        page.put("round_trip_ms", quantiles(change.roundTrip()));
        page.put("buffer", buffer(now, bounds));
        DependencyStatus redis = sources.redis().get();
        page.put("breakers", breakers(sources.archive().get().orElse(null), redis));
        page.put("redis", redis(redis));
        page.put("acks_awaiting", sources.acknowledgements().get().book().awaiting());
        page.put("replays_waiting", sources.recovery().get().waiting());
        return page;
    }

    private static void addRates(Change change, Map<String, Object> page) {
        page.put("events_in", tenths(change.rate(moment -> moment.intake().received())));
        page.put("events_accepted", tenths(change.rate(Moment::accepted)));
        page.put(
                "matched",
                tenths(change.rate(moment -> moment.pulse().book().matched().total())));
        page.put(
                "deliveries", tenths(change.rate(moment -> moment.pulse().book().sent())));
        page.put("dropped", tenths(change.rate(Moment::dropped)));
        page.put("conflated", tenths(change.rate(moment -> moment.pulse().book().conflated())));
    }

    private static Map<String, Object> totals(Moment now) {
        IntakeBook intake = now.intake();
        var totals = new LinkedHashMap<String, Object>();
        totals.put("events_in", intake.received());
        totals.put("events_accepted", now.accepted());
        totals.put("deliveries", now.pulse().book().sent());
        totals.put("dropped", now.dropped());
        totals.put("conflated", now.pulse().book().conflated());
        return totals;
    }

    private static Map<String, Object> quantiles(Quantiles quantiles) {
        var page = new LinkedHashMap<String, Object>();
        page.put("count", quantiles.count());
        page.put("p50", millis(quantiles.p50()));
        page.put("p95", millis(quantiles.p95()));
        page.put("p99", millis(quantiles.p99()));
        return page;
    }

    private static Map<String, Object> buffer(Moment now, LiveSources.Bounds bounds) {
        var page = new LinkedHashMap<String, Object>();
        page.put("uncommitted", queue(now.uncommitted(), bounds.maxUncommitted()));
        page.put("backlog", queue(now.log().backlog(), bounds.maxBacklog()));
        page.put("on_their_way", queue(now.router().onTheirWay(), bounds.deliveryWindow()));
        return page;
    }

    private static Map<String, Object> queue(long size, long capacity) {
        var queue = new LinkedHashMap<String, Object>();
        queue.put("size", size);
        queue.put("capacity", capacity);
        return queue;
    }

    private static List<Object> breakers(ArchiveWriter.@Nullable Status archive, DependencyStatus redis) {
        var breakers = new ArrayList<>();
        if (archive != null) {
            Breaker.Snapshot breaker = archive.breaker();
            breakers.add(breaker(
                    breaker.name(), breaker.state().name(), breaker.failureCount(), breaker.failureThreshold()));
        }
        if (redis instanceof DependencyStatus.Observed observed) {
            observed.breakers()
                    .forEach(breaker -> breakers.add(breaker(
                            breaker.name(),
                            breaker.state().name(),
                            breaker.failureCount(),
                            breaker.failureThreshold())));
        }
        return breakers;
    }

    private static Map<String, Object> breaker(String name, String state, int failures, int threshold) {
        var page = new LinkedHashMap<String, Object>();
        page.put("name", name);
        page.put("state", state.toLowerCase(Locale.ROOT));
        page.put("failures", failures);
        page.put("threshold", threshold);
        return page;
    }

    private static Map<String, Object> redis(DependencyStatus redis) {
        return switch (redis) {
            case DependencyStatus.Disabled _ -> Map.of("configured", false, "subscribed", false, "queued", 0);
            case DependencyStatus.Observed observed ->
                Map.of(
                        "configured",
                        true,
                        "subscribed",
                        observed.subscribed(),
                        "queued",
                        observed.queue().queued());
        };
    }

    /** @param before empty figures are shown as none when there is nothing to compare with */
    static Map<String, Object> process(ProcessProbe.Brief now, ProcessProbe.@Nullable Brief before) {
        var page = new LinkedHashMap<String, Object>();
        if (before != null && now.uptimeSeconds() > before.uptimeSeconds()) {
            double seconds = now.uptimeSeconds() - before.uptimeSeconds();
            page.put("cpu_percent", tenths(100 * (now.cpuSeconds() - before.cpuSeconds()) / seconds));
        }
        page.put("resident_bytes", now.residentBytes());
        page.put("uptime_seconds", Math.round(now.uptimeSeconds()));
        return page;
    }

    static List<Object> endpoints(Crowds now, @Nullable Crowds before) {
        Crowds earlier = before == null ? Crowds.NONE : before;
        var endpoints = new ArrayList<>();
        now.byEndpoint().forEach((name, figures) -> {
            var page = new LinkedHashMap<String, Object>();
            page.put("name", name);
            page.put("connections", figures.sessions());
            Figures then = earlier.byEndpoint().getOrDefault(name, NOBODY);
            page.put("deliveries", tenths(now.rate(figures, then, earlier)));
            endpoints.add(page);
        });
        return endpoints;
    }

    static Map<String, Object> tenants(long millis, Crowds now, Crowds before) {
        var page = new LinkedHashMap<String, Object>();
        page.put("t", Math.round(millis / 1e3) * 1_000);
        page.put("total", now.byTenant().size());
        page.put(
                "connections",
                now.byTenant().values().stream().mapToInt(Figures::sessions).sum());
        page.put(
                "tenants",
                now.byTenant().entrySet().stream()
                        .sorted(Comparator.<Map.Entry<String, Figures>>comparingInt(
                                        entry -> -entry.getValue().sessions())
                                .thenComparing(Map.Entry::getKey))
                        .limit(MOST_TENANTS)
                        .map(entry -> tenant(entry.getKey(), entry.getValue(), now, before))
                        .toList());
        return page;
    }

    private static Map<String, Object> tenant(String name, Figures figures, Crowds now, Crowds before) {
        var page = new LinkedHashMap<String, Object>();
        page.put("tenant", name);
        page.put("connections", figures.sessions());
        page.put("deliveries", tenths(now.rate(figures, before.byTenant().getOrDefault(name, NOBODY), before)));
        return page;
    }

    static Map<String, Object> slo(SloReport report) {
        var page = new LinkedHashMap<String, Object>();
        page.put("at", report.at().toString());
        page.put("allowed", report.gate(Optional.empty()).allowed());
        page.put(
                "objectives",
                report.objectives().stream().map(LiveJson::objective).toList());
        return page;
    }

    private static Map<String, Object> objective(SloStatus status) {
        var page = new LinkedHashMap<String, Object>();
        page.put("id", status.slo().id());
        page.put("service", status.slo().service());
        page.put("title", status.slo().title());
        page.put("objective_percent", status.slo().objective().movePointRight(2));
        page.put("window", Spans.text(status.slo().window()));
        page.put("state", status.state().word());
        double left = status.state() == SloStatus.State.NOT_MEASURED ? Double.NaN : status.remaining();
        page.put("budget_remaining", Double.isFinite(left) ? left : null);
        TierStatus worst = status.tiers().stream()
                .max(Comparator.comparing(TierStatus::phase))
                .orElse(null);
        page.put(
                "alert",
                worst == null ? SloStatus.Phase.QUIET.word() : worst.phase().word());
        page.put("severity", worst == null ? null : worst.tier().severity().word());
        return page;
    }

    /** Written by hand: an hour is tens of thousands of numbers. */
    static byte[] history(Excerpt excerpt) {
        long stepMillis = excerpt.step().seconds() * 1_000L;
        long from = excerpt.count() == 0 ? 0 : excerpt.fromSecond() * 1_000;
        var json = new StringBuilder(excerpt.count() * 60 + 200);
        json.append("{\"step_ms\":").append(stepMillis);
        json.append(",\"from\":").append(from);
        json.append(",\"to\":").append(from + Math.max(0, excerpt.count() - 1) * stepMillis);
        json.append(",\"count\":").append(excerpt.count()).append(",\"series\":{");
        String separator = "";
        for (Series series : Series.values()) {
            json.append(separator).append('"').append(series.word()).append("\":[");
            float[] values = excerpt.of(series);
            for (int i = 0; i < values.length; i++) {
                json.append(i == 0 ? "" : ",");
                append(json, values[i]);
            }
            json.append(']');
            separator = ",";
        }
        return json.append("}}").toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** With three decimals, and without those that are zero. */
    private static void append(StringBuilder json, float value) {
        if (Float.isNaN(value)) {
            json.append("null");
            return;
        }
        long thousandths = Math.round(value * 1e3);
        json.append(thousandths / 1_000);
        long rest = thousandths % 1_000;
        if (rest != 0) {
            json.append('.').append(rest / 100).append(rest / 10 % 10);
            json.append(rest % 10 == 0 ? "" : rest % 10);
        }
    }

    private static double tenths(double value) {
        return Math.round(value * 10) / 10.0;
    }

    private static @Nullable Double millis(double value) {
        return Double.isNaN(value) ? null : Math.round(value * 1_000) / 1e3;
    }
}
