package io.atalaya.budget;

import java.util.List;
import java.util.Map;

/**
 * What is exposed to scrapers at one moment, so that who reads it here and who scrapes it cannot disagree. Immutable.
 */
@FunctionalInterface
public interface Measurements {
    /**
     * The series of a family; none when it is not exposed.
     *
     * @param metric the family's name; for a counter with its {@code _total}
     */
    List<Series> series(String metric);

    /**
     * One series. Immutable.
     *
     * @param value of a counter or gauge; of a histogram, how many observations it has
     * @param buckets of a histogram; none otherwise
     */
    record Series(Map<String, String> labels, double value, Buckets buckets) {
        public Series {
            labels = Map.copyOf(labels);
        }

        /** Of a counter or a gauge. */
        public static Series of(Map<String, String> labels, double value) {
            return new Series(labels, value, Buckets.NONE);
        }
    }

    /**
     * A histogram's buckets. Immutable.
     *
     * @param bounds upper bounds, inclusive, ascending, in the unit of the metric
     * @param counts observations up to each bound, cumulative
     */
    record Buckets(List<Double> bounds, List<Long> counts) {
        /** Of what is no histogram. */
        public static final Buckets NONE = new Buckets(List.of(), List.of());

        public Buckets {
            bounds = List.copyOf(bounds);
            counts = List.copyOf(counts);
            if (bounds.size() != counts.size()) {
                throw new IllegalArgumentException(
                        "counts: %d (expected: one a bound, %d)".formatted(counts.size(), bounds.size()));
            }
        }

        /** Observations of at most {@code bound}; zero when that is no bound. */
        public long atMost(double bound) {
            int index = bounds.indexOf(bound);
            return index < 0 ? 0 : counts.get(index);
        }
    }
}
