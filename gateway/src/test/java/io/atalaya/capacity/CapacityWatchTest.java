package io.atalaya.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CapacityWatchTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private Instant now = CapacityReports.AT;
    private CompletionStage<Load> load = CompletableFuture.completedFuture(new Load(100, 0, 0));
    private long used = 1_000;
    private Optional<StoreSize> database = Optional.empty();
    private int asked;

    private CapacityWatch watch(Machine machine) {
        var sources =
                new CapacityWatch.Sources(() -> load, () -> List.of(new StoreSize("log", used, 1_000_000_000)), () -> {
                    asked++;
                    return database;
                });
        return new CapacityWatch(directory, sources, machine, () -> now);
    }

    private void pass(CapacityWatch watch, Duration time, long growth) throws InterruptedException {
        now = now.plus(time);
        used += growth;
        watch.look();
    }

    @Test
    void whatIsProvedWhileItRunsIsFoundAtTheNextLook() throws Exception {
        CapacityWatch watch = watch(CapacityReports.MACHINE);
        watch.look();
        assertThat(watch.report().proved()).isEmpty();
        assertThat(watch.report().headroom(Resource.CONNECTIONS)).isEmpty();

        CapacityFile.in(directory).write(CapacityReports.proved());
        pass(watch, Duration.ofSeconds(10), 0);

        assertThat(watch.report().headroom(Resource.CONNECTIONS)).hasValue(100);
        assertThat(watch.report().headroom(Resource.EVENTS)).hasValue(Double.POSITIVE_INFINITY);
        assertThat(watch.report().sameMachine()).isTrue();
    }

    @Test
    void aFigureOfAnotherMachineIsSaidToBeOne() throws Exception {
        CapacityFile.in(directory).write(CapacityReports.proved());
        CapacityWatch watch = watch(new Machine(2, 8L << 30, 65_536, "Linux amd64", "25"));

        watch.look();

        assertThat(watch.report().proved()).isPresent();
        assertThat(watch.report().sameMachine()).isFalse();
    }

    @Test
    void aFileThatIsNotOursHidesNothingElse() throws Exception {
        Files.writeString(CapacityFile.in(directory).path(), "nonsense");
        CapacityWatch watch = watch(CapacityReports.MACHINE);

        watch.look();

        assertThat(watch.report().problem()).contains("capacity.json");
        assertThat(watch.report().use()).containsEntry(Resource.CONNECTIONS, 100.0);
        assertThat(watch.report().storage()).hasSize(1);
    }

    @Test
    void aLookThatFailsLeavesStorageKnown() throws Exception {
        load = CompletableFuture.failedFuture(new IOException("away"));
        CapacityWatch watch = watch(CapacityReports.MACHINE);

        watch.look();

        assertThat(watch.report().use()).isEmpty();
        assertThat(watch.report().storage()).hasSize(1);
    }

    @Test
    void growthIsRememberedAcrossARestart() throws Exception {
        CapacityWatch before = watch(CapacityReports.MACHINE);
        for (int minute = 0; minute < 6; minute++) {
            pass(before, Duration.ofMinutes(1), 1_000);
        }
        before.close();
        CapacityWatch after = watch(CapacityReports.MACHINE);

        pass(after, Duration.ofMinutes(1), 1_000);

        assertThat(after.report().storage().getFirst().bytesPerDay()).hasValue(1_440_000);
    }

    private static Optional<StoreSize> database(long table, long index) {
        return Optional.of(new StoreSize(
                "database",
                5_000 + table + index,
                OptionalLong.empty(),
                List.of(new StoreSize.Part("event", "table", table), new StoreSize.Part("event", "index", index))));
    }

    @Test
    void anOutsideDatabaseIsAskedOnceAMinuteAndForecastByTableAndIndex() throws Exception {
        CapacityWatch watch = watch(CapacityReports.MACHINE);
        for (int look = 0; look <= 36; look++) {
            database = database(10_000 + look * 100, 1_000);
            pass(watch, Duration.ofSeconds(10), 0);
        }

        assertThat(asked).isEqualTo(7);
        StorageForecast forecast = watch.report().storage().getLast();
        assertThat(forecast.store()).isEqualTo("database");
        assertThat(forecast.bytesPerDay().orElseThrow()).isCloseTo(864_000, within(1e-6));
        assertThat(forecast.secondsLeft()).isEmpty();
        assertThat(forecast.parts().getFirst().bytesPerDay().orElseThrow()).isCloseTo(864_000, within(1e-6));
        assertThat(forecast.parts().getFirst().bytesIn(Duration.ofDays(30)).orElseThrow())
                .isCloseTo(10_000 + 3_600 + 30 * 864_000, within(1e-3));
        assertThat(forecast.parts().getLast().bytesPerDay()).hasValue(0);
        assertThat(series(watch.report()))
                .containsEntry("atalaya_storage_part_bytes{table event database}", 13_600.0)
                .containsEntry("atalaya_storage_part_growth_bytes_per_day{index event database}", 0.0)
                .doesNotContainKey("atalaya_storage_limit_bytes{database}");
    }

    @Test
    void aDatabaseThatIsAwayHasNoSize() throws Exception {
        CapacityWatch watch = watch(CapacityReports.MACHINE);
        database = database(1, 1);
        watch.look();
        assertThat(watch.report().storage()).hasSize(2);
        database = Optional.empty();

        pass(watch, Duration.ofMinutes(1), 0);

        assertThat(watch.report().storage()).hasSize(1);
    }

    @Test
    void whatIsKnownHasSeriesAndWhatIsNotHasNone() {
        assertThat(series(CapacityReports.full()))
                .containsEntry("atalaya_capacity_proved{connections}", 10_000.0)
                .containsEntry("atalaya_capacity_headroom_ratio{connections}", 4.0)
                .containsEntry("atalaya_capacity_headroom_ratio{deliveries_per_second}", Double.POSITIVE_INFINITY)
                .containsEntry("atalaya_capacity_used{events_per_second}", 30.0)
                .containsEntry("atalaya_storage_time_left_seconds{log}", 5 * 86_400.0);
        assertThat(series(CapacityReport.none(now))).isEmpty();
    }

    private static Map<String, Double> series(CapacityReport report) {
        var series = new TreeMap<String, Double>();
        CapacityMetrics.of(report).forEach(family -> {
            for (var point : ((GaugeSnapshot) family).getDataPoints()) {
                var labels = new ArrayList<String>();
                point.getLabels().forEach(label -> labels.add(label.getValue()));
                series.put(family.getMetadata().getName() + "{" + String.join(" ", labels) + "}", point.getValue());
            }
        });
        return series;
    }
}
