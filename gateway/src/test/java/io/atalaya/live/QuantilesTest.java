package io.atalaya.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.atalaya.metrics.Bounds;
import io.atalaya.metrics.Histogram;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Quantiles of a second, from counts that only grow. */
final class QuantilesTest {
    private static final long MILLI = 1_000_000;

    @Test
    void onlyWhatCameInBetweenCounts() {
        var histogram = new Histogram(Bounds.LATENCIES);
        histogram.record(9_000 * MILLI, 1_000);
        Histogram.Snapshot before = histogram.snapshot();
        histogram.record(MILLI, 100);

        Quantiles quantiles = Quantiles.between(before, histogram.snapshot());

        assertThat(quantiles.count()).isEqualTo(100);
        assertThat(quantiles.p99()).isBetween(0.5, 1.0);
    }

    @Test
    void withoutObservationsThereAreNone() {
        Histogram.Snapshot same = new Histogram(Bounds.LATENCIES).snapshot();

        assertThat(Quantiles.between(same, same)).isEqualTo(Quantiles.NONE);
        assertThat(Quantiles.NONE.p50()).isNaN();
    }

    @Test
    void whatLiesAboveEveryBoundIsShownAsTheLargest() {
        var histogram = new Histogram(Bounds.LATENCIES);
        histogram.record(60_000 * MILLI, 1);

        assertThat(Quantiles.between(Histogram.Snapshot.empty(), histogram.snapshot())
                        .p50())
                .isEqualTo(10_000);
    }

    @Test
    void anEstimateIsWithinTheBucketOfTheTrueValue() {
        long seed = 20_300_601;
        var random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            var histogram = new Histogram(Bounds.LATENCIES);
            double[] millis = new double[1 + random.nextInt(500)];
            for (int i = 0; i < millis.length; i++) {
                millis[i] = Math.exp(random.nextGaussian() * 2);
                histogram.record((long) (millis[i] * MILLI), 1);
            }
            Arrays.sort(millis);

            Quantiles quantiles = Quantiles.between(Histogram.Snapshot.empty(), histogram.snapshot());

            double median = millis[(int) Math.ceil(0.5 * millis.length) - 1];
            double[] bounds = IntStream.range(0, Bounds.LATENCIES.size())
                    .mapToDouble(i -> Bounds.LATENCIES.nanos(i) / 1e6)
                    .toArray();
            int bucket =
                    (int) Arrays.stream(bounds).filter(bound -> bound < median).count();
            double lower = bucket == 0 ? 0 : bounds[bucket - 1];
            double upper = bucket == bounds.length ? bounds[bucket - 1] : bounds[bucket];
            assertThat(quantiles.p50()).as("seed %d round %d", seed, round).isBetween(lower - 1e-3, upper + 1e-3);
            assertThat(quantiles.p50()).isLessThanOrEqualTo(quantiles.p95());
            assertThat(quantiles.p95()).isLessThanOrEqualTo(quantiles.p99());
        }
    }

    @Test
    void withinABucketObservationsAreSpreadEvenly() {
        var histogram = new Histogram(Bounds.LATENCIES);
        histogram.record(7 * MILLI, 10);

        assertThat(Quantiles.between(Histogram.Snapshot.empty(), histogram.snapshot())
                        .p50())
                .isCloseTo(7.5, within(1e-9));
    }
}
