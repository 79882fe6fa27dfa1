package io.atalaya.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.bench.CapacityTrial.Outcome;
import io.atalaya.capacity.ProvedCapacity.Figure;
import io.atalaya.capacity.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class CapacityTrialTest {
    private static final long MILLI = 1_000_000;

    private final List<BenchOptions> loads = new ArrayList<>();
    private long nanos;

    private Outcome run(int connections, Function<BenchOptions, BenchReport> bench) throws InterruptedException {
        var options = new CapacityTrial.Options(
                connections,
                Duration.ofSeconds(3),
                Duration.ofSeconds(5),
                Duration.ofMillis(200),
                Duration.ofMinutes(3),
                1);
        return new CapacityTrial(
                        options,
                        load -> {
                            loads.add(load);
                            nanos += Duration.ofSeconds(20).toNanos();
                            return bench.apply(load);
                        },
                        _ -> {},
                        () -> nanos)
                .run();
    }

    private static BenchReport report(BenchOptions load, long measured, long latencyNanos, List<String> problems) {
        var latency = new Histogram(3);
        latency.recordValue(latencyNanos);
        return new BenchReport(
                load,
                Duration.ofSeconds(5),
                new BenchReport.Counts(load.connections(), 10, 0, measured, measured, measured, 0, 0, 0),
                latency,
                new Histogram(3),
                BenchReport.Server.unwatched(),
                Duration.ofSeconds(4),
                problems);
    }

    private static Figure figure(Outcome outcome, Resource resource) {
        return Objects.requireNonNull(outcome.figures().get(resource));
    }

    private static BenchReport good(BenchOptions load) {
        return report(load, 50_000, MILLI, List.of());
    }

    @Test
    void theHardestLoadThatIsBorneIsTheFigure() throws InterruptedException {
        Outcome outcome = run(10_000, CapacityTrialTest::good);

        assertThat(outcome.problems()).isEmpty();
        assertThat(outcome.complete()).isTrue();
        assertThat(figure(outcome, Resource.CONNECTIONS).value()).isEqualTo(10_000);
        assertThat(figure(outcome, Resource.DELIVERIES).value()).isEqualTo(10_000);
        assertThat(figure(outcome, Resource.EVENTS).evidence())
                .containsEntry("audience", 1.0)
                .containsEntry("client_core_percent", 80.0);
        assertThat(loads).hasSize(3);
    }

    @Test
    void everySessionHearsSomethingInTheTrialOfConnections() throws InterruptedException {
        run(10_000, CapacityTrialTest::good);

        BenchOptions load = loads.getFirst();
        assertThat(load.rate() * load.duration().toSeconds()).isGreaterThanOrEqualTo(load.audiences());
    }

    @Test
    void whatIsNotBorneIsTriedSmaller() throws InterruptedException {
        Outcome outcome = run(
                10_000,
                load -> load.connections() > 5_000
                        ? report(load, 50_000, MILLI, List.of("7 sessions cut off"))
                        : good(load));

        assertThat(figure(outcome, Resource.CONNECTIONS).value()).isEqualTo(5_000);
        assertThat(outcome.problems()).containsExactly("connections: 7 sessions cut off");
    }

    @Test
    void slowIsNotBorne() throws InterruptedException {
        Outcome outcome = run(10_000, load -> report(load, 50_000, 300 * MILLI, List.of()));

        assertThat(outcome.complete()).isFalse();
        assertThat(outcome.figures()).isEmpty();
        assertThat(outcome.problems()).allMatch(problem -> problem.contains("expected: at most 200 ms"));
    }

    @Test
    void nothingDeliveredProvesNothing() throws InterruptedException {
        assertThat(run(10_000, load -> report(load, 0, MILLI, List.of())).figures())
                .isEmpty();
    }

    @Test
    void noLoadIsBegunThatMightEndTooLate() throws InterruptedException {
        Outcome outcome = run(10_000, load -> {
            nanos += Duration.ofMinutes(2).toNanos();
            return good(load);
        });

        assertThat(loads).hasSize(2);
        assertThat(outcome.complete()).isFalse();
        assertThat(outcome.problems()).containsExactly("events_per_second: not proved within 180 s");
    }

    @Test
    void aFewSessionsAreATrialToo() throws InterruptedException {
        run(10, load -> report(load, 50_000, MILLI, List.of("lost")));

        assertThat(loads).allMatch(load -> load.connections() % load.audience() == 0);
        assertThatThrownBy(() -> run(15, CapacityTrialTest::good))
                .hasMessage("connections: 15 (expected: a multiple of 10)");
    }
}
