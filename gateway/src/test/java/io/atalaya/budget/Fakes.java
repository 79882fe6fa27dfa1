package io.atalaya.budget;

import io.atalaya.budget.Measurements.Buckets;
import io.atalaya.budget.Measurements.Series;
import io.atalaya.slo.SloFile;
import io.atalaya.slo.SloOutcome;
import io.atalaya.slo.SloReader;
import io.atalaya.slo.SloReader.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Objectives and measurements that tests make up. */
final class Fakes {
    private static final String CATALOGUE = """
            exporters:
              atalaya:
                job: api
                about: ours
                metrics:
                  answers_total: {type: counter, labels: [status]}
                  took_seconds: {type: histogram, buckets: [0.1, 0.2, 1]}
                  health: {type: gauge, labels: [state]}
            """;

    private Fakes() {}

    static SloFile file(String objectives) {
        return switch (SloReader.read(new Source("test.yaml", objectives), new Source("catalogue.yaml", CATALOGUE))) {
            case SloOutcome.Valid valid -> valid.file();
            case SloOutcome.Invalid invalid -> throw new AssertionError(invalid.problems());
        };
    }

    /** What is measured, changed by the test. */
    static final class Gauges implements Measurements {
        private final Map<String, Map<Map<String, String>, Series>> families = new TreeMap<>();

        Gauges set(String metric, Map<String, String> labels, double value) {
            return put(metric, Series.of(labels, value));
        }

        Gauges histogram(String metric, List<Double> bounds, List<Long> counts, long count) {
            return put(metric, new Series(Map.of(), count, new Buckets(bounds, counts)));
        }

        private Gauges put(String metric, Series series) {
            families.computeIfAbsent(metric, _ -> new java.util.LinkedHashMap<>())
                    .put(series.labels(), series);
            return this;
        }

        void clear() {
            families.clear();
        }

        @Override
        public List<Series> series(String metric) {
            return new ArrayList<>(families.getOrDefault(metric, Map.of()).values());
        }
    }
}
