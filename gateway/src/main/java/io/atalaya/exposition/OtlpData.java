package io.atalaya.exposition;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.data.SummaryData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/**
 * Families as the OTLP exporter takes them. Pure functions. Names are those of the canonical vocabulary, without the
 * {@code _total} of counters, which readers add again.
 */
final class OtlpData {
    private static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.create("io.atalaya");

    private OtlpData() {}

    /** @param span since when counters count, and now, in nanoseconds since 1970 UTC */
    static Collection<MetricData> of(MetricSnapshots families, Resource resource, Span span) {
        var all = new ArrayList<MetricData>();
        for (MetricSnapshot family : families) {
            List<? extends DataPointSnapshot> points = family.getDataPoints();
            if (!points.isEmpty()) {
                all.add(metric(family, points, resource, span));
            }
        }
        return all;
    }

    /** From when to when. */
    record Span(long startNanos, long nowNanos) {}

    private static MetricData metric(
            MetricSnapshot family, List<? extends DataPointSnapshot> points, Resource resource, Span span) {
        String name = family.getMetadata().getName();
        String help = String.valueOf(family.getMetadata().getHelp());
        return switch (points.getFirst()) {
            case CounterDataPointSnapshot _ ->
                new Metric(
                        resource, name, help, MetricDataType.DOUBLE_SUM, new Sum(each(points, p -> number(p, span))));
            case GaugeDataPointSnapshot _, InfoDataPointSnapshot _ ->
                new Metric(
                        resource,
                        name,
                        help,
                        MetricDataType.DOUBLE_GAUGE,
                        new Gauge(each(points, p -> number(p, span))));
            case HistogramDataPointSnapshot _ ->
                new Metric(
                        resource,
                        name,
                        help,
                        MetricDataType.HISTOGRAM,
                        new Buckets(each(points, p -> buckets(p, span))));
            case SummaryDataPointSnapshot _ ->
                new Metric(resource, name, help, MetricDataType.SUMMARY, new Sums(each(points, p -> sum(p, span))));
            default ->
                throw new IllegalStateException(
                        "no vocabulary has a " + points.getFirst().getClass());
        };
    }

    private static <T> List<T> each(List<? extends DataPointSnapshot> points, Function<DataPointSnapshot, T> of) {
        return points.stream().map(of).toList();
    }

    private static Attributes attributes(Labels labels) {
        var attributes = Attributes.builder();
        for (Label label : labels) {
            attributes.put(label.getName(), label.getValue());
        }
        return attributes.build();
    }

    private static DoublePointData number(DataPointSnapshot point, Span span) {
        double value = switch (point) {
            case CounterDataPointSnapshot counter -> counter.getValue();
            case GaugeDataPointSnapshot gauge -> gauge.getValue();
            default -> 1;
        };
        return new Measured(span, attributes(point.getLabels()), value);
    }

    private static HistogramPointData buckets(DataPointSnapshot point, Span span) {
        var histogram = (HistogramDataPointSnapshot) point;
        ClassicHistogramBuckets classic = histogram.getClassicBuckets();
        var boundaries = new ArrayList<Double>();
        var counts = new ArrayList<Long>();
        for (int i = 0; i < classic.size(); i++) {
            counts.add(classic.getCount(i));
            if (Double.isFinite(classic.getUpperBound(i))) {
                boundaries.add(classic.getUpperBound(i));
            }
        }
        return new Bucketed(span, attributes(point.getLabels()), histogram.getSum(), boundaries, counts);
    }

    private static SummaryPointData sum(DataPointSnapshot point, Span span) {
        var summary = (SummaryDataPointSnapshot) point;
        return new Summed(span, attributes(point.getLabels()), summary.getCount(), summary.getSum());
    }

    private record Metric(Resource resource, String name, String description, MetricDataType type, Data<?> data)
            implements MetricData {
        @Override
        public Resource getResource() {
            return resource;
        }

        @Override
        public InstrumentationScopeInfo getInstrumentationScopeInfo() {
            return SCOPE;
        }

        @Override
        public String getName() {
            return name;
        }

        @Override
        public String getDescription() {
            return description;
        }

        /** Names carry their unit. */
        @Override
        public String getUnit() {
            return "";
        }

        @Override
        public MetricDataType getType() {
            return type;
        }

        @Override
        public Data<?> getData() {
            return data;
        }
    }

    private record Sum(Collection<DoublePointData> points) implements SumData<DoublePointData> {
        @Override
        public boolean isMonotonic() {
            return true;
        }

        @Override
        public AggregationTemporality getAggregationTemporality() {
            return AggregationTemporality.CUMULATIVE;
        }

        @Override
        public Collection<DoublePointData> getPoints() {
            return points;
        }
    }

    private record Gauge(Collection<DoublePointData> points) implements GaugeData<DoublePointData> {
        @Override
        public Collection<DoublePointData> getPoints() {
            return points;
        }
    }

    private record Buckets(Collection<HistogramPointData> points) implements HistogramData {
        @Override
        public AggregationTemporality getAggregationTemporality() {
            return AggregationTemporality.CUMULATIVE;
        }

        @Override
        public Collection<HistogramPointData> getPoints() {
            return points;
        }
    }

    private record Sums(Collection<SummaryPointData> points) implements SummaryData {
        @Override
        public Collection<SummaryPointData> getPoints() {
            return points;
        }
    }

    private record Measured(Span span, Attributes attributes, double value) implements DoublePointData {
        @Override
        public long getStartEpochNanos() {
            return span.startNanos();
        }

        @Override
        public long getEpochNanos() {
            return span.nowNanos();
        }

        @Override
        public Attributes getAttributes() {
            return attributes;
        }

        @Override
        public double getValue() {
            return value;
        }

        @Override
        public List<DoubleExemplarData> getExemplars() {
            return List.of();
        }
    }

    private record Bucketed(Span span, Attributes attributes, double sum, List<Double> boundaries, List<Long> counts)
            implements HistogramPointData {
        @Override
        public long getStartEpochNanos() {
            return span.startNanos();
        }

        @Override
        public long getEpochNanos() {
            return span.nowNanos();
        }

        @Override
        public Attributes getAttributes() {
            return attributes;
        }

        @Override
        public double getSum() {
            return sum;
        }

        @Override
        public long getCount() {
            return counts.stream().mapToLong(Long::longValue).sum();
        }

        @Override
        public boolean hasMin() {
            return false;
        }

        @Override
        public double getMin() {
            return 0;
        }

        @Override
        public boolean hasMax() {
            return false;
        }

        @Override
        public double getMax() {
            return 0;
        }

        @Override
        public List<Double> getBoundaries() {
            return boundaries;
        }

        @Override
        public List<Long> getCounts() {
            return counts;
        }

        @Override
        public List<DoubleExemplarData> getExemplars() {
            return List.of();
        }
    }

    private record Summed(Span span, Attributes attributes, long count, double sum) implements SummaryPointData {
        @Override
        public long getStartEpochNanos() {
            return span.startNanos();
        }

        @Override
        public long getEpochNanos() {
            return span.nowNanos();
        }

        @Override
        public Attributes getAttributes() {
            return attributes;
        }

        @Override
        public long getCount() {
            return count;
        }

        @Override
        public double getSum() {
            return sum;
        }

        @Override
        public List<ValueAtQuantile> getValues() {
            return List.of();
        }

        @Override
        public List<DoubleExemplarData> getExemplars() {
            return List.of();
        }
    }
}
