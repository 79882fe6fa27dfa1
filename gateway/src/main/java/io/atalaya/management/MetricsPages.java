package io.atalaya.management;

import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Responder;
import io.atalaya.metrics.ExpositionFormat;
import io.atalaya.metrics.ExpositionFormat.Preference;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DistributionDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Metrics for scrapers. Immutable; each request gathers a sample of its own.
 *
 * <p>{@code /metrics} answers in Prometheus text unless a client ranks JSON above it in its Accept field, or asks with
 * {@code ?format=json}; the other two paths never answer in JSON. {@code ?view=} picks vocabularies.
 */
public final class MetricsPages {
    private final Supplier<CompletionStage<Sample>> view;
    private final Views views;

    /**
     * How a sample is named. Immutable.
     *
     * @param byWord the vocabularies by the word that asks for them, in their order
     * @param canonical the one that says everything
     * @param publicWord the one that the public path shows
     */
    public record Views(
            Map<String, Function<Sample, MetricSnapshots>> byWord,
            Function<Sample, MetricSnapshots> canonical,
            String publicWord) {
        public Views {
            byWord = Collections.unmodifiableMap(new LinkedHashMap<>(byWord));
        }
    }

    /** @param view gathers a sample, as {@link GatewayView#sample} does */
    public MetricsPages(Supplier<CompletionStage<Sample>> view, Views views) {
        this.view = view;
        this.views = views;
    }

    /** {@code GET /metrics}: every vocabulary; JSON for who prefers it. */
    public void onMetrics(Request request, Responder responder) {
        Preference preference = preference(request);
        @Nullable
        ExpositionFormat format = switch (request.parameter("format").orElse("")) {
            case "" -> preference.prefersJson() ? null : preference.format();
            case "json" -> null;
            case "prometheus" -> ExpositionFormat.TEXT;
            case "openmetrics" -> ExpositionFormat.OPEN_METRICS;
            default -> throw new Answers.BadRequest("format: unknown (expected: one of json, prometheus, openmetrics)");
        };
        respond(request, views.byWord().keySet(), format, responder);
    }

    /** {@code GET /metrics/prometheus}: every vocabulary; always text. */
    public void onPrometheus(Request request, Responder responder) {
        respond(request, views.byWord().keySet(), preference(request).format(), responder);
    }

    /** {@code GET /ws/metrics}: the restaurant gateway's vocabulary unless others are asked for; always text. */
    public void onPublicMetrics(Request request, Responder responder) {
        respond(request, Set.of(views.publicWord()), preference(request).format(), responder);
    }

    private static Preference preference(Request request) {
        return Preference.of(request.header(HttpHeaderNames.ACCEPT).orElse(""));
    }

    private void respond(Request request, Set<String> usual, @Nullable ExpositionFormat format, Responder responder) {
        Set<String> wanted = request.parameter("view").map(this::words).orElse(usual);
        Answers.respond(responder, view.get().thenApply(sample -> {
            var families = new ArrayList<MetricSnapshot>();
            views.byWord().forEach((word, vocabulary) -> {
                if (wanted.contains(word)) {
                    vocabulary.apply(sample).forEach(families::add);
                }
            });
            return format == null ? json(families) : text(format, families);
        }));
    }

    private Set<String> words(String view) {
        var words = Set.copyOf(List.of(view.split(",", -1)).stream().distinct().toList());
        if (!views.byWord().keySet().containsAll(words)) {
            throw new Answers.BadRequest("view: unknown (expected: some of %s, separated by commas)"
                    .formatted(List.copyOf(views.byWord().keySet())));
        }
        return words;
    }

    private static Response text(ExpositionFormat format, List<MetricSnapshot> families) {
        return Response.of(200, format.contentType(), format.write(new MetricSnapshots(families)))
                .with("vary", "accept")
                .with("cache-control", "no-store");
    }

    private static Response json(List<MetricSnapshot> families) {
        var byName = Answers.map();
        for (MetricSnapshot family : families) {
            List<Map<String, Object>> series =
                    family.getDataPoints().stream().map(MetricsPages::point).toList();
            String suffix = family instanceof CounterSnapshot ? "_total" : "";
            byName.put(
                    family.getMetadata().getName() + suffix,
                    Map.of("help", String.valueOf(family.getMetadata().getHelp()), "series", series));
        }
        return Answers.json(200, byName).with("vary", "accept");
    }

    private static Map<String, Object> point(DataPointSnapshot point) {
        var members = Answers.map();
        for (Label label : point.getLabels()) {
            members.put(label.getName(), label.getValue());
        }
        var series = Answers.map();
        series.put("labels", members);
        switch (point) {
            case CounterSnapshot.CounterDataPointSnapshot counter -> series.put("value", counter.getValue());
            case GaugeSnapshot.GaugeDataPointSnapshot gauge -> series.put("value", gauge.getValue());
            case DistributionDataPointSnapshot distribution -> {
                series.put("count", distribution.getCount());
                series.put("sum", distribution.getSum());
            }
            case InfoSnapshot.InfoDataPointSnapshot _ -> series.put("value", 1);
            default -> throw new IllegalStateException("no vocabulary has a " + point.getClass());
        }
        return series;
    }
}
