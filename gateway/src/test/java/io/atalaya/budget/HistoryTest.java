package io.atalaya.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rings answer as a list of everything ever counted would. */
class HistoryTest {
    private static final Duration[] WINDOWS = {
        Duration.ofMinutes(5),
        Duration.ofMinutes(30),
        Duration.ofHours(1),
        Duration.ofHours(2),
        Duration.ofHours(6),
        Duration.ofDays(1),
        Duration.ofDays(3),
        Duration.ofDays(30),
        Duration.ofDays(31)
    };

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyWindowIsThatOfTheModel(long seed) throws IOException {
        var random = new Random(seed);
        Instant start = Instant.parse("2030-03-01T00:00:00Z").plusMillis(random.nextInt(3_600_000));
        var history = new History(start);
        var model = new ModelHistory(start);
        Instant now = start;
        for (int look = 0; look < 40_000; look++) {
            now = now.plusMillis(pause(random));
            long total = random.nextInt(100);
            long bad = total == 0 ? 0 : random.nextLong(total);
            boolean even = random.nextInt(50) == 0;
            if (even) {
                history.advanceEvenly(now, bad, total);
            } else {
                history.advance(now, bad, total);
            }
            model.look(now, bad, total, even);
            if (look % 97 == 0) {
                Duration window = WINDOWS[random.nextInt(WINDOWS.length)];
                assertThat(history.over(window))
                        .as("seed %d, look %d, window %s", seed, look, window)
                        .isEqualTo(model.over(window));
            }
            if (look % 10_007 == 0) {
                history = copy(history, start);
            }
        }
        assertThat(history.totals()).isEqualTo(model.over(Duration.ofDays(10_000)));
    }

    /** Ten seconds and some jitter, sometimes none, a step back, or hours. */
    private static long pause(Random random) {
        return switch (random.nextInt(200)) {
            case 0 -> 0;
            case 1 -> -random.nextInt(30_000);
            case 2 -> random.nextInt(6 * 3_600_000);
            case 3 -> 10_000 - random.nextInt(10_000);
            default -> 10_000 + random.nextInt(300);
        };
    }

    private static History copy(History history, Instant start) throws IOException {
        var bytes = new ByteArrayOutputStream();
        history.writeTo(new DataOutputStream(bytes));
        var copy = new History(start.plusSeconds(12345));
        copy.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        return copy;
    }
}
