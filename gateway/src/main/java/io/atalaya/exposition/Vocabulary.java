package io.atalaya.exposition;

import io.atalaya.management.MetricsPages;
import io.atalaya.management.Sample;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;

/** One naming of what is measured. No two of them share a name. */
public enum Vocabulary {
    /** The canonical one. */
    ATALAYA(AtalayaMetrics::of),
    /** The restaurant gateway's. */
    WSGATEWAY(WsGatewayMetrics::of),
    /** The operations centre's. */
    GGRT(GgrtMetrics::of),
    /** The agent platform's. */
    WEBSOCKET(WebSocketMetrics::of),
    /** The event collector's, which has no prefix. */
    INGEST(IngestMetrics::of);

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

    /**
     * All of them, for scrapers.
     *
     * @param more further families of the canonical vocabulary, brought from elsewhere
     */
    public static MetricsPages.Views views(Supplier<MetricSnapshots> more) {
        var all = new LinkedHashMap<String, Function<Sample, MetricSnapshots>>();
        for (Vocabulary vocabulary : values()) {
            all.put(vocabulary.word(), vocabulary::of);
        }
        Function<Sample, MetricSnapshots> canonical = sample -> {
            var families = new ArrayList<MetricSnapshot>();
            ATALAYA.of(sample).forEach(families::add);
            more.get().forEach(families::add);
            return new MetricSnapshots(families);
        };
        all.put(ATALAYA.word(), canonical);
        return new MetricsPages.Views(all, canonical, WSGATEWAY.word());
    }
}
