package io.atalaya.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.alerting.AlertLoop;
import io.atalaya.alerting.AlertingConfig;
import io.atalaya.budget.SloEngine;
import io.atalaya.canary.Canary;
import io.atalaya.capacity.CapacityMetrics;
import io.atalaya.capacity.CapacityReports;
import io.atalaya.kpi.KpiEngine;
import io.atalaya.kpi.KpiFile;
import io.atalaya.kpiapi.KpiMetrics;
import io.atalaya.management.Samples;
import io.atalaya.metrics.ProcessProbe;
import io.atalaya.slo.Catalogue;
import io.atalaya.slo.Catalogue.Kind;
import io.atalaya.slo.Catalogue.Metric;
import io.atalaya.slo.ShippedObjectives;
import io.atalaya.sloapi.SloMetrics;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The catalogue that rules and panels are held against says what is really exposed. */
class CatalogueTest {
    private final Map<String, Metric> declared = ours(ShippedObjectives.read().catalogue());
    private final Map<String, MetricSnapshot> exposed = exposed();

    private static Map<String, Metric> ours(Catalogue catalogue) {
        var ours = new TreeMap<>(catalogue.families());
        ours.values().removeIf(metric -> !metric.ours());
        return ours;
    }

    private static Map<String, MetricSnapshot> exposed() {
        var families = new ArrayList<MetricSnapshot>();
        for (Vocabulary vocabulary : Vocabulary.values()) {
            vocabulary.of(Samples.withRedis(true)).forEach(families::add);
        }
        var engine = new SloEngine(ShippedObjectives.read().file(), Instant.parse("2030-05-01T00:00:00Z"));
        SloMetrics.of(engine.report()).forEach(families::add);
        KpiMetrics.of(new KpiEngine(KpiFile.none()).report(), 0).forEach(families::add);
        Canary.noMetrics().forEach(families::add);
        try (var alerts =
                new AlertLoop(AlertingConfig.none(), engine::report, Optional.empty(), InstantSource.system())) {
            alerts.metrics().forEach(families::add);
        }
        new ProcessProbe(Path.of("/proc/self")).sample().families().forEach(family -> {
            String name = family.getMetadata().getName();
            if (families.stream()
                    .noneMatch(known -> known.getMetadata().getName().equals(name))) {
                families.add(family);
            }
        });
        CapacityMetrics.of(CapacityReports.full()).forEach(families::add);
        var byName = new TreeMap<String, MetricSnapshot>();
        families.forEach(family -> byName.put(
                family.getMetadata().getName() + (family instanceof CounterSnapshot ? "_total" : ""), family));
        return byName;
    }

    @Test
    void whatIsNotPendingIsExposedAndWhatIsPendingIsNot() {
        var live = new TreeSet<String>();
        declared.forEach((name, metric) -> {
            if (!metric.pending()) {
                live.add(name);
            }
        });
        var pending = new TreeSet<>(declared.keySet());
        pending.removeAll(live);

        assertThat(exposed.keySet()).as("slo/catalogue.yaml, without pending").containsAll(live);
        assertThat(exposed.keySet())
                .as("slo/catalogue.yaml: exposed by now, so no longer pending; then ./atalaya slo generate")
                .noneMatch(pending::contains);
    }

    /** Of the JVM's many only those that something shows. */
    @Test
    void whatIsExposedIsInTheCatalogue() {
        assertThat(exposed.keySet().stream()
                        .filter(name -> !name.startsWith("jvm_") && !name.startsWith("process_"))
                        .filter(name -> !declared.containsKey(name)))
                .as("slo/catalogue.yaml: lines that are missing")
                .isEmpty();
    }

    @Test
    void typesLabelsAndBucketsAreThose() {
        exposed.forEach((name, family) -> {
            Metric metric = declared.get(name);
            if (metric == null) {
                return;
            }
            assertThat(metric.type()).as(name).isEqualTo(type(family));
            for (DataPointSnapshot point : family.getDataPoints()) {
                for (Label label : point.getLabels()) {
                    assertThat(metric.labels()).as(name).contains(label.getName());
                }
            }
            if (family instanceof HistogramSnapshot histogram) {
                assertThat(bounds(histogram))
                        .as(name)
                        .usingElementComparator(BigDecimal::compareTo)
                        .isEqualTo(metric.bounds());
            }
        });
    }

    private static Kind type(MetricSnapshot family) {
        return switch (family) {
            case CounterSnapshot _ -> Kind.COUNTER;
            case GaugeSnapshot _ -> Kind.GAUGE;
            case HistogramSnapshot _ -> Kind.HISTOGRAM;
            case SummarySnapshot _ -> Kind.SUMMARY;
            default -> throw new AssertionError(family.getClass());
        };
    }

    private static List<BigDecimal> bounds(HistogramSnapshot histogram) {
        var buckets = histogram.getDataPoints().getFirst().getClassicBuckets();
        var bounds = new ArrayList<BigDecimal>();
        for (int i = 0; i + 1 < buckets.size(); i++) {
            bounds.add(BigDecimal.valueOf(buckets.getUpperBound(i)));
        }
        return bounds;
    }
}
