package io.atalaya.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.client.ReconnectPolicy.Next;
import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReconnectPolicyTest {
    private static final RandomGenerator LONGEST = new Random() {
        private static final long serialVersionUID = 1L;

        @Override
        public long nextLong(long bound) {
            return bound - 1;
        }
    };

    private final ReconnectPolicy policy = ReconnectPolicy.standard();

    @ParameterizedTest
    @ValueSource(ints = {4001, 4003, 4029})
    void someCodesMeanNeverToComeBack(int code) {
        assertThat(policy.after(new CloseCode(code), 1, LONGEST)).isInstanceOf(Next.Ended.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1006, 1009, 1011, 1013, 4000, 4999})
    void everyOtherCodeMeansToComeBack(int code) {
        assertThat(policy.after(new CloseCode(code), 1, LONGEST)).isEqualTo(new Next.Retry(Duration.ofSeconds(1), 1));
    }

    @Test
    void theLongestWaitDoublesUpToTheCap() {
        assertThat(longest(1)).isEqualTo(Duration.ofSeconds(1));
        assertThat(longest(2)).isEqualTo(Duration.ofSeconds(2));
        assertThat(longest(5)).isEqualTo(Duration.ofSeconds(16));
        assertThat(longest(6)).isEqualTo(Duration.ofSeconds(30));
        assertThat(longest(50)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void theWaitIsSpreadOverTheWholeRange() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        int[] quarters = new int[4];
        for (int i = 0; i < 4_000; i++) {
            var retry = (Next.Retry) policy.after(CloseCode.ABNORMAL, 3, random);
            quarters[(int) Math.min(3, retry.delay().toMillis() / 1_000)]++;
        }
        for (int count : quarters) {
            assertThat(count).as("seed %d", seed).isBetween(700, 1_300);
        }
    }

    @Test
    void afterTooManyAttemptsItGivesUp() {
        assertThat(policy.after(CloseCode.ABNORMAL, 51, LONGEST))
                .isEqualTo(new Next.Ended("gave up after 50 attempts"));
    }

    @Test
    void withoutReconnectingEveryEndIsTheEnd() {
        assertThat(ReconnectPolicy.never().after(CloseCode.ABNORMAL, 1, LONGEST))
                .isInstanceOf(Next.Ended.class);
    }

    @Test
    void aCapBelowTheBaseIsRefused() {
        assertThatThrownBy(() -> new ReconnectPolicy(Duration.ofSeconds(2), Duration.ofSeconds(1), 1))
                .hasMessageContaining("expected: 0 <= base <= cap");
    }

    private Duration longest(int attempt) {
        return ((Next.Retry) policy.after(CloseCode.ABNORMAL, attempt, LONGEST)).delay();
    }
}
