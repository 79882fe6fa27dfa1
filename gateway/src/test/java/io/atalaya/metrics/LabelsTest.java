package io.atalaya.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** No label grows with what strangers make up, and nothing that happened is lost for it. */
final class LabelsTest {
    @Test
    void whatIsNotKnownIsOther() {
        var labels = LabelSet.of(List.of("b", "a", LabelSet.OTHER));

        assertThat(labels.values()).containsExactly("a", "b", LabelSet.OTHER);
        assertThat(labels.indexOf("b")).isEqualTo(1);
        assertThat(labels.indexOf("z")).isEqualTo(2);
    }

    @Test
    void theFirstSoManyKeepTheirNameAndTheRestIsCounted() {
        var tenants = new CappedLabels(2);

        assertThat(List.of("1", "2", "1", "3", "2", "4").stream().map(tenants::of))
                .containsExactly("1", "2", "1", LabelSet.OTHER, "2", LabelSet.OTHER);
        assertThat(tenants.overflow()).isEqualTo(2);
        assertThat(new CappedLabels(0).isOn()).isFalse();
    }

    @Test
    void manyAtOnceDoNotExceedTheCapAndEveryOverflowIsCounted() {
        int cap = 20;
        var tenants = new CappedLabels(cap);
        List<String> labels = IntStream.range(0, 40_000)
                .parallel()
                .mapToObj(i -> tenants.of(Integer.toString(i % 1_000)))
                .toList();

        assertThat(labels.stream().filter(label -> !label.equals(LabelSet.OTHER)).distinct())
                .hasSizeLessThanOrEqualTo(cap);
        assertThat(tenants.overflow())
                .isEqualTo(labels.stream().filter(LabelSet.OTHER::equals).count());
    }

    private static Histogram.Snapshot of(Timings timings, String name) {
        return Objects.requireNonNull(timings.snapshots().get(name));
    }

    @Test
    void operationsAreTimedWhetherTheyWorkOrNot() {
        var nanos = new AtomicLong();
        var timings = new Timings(LabelSet.of(List.of("read", "write")), nanos::get);
        var pending = new CompletableFuture<Integer>();

        int read = timings.time("read", () -> (int) nanos.addAndGet(5_000_000));
        try {
            timings.time("read", () -> {
                nanos.addAndGet(7_000_000);
                throw new IllegalStateException("away");
            });
        } catch (IllegalStateException _) {
            // counted all the same
        }
        timings.timeStage("write", () -> pending);
        timings.record("made up", 1);
        nanos.addAndGet(30_000_000);
        pending.completeExceptionally(new IllegalStateException("away"));

        assertThat(read).isEqualTo(5_000_000);
        assertThat(timings.snapshots()).containsOnlyKeys("read", "write", LabelSet.OTHER);
        assertThat(of(timings, "read").count()).isEqualTo(2);
        assertThat(of(timings, "read").sumSeconds()).isEqualTo(0.012);
        assertThat(of(timings, "write").sumSeconds()).isEqualTo(0.03);
        assertThat(of(timings, LabelSet.OTHER).count()).isEqualTo(1);
    }

    @Test
    void requestsHaveTheMethodsOfTheStandard() {
        var times = new RequestTimes();
        times.expect("/a", "GET", 200);

        times.record("/a", "BREW", 405, 1_000);
        times.record("/a", "GET", 200, 2_000_000);

        assertThat(times.snapshots())
                .extracting(RequestTimes.Timed::request)
                .containsExactly(
                        new RequestTimes.Request("/a", "GET", 200),
                        new RequestTimes.Request("/a", LabelSet.OTHER, 405));
    }
}
