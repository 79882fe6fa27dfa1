package io.atalaya.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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

    private CapacityWatch watch(Machine machine) {
        var sources = new CapacityWatch.Sources(() -> load, () -> List.of(new StoreSize("log", used, 1_000_000_000)));
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
                String label =
                        point.getLabels().isEmpty() ? "" : point.getLabels().getValue(0);
                series.put(family.getMetadata().getName() + "{" + label + "}", point.getValue());
            }
        });
        return series;
    }
}
