package io.atalaya.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.atalaya.metrics.Histogram.Snapshot;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramTest {
    private static final long MILLI = 1_000_000;

    private final Histogram histogram = new Histogram(Bounds.LATENCIES);

    private static double[] boundsSeconds() {
        return java.util.stream.IntStream.range(0, Bounds.LATENCIES.size())
                .mapToDouble(i -> Bounds.LATENCIES.nanos(i) / 1e9)
                .toArray();
    }

    private static long boundNanos(int bucket) {
        return Math.round(boundsSeconds()[bucket] * 1e9);
    }

    @Test
    void boundsAscendAndEveryOneIsTheUpperEndOfItsBucket() {
        double[] bounds = boundsSeconds();
        assertThat(bounds).isSorted().doesNotHaveDuplicates();
        for (int bucket = 0; bucket < bounds.length; bucket++) {
            var own = new Histogram(Bounds.LATENCIES);

            own.record(boundNanos(bucket), 1);
            own.record(boundNanos(bucket) + 1, 2);

            assertThat(own.snapshot().counts()[bucket])
                    .as("bound %s", bounds[bucket])
                    .isEqualTo(1);
            assertThat(own.snapshot().counts()[bucket + 1])
                    .as("bound %s", bounds[bucket])
                    .isEqualTo(2);
        }
    }

    @Test
    void whatIsLongerThanEveryBoundIsInTheLastBucket() {
        histogram.record(Duration.ofDays(3).toNanos(), 2);

        Snapshot snapshot = histogram.snapshot();

        assertThat(snapshot.counts()).endsWith(2L).hasSize(boundsSeconds().length + 1);
        assertThat(snapshot.quantile(0.5)).isEqualTo(Duration.ofSeconds(10));
        assertThat(snapshot.sumSeconds()).isEqualTo(2 * 3 * 86_400.0);
    }

    @Test
    void aNegativeDurationCountsAsZero() {
        histogram.record(-5, 3);

        assertThat(histogram.snapshot().counts()[0]).isEqualTo(3);
        assertThat(histogram.snapshot().sumSeconds()).isZero();
    }

    @Test
    void manyAtOnceAreManyAlone() {
        var alone = new Histogram(Bounds.LATENCIES);
        for (int i = 0; i < 7; i++) {
            alone.record(3 * MILLI, 1);
        }

        histogram.record(3 * MILLI, 7);
        histogram.record(9 * MILLI, 0);

        assertThat(histogram.snapshot().counts()).isEqualTo(alone.snapshot().counts());
        assertThat(histogram.snapshot().sumSeconds()).isEqualTo(0.021);
        assertThat(histogram.snapshot().count()).isEqualTo(7);
    }

    @Test
    void aSnapshotDoesNotChange() {
        histogram.record(MILLI, 1);
        Snapshot before = histogram.snapshot();

        histogram.record(MILLI, 1);
        before.counts()[0] = 99;

        assertThat(before.count()).isEqualTo(1);
        assertThat(before.sumSeconds()).isEqualTo(0.001);
        assertThat(Snapshot.empty().count()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void mergedIsAsIfRecordedInOne(long seed) {
        var random = new Random(seed);
        var left = new Histogram(Bounds.LATENCIES);
        var right = new Histogram(Bounds.LATENCIES);
        for (int i = 0; i < 500; i++) {
            long nanos = (long) Math.pow(10, random.nextDouble(11));
            int count = random.nextInt(4);
            histogram.record(nanos, count);
            (random.nextBoolean() ? left : right).record(nanos, count);
        }

        Snapshot merged = left.snapshot().plus(right.snapshot()).plus(Snapshot.empty());

        Snapshot whole = histogram.snapshot();
        assertThat(merged.counts()).as("seed %d", seed).isEqualTo(whole.counts());
        assertThat(merged.sumSeconds()).isEqualTo(whole.sumSeconds());
        assertThat(merged.quantile(0.99)).isEqualTo(whole.quantile(0.99));
    }

    @Test
    void withoutObservationsEveryQuantileIsZero() {
        assertThat(Snapshot.empty().quantile(0)).isZero();
        assertThat(Snapshot.empty().quantile(1)).isZero();
    }

    @Test
    void theEndsAreTheSmallestAndTheLargestObservation() {
        histogram.record(3 * MILLI, 1);
        histogram.record(70 * MILLI, 1);

        Snapshot snapshot = histogram.snapshot();

        assertThat(snapshot.quantile(0)).isEqualTo(Duration.ofMillis(5));
        assertThat(snapshot.quantile(0.5)).isEqualTo(Duration.ofMillis(5));
        assertThat(snapshot.quantile(0.501)).isEqualTo(Duration.ofMillis(100));
        assertThat(snapshot.quantile(1)).isEqualTo(Duration.ofMillis(100));
    }

    /** Products such as 0.07 · 100 lie just above the whole number that they mean. */
    @Test
    void aPercentileOfAWholeNumberOfObservationsIsExact() {
        for (int count = 100; count <= 1_000; count += 100) {
            for (int percent = 1; percent < 100; percent++) {
                int below = count * percent / 100;
                var own = new Histogram(Bounds.LATENCIES);
                own.record(MILLI, below);
                own.record(200 * MILLI, count - below);

                Duration quantile = own.snapshot().quantile(percent / 100.0);

                assertThat(quantile).as("p%d of %d", percent, count).isEqualTo(Duration.ofMillis(1));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5, 6})
    void aQuantileIsTheBoundAboveTheObservationOfThatRank(long seed) {
        var random = new Random(seed);
        long[] observed = random.longs(777, 0, 9_000 * MILLI).sorted().toArray();
        Arrays.stream(observed).forEach(nanos -> histogram.record(nanos, 1));
        for (int i = 1; i <= observed.length; i++) {
            long nanos = observed[i - 1];
            Duration bound = Arrays.stream(boundsSeconds())
                    .mapToObj(seconds -> Duration.ofNanos(Math.round(seconds * 1e9)))
                    .filter(candidate -> candidate.toNanos() >= nanos)
                    .findFirst()
                    .orElseThrow();
            assertThat(histogram.snapshot().quantile((i - 0.5) / observed.length))
                    .as("seed %d, rank %d", seed, i)
                    .isEqualTo(bound);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.01, 1.01, Double.NaN, Double.POSITIVE_INFINITY})
    void aQuantileOutsideItsRangeIsRefused(double quantile) {
        histogram.record(MILLI, 1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> histogram.snapshot().quantile(quantile))
                .withMessageContaining("0 … 1");
    }
}
