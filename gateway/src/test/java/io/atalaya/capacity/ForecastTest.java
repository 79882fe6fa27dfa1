package io.atalaya.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ForecastTest {
    private static final Instant START = Instant.parse("2030-05-01T00:00:00Z");
    private static final double PER_MINUTE = 1_440;

    private static GrowthTrend trend(int minutes, java.util.function.IntToLongFunction bytes) {
        var trend = new GrowthTrend();
        for (int minute = 0; minute < minutes; minute++) {
            trend.onSize(START.plus(Duration.ofMinutes(minute)), bytes.applyAsLong(minute));
        }
        return trend;
    }

    @Test
    void steadyGrowthIsTheSlope() {
        assertThat(trend(60, minute -> 1_000_000_000_000L + 7L * minute)
                        .bytesPerDay()
                        .orElseThrow())
                .isCloseTo(7 * PER_MINUTE, within(0.01));
    }

    @Test
    void oneEmptyingInADayDoesNotTurnGrowthRound() {
        double growth = trend(1_440, minute -> minute < 1_300 ? 100L * minute : 100L * minute - 3_000)
                .bytesPerDay()
                .orElseThrow();

        assertThat(growth).isBetween(0.9 * 100 * PER_MINUTE, 100 * PER_MINUTE);
    }

    @Test
    void aFewMinutesSayNothingOfADay() {
        assertThat(trend(5, minute -> minute).bytesPerDay()).isEmpty();
        assertThat(trend(6, minute -> minute).bytesPerDay()).isPresent();
    }

    @Test
    void onlyTheLastDayCounts() {
        GrowthTrend trend = trend(3 * 1_440, minute -> minute < 1_440 ? 1_000L * minute : 1_440_000L);

        assertThat(trend.bytesPerDay().orElseThrow()).isCloseTo(0, within(1e-6));
        assertThat(trend.sizes()).hasSizeLessThanOrEqualTo(1_441);
    }

    @Test
    void looksMoreOftenThanOnceAMinuteAreNotKept() {
        var trend = new GrowthTrend();
        for (int second = 0; second < 600; second += 10) {
            trend.onSize(START.plusSeconds(second), second);
        }

        assertThat(trend.sizes()).hasSize(10);
    }

    @Test
    void whatIsLeftFollowsFromGrowth() {
        assertThat(forecast(250, OptionalDouble.of(150)).secondsLeft()).hasValue(5 * 86_400);
        assertThat(forecast(250, OptionalDouble.of(-3)).secondsLeft()).hasValue(Double.POSITIVE_INFINITY);
        assertThat(forecast(250, OptionalDouble.empty()).secondsLeft()).isEmpty();
        assertThat(forecast(1_001, OptionalDouble.empty()).secondsLeft()).hasValue(0);
    }

    private static StorageForecast forecast(long used, OptionalDouble growth) {
        return new StorageForecast("log", used, OptionalLong.of(1_000), growth, List.of());
    }

    @Test
    void ratesAreOverTheLastMinute() {
        var meter = new LoadMeter();
        assertThat(meter.onLook(START, new Load(5, 0, 0))).isEqualTo(Map.of(Resource.CONNECTIONS, 5.0));
        for (int step = 1; step <= 6; step++) {
            meter.onLook(START.plusSeconds(10L * step), new Load(5, 1_000, 10));
        }

        Map<Resource, Double> use = meter.onLook(START.plusSeconds(70), new Load(4, 1_600, 70));

        assertThat(use).isEqualTo(Map.of(Resource.CONNECTIONS, 4.0, Resource.DELIVERIES, 10.0, Resource.EVENTS, 1.0));
    }
}
