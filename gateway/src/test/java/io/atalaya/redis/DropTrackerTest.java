package io.atalaya.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.atalaya.breaker.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropTrackerTest {
    private final FakeTime time = new FakeTime();
    private final DropTracker tracker = new DropTracker(time);

    @Test
    void startsWithNothing() {
        assertThat(tracker.snapshot()).isEqualTo(new DropTracker.Snapshot(0, 0, 0, 0, 0.0, 5.0, 0, 60));
    }

    @Test
    void raisesNoAlertAtTheThreshold() {
        tracker.addProcessed(95);

        tracker.addDropped(5);

        assertThat(tracker.snapshot().windowDropRatePercent()).isEqualTo(5.0);
        assertThat(tracker.snapshot().alertCount()).isZero();
    }

    @Test
    void raisesOneAlertAboveTheThreshold() {
        tracker.addProcessed(94);

        tracker.addDropped(6);

        assertThat(tracker.snapshot().alertCount()).isEqualTo(1);
    }

    @Test
    void raisesNoSecondAlertBeforeTheCooldownIsOver() {
        tracker.addDropped(1);
        time.advance(DropTracker.COOLDOWN.minusNanos(1));

        tracker.addDropped(1);

        assertThat(tracker.snapshot().alertCount()).isEqualTo(1);
    }

    @Test
    void raisesAnotherAlertAfterTheCooldown() {
        tracker.addDropped(1);
        time.advance(DropTracker.COOLDOWN);

        tracker.addDropped(1);

        assertThat(tracker.snapshot().alertCount()).isEqualTo(2);
    }

    @Test
    void forgetsWhatLeftTheWindowButNotTheTotals() {
        tracker.addProcessed(10);
        tracker.addDropped(10);
        time.advance(DropTracker.WINDOW);

        tracker.addProcessed(1);

        assertThat(tracker.snapshot()).isEqualTo(new DropTracker.Snapshot(11, 10, 1, 0, 0.0, 5.0, 1, 60));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void windowHoldsWhatANaiveListHolds(long seed) {
        Random random = new Random(seed);
        List<long[]> all = new ArrayList<>();
        long origin = time.getAsLong();

        for (int i = 0; i < 2_000; i++) {
            int processed = random.nextInt(5);
            int dropped = random.nextInt(3);
            tracker.addProcessed(processed);
            tracker.addDropped(dropped);
            all.add(new long[] {(time.getAsLong() - origin) / 1_000_000_000L, processed, dropped});
            time.advance(Duration.ofMillis(random.nextInt(random.nextInt(50) == 0 ? 90_000 : 2_000)));

            long second = (time.getAsLong() - origin) / 1_000_000_000L;
            long[] sums = new long[2];
            all.stream().filter(entry -> entry[0] > second - 60).forEach(entry -> {
                sums[0] += entry[1];
                sums[1] += entry[2];
            });
            DropTracker.Snapshot snapshot = tracker.snapshot();
            assertThat(List.of(snapshot.windowProcessed(), snapshot.windowDropped()))
                    .as("seed %d, step %d", seed, i)
                    .containsExactly(sums[0], sums[1]);
            assertThat(snapshot.windowDropRatePercent())
                    .isCloseTo(sums[0] + sums[1] == 0 ? 0 : 100.0 * sums[1] / (sums[0] + sums[1]), within(1e-9));
        }
    }
}
