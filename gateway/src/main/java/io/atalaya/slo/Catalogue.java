package io.atalaya.slo;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The metrics that exist, ours and those of other exporters: nothing else may be named in an objective, a rule or a
 * panel. Immutable.
 */
public final class Catalogue {
    /** The exporter that we are. */
    public static final String OURS = "atalaya";

    private static final List<String> HISTOGRAM = List.of("_bucket", "_sum", "_count");
    private static final List<String> SUMMARY = List.of("_sum", "_count");

    private final Map<String, Exporter> exporters;
    private final Map<String, Metric> families;
    private final Map<String, Metric> series;

    Catalogue(Map<String, Exporter> exporters, Collection<Metric> metrics) {
        this.exporters = Collections.unmodifiableMap(new LinkedHashMap<>(exporters));
        var byFamily = new TreeMap<String, Metric>();
        var bySeries = new TreeMap<String, Metric>();
        for (Metric metric : metrics) {
            byFamily.put(metric.name(), metric);
            seriesOf(metric).forEach(name -> bySeries.put(name, metric));
        }
        this.families = Collections.unmodifiableMap(byFamily);
        this.series = Collections.unmodifiableMap(bySeries);
    }

    /**
     * A program that exposes metrics.
     *
     * @param job the name of its scrape job
     * @param about which program, from which version on
     */
    public record Exporter(String id, String job, String about) {}

    /** What a family holds. */
    public enum Kind {
        COUNTER,
        GAUGE,
        HISTOGRAM,
        SUMMARY
    }

    /**
     * One family.
     *
     * @param name as a scraper sees it, without the suffixes of histograms and summaries
     * @param labels all that its series may have, those of the scrape job aside
     * @param bounds of its buckets, ascending, in its own unit
     * @param pending whether it is meant to exist but is not exposed yet
     */
    public record Metric(
            String name, String exporter, Kind type, Set<String> labels, List<BigDecimal> bounds, boolean pending) {
        public Metric {
            labels = Set.copyOf(labels);
            bounds = List.copyOf(bounds);
        }

        /** Whether this program exposes it. */
        public boolean ours() {
            return exporter.equals(OURS);
        }
    }

    private static List<String> seriesOf(Metric metric) {
        return switch (metric.type()) {
            case COUNTER, GAUGE -> List.of(metric.name());
            case HISTOGRAM -> suffixed(metric.name(), HISTOGRAM);
            case SUMMARY -> suffixed(metric.name(), SUMMARY);
        };
    }

    private static List<String> suffixed(String name, List<String> suffixes) {
        return suffixes.stream().map(suffix -> name + suffix).toList();
    }

    public Map<String, Exporter> exporters() {
        return exporters;
    }

    /** All families by name. */
    public Map<String, Metric> families() {
        return families;
    }

    /** The family of that name. */
    public Optional<Metric> family(String name) {
        return Optional.ofNullable(families.get(name));
    }

    /** The family that a series belongs to: {@code x_bucket} to the histogram {@code x}. */
    public Optional<Metric> ofSeries(String name) {
        return Optional.ofNullable(series.get(name));
    }
}
