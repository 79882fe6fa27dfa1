package io.atalaya.sloapi;

import io.atalaya.budget.Measurements;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a scrape would show at one moment, for the engine of budgets. Immutable. */
public final class ScrapedMeasurements implements Measurements {
    private static final String TOTAL = "_total";

    private final Map<String, MetricSnapshot> families;

    public ScrapedMeasurements(MetricSnapshots scrape) {
        var byName = new HashMap<String, MetricSnapshot>();
        scrape.forEach(family -> byName.put(family.getMetadata().getName(), family));
        this.families = Map.copyOf(byName);
    }

    @Override
    public List<Series> series(String metric) {
        MetricSnapshot family = families.get(metric);
        if (family == null && metric.endsWith(TOTAL)) {
            family = families.get(metric.substring(0, metric.length() - TOTAL.length()));
        }
        return family == null
                ? List.of()
                : family.getDataPoints().stream()
                        .map(ScrapedMeasurements::series)
                        .flatMap(Optional::stream)
                        .toList();
    }

    private static Optional<Series> series(DataPointSnapshot point) {
        var labels = new HashMap<String, String>();
        for (Label label : point.getLabels()) {
            labels.put(label.getName(), label.getValue());
        }
        return switch (point) {
            case CounterDataPointSnapshot counter -> Optional.of(Series.of(labels, counter.getValue()));
            case GaugeDataPointSnapshot gauge -> Optional.of(Series.of(labels, gauge.getValue()));
            case HistogramDataPointSnapshot histogram -> {
                Buckets buckets = buckets(histogram.getClassicBuckets());
                yield Optional.of(new Series(labels, buckets.counts().getLast(), buckets));
            }
            default -> Optional.empty();
        };
    }

    private static Buckets buckets(ClassicHistogramBuckets buckets) {
        var bounds = new ArrayList<Double>();
        var counts = new ArrayList<Long>();
        long sum = 0;
        for (int i = 0; i < buckets.size(); i++) {
            sum += buckets.getCount(i);
            bounds.add(buckets.getUpperBound(i));
            counts.add(sum);
        }
        return new Buckets(bounds, counts);
    }
}
