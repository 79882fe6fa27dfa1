package io.atalaya.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.breaker.Breaker.State;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BreakerTest {
    private static final Duration OPEN = Duration.ofSeconds(30);

    private final FakeTime time = new FakeTime();
    private final Breaker breaker = new Breaker("test", OPEN, 1, time);

    @Test
    void staysClosedBelowTheThreshold() {
        fail(4);

        assertThat(breaker.snapshot().state()).isEqualTo(State.CLOSED);
        assertThat(breaker.tryAcquire()).isTrue();
    }

    @Test
    void opensAtFiveFailuresInARow() {
        fail(5);

        assertThat(breaker.snapshot().state()).isEqualTo(State.OPEN);
        assertThat(breaker.snapshot().state().gauge()).isEqualTo(1);
    }

    @Test
    void successBetweenTheFailuresKeepsItClosed() {
        fail(4);
        succeed();

        fail(4);

        assertThat(breaker.snapshot().state()).isEqualTo(State.CLOSED);
    }

    @Test
    void callsAreAvoidedAndCountedWhileOpen() {
        fail(5);

        assertThat(breaker.tryAcquire()).isFalse();

        assertThat(breaker.snapshot().rejectedCalls()).isEqualTo(1);
        assertThat(breaker.snapshot().totalCalls()).isEqualTo(6);
    }

    @Test
    void letsOneProbeThroughAfterTheWait() {
        fail(5);
        time.advance(breaker.untilProbe());

        assertThat(breaker.tryAcquire()).isTrue();

        assertThat(breaker.snapshot().state()).isEqualTo(State.HALF_OPEN);
        assertThat(breaker.snapshot().state().gauge()).isEqualTo(2);
        assertThat(breaker.tryAcquire()).isFalse();
    }

    @Test
    void successfulProbeClosesIt() {
        fail(5);
        time.advance(breaker.untilProbe());

        succeed();

        assertThat(breaker.snapshot().state()).isEqualTo(State.CLOSED);
        assertThat(breaker.snapshot().stateChanges()).isEqualTo(3);
    }

    @Test
    void failedProbeOpensItForAnotherWait() {
        fail(5);
        time.advance(breaker.untilProbe());

        fail(1);

        assertThat(breaker.snapshot().state()).isEqualTo(State.OPEN);
        assertThat(breaker.untilProbe()).isBetween(OPEN, OPEN.plusMillis(2));
    }

    @Test
    void tellsHowLongAgoItFailed() {
        fail(1);
        time.advance(Duration.ofSeconds(7));

        assertThat(breaker.snapshot().sinceLastFailure()).contains(Duration.ofSeconds(7));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void waitingAsItSaysAlwaysLeadsToAnotherAttempt(long seed) {
        Random random = new Random(seed);

        for (int i = 0; i < 300; i++) {
            int refusals = 0;
            while (!breaker.tryAcquire()) {
                assertThat(++refusals).as("seed %d, step %d", seed, i).isLessThan(3);
                assertThat(breaker.untilProbe()).isPositive();
                time.advance(breaker.untilProbe());
            }
            if (random.nextInt(10) == 0) {
                breaker.onSuccess();
            } else {
                breaker.onFailure(new Exception("away"));
            }
        }
        assertThat(breaker.snapshot().stateChanges()).isPositive();
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            assertThat(breaker.tryAcquire()).isTrue();
            breaker.onFailure(new Exception("away"));
        }
    }

    private void succeed() {
        assertThat(breaker.tryAcquire()).isTrue();
        breaker.onSuccess();
    }
}
