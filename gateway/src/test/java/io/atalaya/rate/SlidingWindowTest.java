package io.atalaya.rate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlidingWindowTest {
    /** The definition itself: fewer than the limit of those allowed are younger than the window. */
    private static final class Model {
        private final int limit;
        private final long windowNanos;
        private final List<Long> allowed = new ArrayList<>();

        private Model(int limit, long windowNanos) {
            this.limit = limit;
            this.windowNanos = windowNanos;
        }

        private boolean allows(long nowNanos) {
            long young =
                    allowed.stream().filter(at -> nowNanos - at < windowNanos).count();
            if (young < limit) {
                allowed.add(nowNanos);
                return true;
            }
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithItsDefinition(long seed) {
        var random = new Random(seed);
        int limit = (int) seed * 3 - 2;
        var model = new Model(limit, 1_000);
        var window = new SlidingWindow(limit, 1_000);
        long nowNanos = random.nextLong(-10_000, 10_000);
        for (int i = 0; i < 2_000; i++) {
            nowNanos += random.nextInt(8) == 0 ? random.nextInt(1_500) : random.nextInt(2_000 / limit + 1);
            assertThat(window.allows(nowNanos))
                    .as("seed %d, step %d, at %d", seed, i, nowNanos)
                    .isEqualTo(model.allows(nowNanos));
        }
    }

    @Test
    void aMessageExactlyOneWindowOldNoLongerCounts() {
        var window = new SlidingWindow(1, 1_000);
        assertThat(window.allows(0)).isTrue();
        assertThat(window.allows(999)).isFalse();

        boolean allowed = window.allows(1_000);

        assertThat(allowed).isTrue();
    }

    @Test
    void clockReadingsMayWrapAround() {
        var window = new SlidingWindow(2, 1_000);
        assertThat(window.allows(Long.MAX_VALUE - 10)).isTrue();
        assertThat(window.allows(Long.MAX_VALUE)).isTrue();
        assertThat(window.allows(Long.MIN_VALUE + 500)).isFalse();

        boolean allowed = window.allows(Long.MIN_VALUE + 989);

        assertThat(allowed).isTrue();
    }

    @Test
    void aLimitOfNothingAllowsNothing() {
        assertThat(new SlidingWindow(0, 1_000).allows(0)).isFalse();
    }
}
