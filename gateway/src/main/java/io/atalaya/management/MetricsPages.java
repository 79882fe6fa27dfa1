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
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
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
    private final Supplier<MetricSnapshots> more;

    /**
     * @param view gathers a sample, as {@link GatewayView#sample} does
     * @param more further families of the canonical vocabulary, brought from elsewhere
     */
    public MetricsPages(Supplier<CompletionStage<Sample>> view, Supplier<MetricSnapshots> more) {
        this.view = view;
        this.more = more;
    }

    /** One naming of what is measured. */
    public enum Vocabulary {
        /** The canonical one. */
        ATALAYA(AtalayaMetrics::of),
        /** The restaurant gateway's. */
        WSGATEWAY(WsGatewayMetrics::of);

        private final Function<Sample, MetricSnapshots> families;

        Vocabulary(Function<Sample, MetricSnapshots> families) {
            this.families = families;
        }

        /** The families of a sample, named. */
        public MetricSnapshots of(Sample sample) {
            return families.apply(sample);
        }

        /** The name in {@code ?view=}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
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
        respond(request, EnumSet.allOf(Vocabulary.class), format, responder);
    }

    /** {@code GET /metrics/prometheus}: every vocabulary; always text. */
    public void onPrometheus(Request request, Responder responder) {
        respond(request, EnumSet.allOf(Vocabulary.class), preference(request).format(), responder);
    }

    /** {@code GET /ws/metrics}: the restaurant gateway's vocabulary unless others are asked for; always text. */
    public void onPublicMetrics(Request request, Responder responder) {
        respond(request, EnumSet.of(Vocabulary.WSGATEWAY), preference(request).format(), responder);
    }

    private static Preference preference(Request request) {
        return Preference.of(request.header(HttpHeaderNames.ACCEPT).orElse(""));
    }

    private void respond(
            Request request, Set<Vocabulary> usual, @Nullable ExpositionFormat format, Responder responder) {
        Set<Vocabulary> wanted =
                request.parameter("view").map(MetricsPages::vocabularies).orElse(usual);
        Answers.respond(responder, view.get().thenApply(sample -> {
            var families = new ArrayList<MetricSnapshot>();
            wanted.forEach(vocabulary -> vocabulary.of(sample).forEach(families::add));
            if (wanted.contains(Vocabulary.ATALAYA)) {
                more.get().forEach(families::add);
            }
            return format == null ? json(families) : text(format, families);
        }));
    }

    private static Set<Vocabulary> vocabularies(String view) {
        var wanted = EnumSet.noneOf(Vocabulary.class);
        for (String word : view.split(",", -1)) {
            wanted.add(vocabulary(word));
        }
        return wanted;
    }

    private static Vocabulary vocabulary(String word) {
        var known = new ArrayList<String>();
        for (Vocabulary vocabulary : Vocabulary.values()) {
            if (vocabulary.word().equals(word)) {
                return vocabulary;
            }
            known.add(vocabulary.word());
        }
        throw new Answers.BadRequest("view: unknown (expected: some of %s, separated by commas)".formatted(known));
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
            default -> throw new IllegalStateException("no vocabulary has a " + point.getClass());
        }
        return series;
    }
}
