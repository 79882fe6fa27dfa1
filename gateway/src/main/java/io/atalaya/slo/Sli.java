package io.atalaya.slo;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** What an objective is measured by. Immutable. Every kind comes down to two sums: what was bad, and all that counts. */
public sealed interface Sli {
    /** Everything that it reads. */
    Stream<Selector> selectors();

    /**
     * The share of events that were good.
     *
     * @param counts what {@code counted} counts
     * @param counted the good events, or the bad ones
     * @param valid all that count, good and bad
     */
    record Events(Counts counts, List<Selector> counted, List<Selector> valid) implements Sli {
        public Events {
            counted = List.copyOf(counted);
            valid = List.copyOf(valid);
        }

        @Override
        public Stream<Selector> selectors() {
            return Stream.concat(counted.stream(), valid.stream());
        }
    }

    /** Which events a file names, where the others follow. */
    enum Counts {
        GOOD,
        BAD
    }

    /**
     * The share of observations that took at most {@code threshold}, which is a bound of the histogram. So "p95 within
     * 200 ms" is 95 % of them within 200 ms.
     */
    record Latency(Selector histogram, Duration threshold) implements Sli {
        @Override
        public Stream<Selector> selectors() {
            return Stream.of(histogram);
        }
    }

    /** The share of time in which the sum of some gauges was above zero. Counted in milliseconds. */
    record Uptime(List<Selector> up) implements Sli {
        public Uptime {
            up = List.copyOf(up);
        }

        @Override
        public Stream<Selector> selectors() {
            return up.stream();
        }
    }
}
