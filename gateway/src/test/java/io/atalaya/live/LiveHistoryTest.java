package io.atalaya.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.live.LiveHistory.Excerpt;
import io.atalaya.live.LiveHistory.Series;
import io.atalaya.live.LiveHistory.Step;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is remembered of the last hours. */
final class LiveHistoryTest {
    private static final long START = 1_900_000_000L;

    private final LiveHistory history = new LiveHistory();

    private void add(long second, double value) {
        history.add(second, Arrays.stream(Series.values()).collect(Collectors.toMap(series -> series, _ -> value)));
    }

    private float[] connections(Step step, long seconds) {
        return history.newest(step, seconds).of(Series.CONNECTIONS);
    }

    private float[] deliveries(Step step, long seconds) {
        return history.newest(step, seconds).of(Series.DELIVERIES);
    }

    @Test
    void nothingIsRememberedAtFirst() {
        Excerpt empty = history.newest(Step.FINE, 3_600);

        assertThat(empty.count()).isZero();
        assertThat(json(empty).path("count").asInt()).isZero();
        assertThat(json(empty).at("/series/p99").isEmpty()).isTrue();
    }

    @Test
    void theNewestSecondsComeLast() {
        for (int i = 0; i < 10; i++) {
            add(START + i, i);
        }

        Excerpt newest = history.newest(Step.FINE, 3);

        assertThat(newest.fromSecond()).isEqualTo(START + 7);
        assertThat(newest.of(Series.CONNECTIONS)).containsExactly(7, 8, 9);
        assertThat(connections(Step.FINE, 3_600)).hasSize(10);
    }

    @Test
    void afterAnHourTheOldestSecondMakesPlace() {
        for (int i = 0; i < 3_605; i++) {
            add(START + i, i);
        }

        float[] values = connections(Step.FINE, 100_000);

        assertThat(values).hasSize(3_600);
        assertThat(values[0]).isEqualTo(5);
        assertThat(values[3_599]).isEqualTo(3_604);
    }

    @Test
    void secondsThatWereMissedAreUnknown() {
        add(START, 1);
        add(START + 3, 4);

        assertThat(connections(Step.FINE, 60)).containsExactly(1, Float.NaN, Float.NaN, 4);
    }

    @Test
    void aPauseLongerThanEverythingLeavesNothingOld() {
        add(START, 1);
        add(START + 100_000, 2);

        float[] values = connections(Step.FINE, 3_600);

        assertThat(values).hasSize(3_600);
        assertThat(values[3_599]).isEqualTo(2);
        for (int i = 0; i < 3_599; i++) {
            assertThat(values[i]).isNaN();
        }
    }

    @Test
    void aClockThatWasSetBackAddsNothingUntilItIsWhereItWas() {
        add(START + 5, 5);
        add(START + 4, 99);
        add(START + 5, 6);

        assertThat(connections(Step.FINE, 60)).containsExactly(6);
    }

    @Test
    void tenSecondsHaveTheMeanOfRatesAndTheMaximumOfTheRest() {
        long aligned = START - Math.floorMod(START, 10);
        for (int i = 0; i < 20; i++) {
            add(aligned + i, i);
        }

        assertThat(deliveries(Step.COARSE, 21_600)).containsExactly(4.5f, 14.5f);
        assertThat(connections(Step.COARSE, 21_600)).containsExactly(9, 19);
        assertThat(history.newest(Step.COARSE, 21_600).fromSecond()).isEqualTo(aligned);
    }

    @Test
    void anUnknownSecondDoesNotSpoilItsTenSeconds() {
        long aligned = START - Math.floorMod(START, 10);
        add(aligned, 4);
        add(aligned + 1, Double.NaN);
        add(aligned + 2, 8);

        assertThat(deliveries(Step.COARSE, 10)).containsExactly(6);
        assertThat(connections(Step.COARSE, 10)).containsExactly(8);
    }

    @Test
    void anAnswerIsJsonWithNullForWhatIsUnknown() {
        add(START, 0.125);
        add(START + 1, Double.NaN);
        add(START + 2, 1_234_567);
        add(START + 3, 2.5);

        JsonNode page = json(history.newest(Step.FINE, 60));

        assertThat(page.path("step_ms").asInt()).isEqualTo(1_000);
        assertThat(page.path("from").asLong()).isEqualTo(START * 1_000);
        assertThat(page.path("to").asLong()).isEqualTo((START + 3) * 1_000);
        assertThat(page.at("/series/p50").toString()).isEqualTo("[0.125,null,1234567,2.5]");
        assertThat(page.path("series").size()).isEqualTo(Series.values().length);
    }

    private static JsonNode json(Excerpt excerpt) {
        return JsonMapper.shared().readTree(new String(LiveJson.history(excerpt), StandardCharsets.UTF_8));
    }
}
