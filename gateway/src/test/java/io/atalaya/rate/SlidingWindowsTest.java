package io.atalaya.rate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SlidingWindowsTest {
    private static final long WINDOW = 1_000;

    @Test
    void everybodyHasAWindowOfItsOwn() {
        var windows = new SlidingWindows<String>(2, WINDOW, 100, 0);

        assertThat(windows.allows("a", 0)).isTrue();
        assertThat(windows.allows("a", 1)).isTrue();
        assertThat(windows.allows("a", 2)).isFalse();
        assertThat(windows.allows("b", 2)).isTrue();
        assertThat(windows.allows("a", WINDOW)).isTrue();
        assertThat(windows.allows("a", WINDOW)).isFalse();
    }

    @Test
    void whoeverComesBeyondTheBoundMayNotSayAnythingUntilOthersAreForgotten() {
        var windows = new SlidingWindows<Integer>(1, WINDOW, 3, 0);
        for (int i = 0; i < 3; i++) {
            assertThat(windows.allows(i, 10)).isTrue();
        }

        assertThat(windows.allows(3, 11)).isFalse();
        assertThat(windows.size()).isEqualTo(3);
        assertThat(windows.allows(3, 11 + WINDOW)).isTrue();
        assertThat(windows.size()).isEqualTo(1);
    }

    @Test
    void thoseWhoAreSilentCostNothing() {
        var windows = new SlidingWindows<Integer>(1, WINDOW, 1_000_000, 0);
        for (int i = 0; i < 100_000; i++) {
            assertThat(windows.allows(i, i)).isTrue();
        }

        assertThat(windows.size()).isLessThanOrEqualTo(3_100);
    }

    @Test
    void nobodyIsForgottenWhoseMessagesStillCount() {
        var windows = new SlidingWindows<Integer>(1, WINDOW, 1_000_000, 0);
        for (int i = 0; i < 2_000; i++) {
            windows.allows(i, i);
        }

        for (int i = 1_100; i < 2_000; i++) {
            assertThat(windows.allows(i, 2_000)).as("message at %d", i).isFalse();
        }
    }

    @Test
    @Timeout(30)
    void severalThreadsTogetherSayNoMore() throws Exception {
        var windows = new SlidingWindows<String>(1_000, WINDOW, 100, 0);
        var start = new CountDownLatch(1);
        try (var threads = Executors.newFixedThreadPool(4)) {
            var counts = IntStream.range(0, 4)
                    .mapToObj(_ -> threads.submit(() -> {
                        start.await();
                        int allowed = 0;
                        for (int i = 0; i < 1_000; i++) {
                            allowed += windows.allows("all", 0) ? 1 : 0;
                        }
                        return allowed;
                    }))
                    .toList();
            start.countDown();
            int sum = 0;
            for (Future<Integer> count : counts) {
                sum += count.get();
            }

            assertThat(sum).isEqualTo(1_000);
        }
    }
}
