package io.atalaya.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final Duration MIN = Duration.ofSeconds(1);
    private static final Duration MAX = Duration.ofSeconds(30);

    @Test
    void pausesAreDrawnFromZeroToABoundThatDoublesUpToTheMaximum() {
        List<Duration> longest = new ArrayList<>();
        for (int attempt = 0; attempt < 8; attempt++) {
            longest.add(Duration.ZERO);
        }

        for (int seed = 0; seed < 2_000; seed++) {
            Backoff backoff = new Backoff(MIN, MAX, new Random(seed));
            for (int attempt = 0; attempt < 8; attempt++) {
                Duration pause = backoff.next();
                assertThat(pause).isPositive();
                longest.set(attempt, pause.compareTo(longest.get(attempt)) > 0 ? pause : longest.get(attempt));
            }
        }

        List<Integer> bounds = List.of(1, 2, 4, 8, 16, 30, 30, 30);
        for (int attempt = 0; attempt < 8; attempt++) {
            Duration bound = Duration.ofSeconds(bounds.get(attempt));
            assertThat(longest.get(attempt)).isBetween(bound.multipliedBy(9).dividedBy(10), bound);
        }
    }

    @Test
    void beginsAgainAfterAReset() {
        Backoff backoff = new Backoff(MIN, MAX, new Random(1));
        for (int attempt = 0; attempt < 10; attempt++) {
            backoff.next();
        }

        backoff.reset();

        assertThat(backoff.next()).isLessThanOrEqualTo(MIN);
    }
}
