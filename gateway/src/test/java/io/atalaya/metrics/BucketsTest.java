package io.atalaya.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

/** A view shows fewer bounds than are recorded, and never guesses. */
final class BucketsTest {
    private static final long MILLI = 1_000_000;

    private static Histogram.Snapshot observed(long... millis) {
        var histogram = new Histogram(Bounds.LATENCIES);
        for (long each : millis) {
            histogram.record(each * MILLI, 1);
        }
        return histogram.snapshot();
    }

    @Test
    void bucketsBetweenTwoBoundsAreOne() {
        var buckets = Buckets.milliseconds(10, 100, 1000);

        assertThat(buckets.counts(observed(1, 10, 11, 100, 101, 250, 1000, 1001, 20_000)))
                .containsExactly(2, 2, 3, 2);
    }

    @Test
    void boundsAndSumsAreInTheUnitOfTheView() {
        assertThat(Buckets.milliseconds(250).bound(0)).isEqualTo(250.0);
        assertThat(Buckets.seconds(0.25).bound(0)).isEqualTo(0.25);
        assertThat(Buckets.milliseconds(250).inUnit(3 * MILLI)).isEqualTo(3.0);
        assertThat(Buckets.seconds(0.25).inUnit(3 * MILLI)).isEqualTo(0.003);
    }

    @Test
    void aBoundThatIsNotRecordedIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Buckets.milliseconds(150).counts(observed(1)))
                .withMessageStartingWith("bound: 150000000 ns (expected: one of ");
    }

    @Test
    void histogramsOfOtherBoundsAreNotAdded() {
        var lifetimes = new Histogram(Bounds.LIFETIMES).snapshot();

        assertThatIllegalArgumentException().isThrownBy(() -> lifetimes.plus(observed(1)));
    }
}
