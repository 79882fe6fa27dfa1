package io.atalaya.budget;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.budget.Fakes.Gauges;
import io.atalaya.slo.SloFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Budgets survive restarts, and the time in between is accounted for. */
class BudgetStoreTest {
    private static final Instant START = Instant.parse("2030-05-02T00:00:00Z");
    private static final SloFile FILE = Fakes.file("""
            slo: test
            services: {a: {title: A, owner: me}}
            objectives:
              answers:
                service: a
                title: x
                objective: 99
                events: {bad: {metric: answers_total, labels: {status: [5*]}}, valid: answers_total}
              up: {service: a, title: x, objective: 99.9, uptime: {up: {metric: health, labels: {state: healthy}}}}
            maintenance:
              - {from: "2030-05-03T00:00:00Z", until: "2030-05-03T02:00:00Z", reason: move}
            """);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private Instant at = START;

    /** One life of the process: counters start at zero and end with the last tick. */
    private SloReport live(int ticks, boolean planned) {
        var engine = new SloEngine(FILE, at);
        try (var store = new BudgetStore(directory, engine, at)) {
            var now = new Gauges();
            for (int tick = 1; tick <= ticks; tick++) {
                at = at.plusSeconds(10);
                now.set("answers_total", Map.of("status", "200"), (double) (tick * 9L))
                        .set("answers_total", Map.of("status", "500"), tick)
                        .set("health", Map.of("state", "healthy"), 1);
                store.append(engine.tick(at, now));
            }
            if (planned) {
                store.markPlannedStop();
            }
        }
        return engine.report();
    }

    private static SloStatus status(SloReport report, int index) {
        return report.objectives().get(index);
    }

    @Test
    void aRestartGoesOnCounting() {
        live(30, false);
        at = at.plusSeconds(40);

        SloReport report = live(12, false);

        assertThat(status(report, 0).totals()).isEqualTo(new Totals(42, 420));
        assertThat(status(report, 0).known()).isEqualTo(Duration.ofSeconds(460));
        assertThat(status(report, 1).totals()).isEqualTo(new Totals(40_000, 460_000));
    }

    @Test
    void aPlannedStopDoesNotCountUnlessItIsLong() {
        live(30, true);
        at = at.plus(Duration.ofMinutes(14));
        assertThat(status(live(1, true), 1).totals()).isEqualTo(new Totals(0, 310_000));
        at = at.plus(Duration.ofMinutes(16));

        SloReport report = live(1, true);

        assertThat(status(report, 1).totals()).isEqualTo(new Totals(960_000, 1_280_000));
        assertThat(status(report, 1).excluded()).isEqualTo(840_000);
    }

    @Test
    void maintenanceCoversDownTime() {
        at = Instant.parse("2030-05-02T23:50:00Z");
        live(60, false);
        at = at.plus(Duration.ofHours(3));

        SloReport report = live(1, false);

        assertThat(status(report, 1).totals().bad()).isBetween(3_540_000L, 3_660_000L);
        assertThat(status(report, 1).excluded()).isBetween(7_140_000L, 7_260_000L);
    }

    @Test
    void aTornJournalCountsUpToTheTear() throws IOException {
        live(30, false);
        Path journal = directory.resolve("budgets.journal");
        try (var file = java.nio.channels.FileChannel.open(journal, StandardOpenOption.WRITE)) {
            file.truncate(file.size() - 3);
        }

        SloReport report = live(0, false);

        assertThat(status(report, 0).totals()).isEqualTo(new Totals(29, 290));
    }

    @Test
    void aDamagedSnapshotIsSetAside() throws IOException {
        live(30, false);
        Path snapshot = directory.resolve("budgets.state");
        byte[] bytes = Files.readAllBytes(snapshot);
        bytes[bytes.length / 2] ^= 1;
        Files.write(snapshot, bytes);

        SloReport report = live(1, false);

        assertThat(status(report, 0).totals().total()).isPositive();
        assertThat(directory.resolve("budgets.damaged")).exists();
    }

    @Test
    void anIndicatorThatChangedBeginsAnew() {
        live(30, false);
        SloFile changed = Fakes.file("""
                slo: test
                services: {a: {title: A, owner: me}}
                objectives:
                  answers:
                    service: a
                    title: x
                    objective: 99.5
                    events: {bad: {metric: answers_total, labels: {status: "500"}}, valid: answers_total}
                """);
        var engine = new SloEngine(changed, at);

        new BudgetStore(directory, engine, at).close();

        assertThat(engine.report().objectives().getFirst().totals()).isEqualTo(Totals.NONE);
    }

    @Test
    void anObjectiveThatChangedKeepsItsCounts() {
        live(30, false);
        SloFile changed = Fakes.file("""
                slo: test
                services: {a: {title: A, owner: me}}
                objectives:
                  answers:
                    service: a
                    title: x
                    objective: 98
                    events: {bad: {metric: answers_total, labels: {status: [5*]}}, valid: answers_total}
                """);
        var engine = new SloEngine(changed, at);

        new BudgetStore(directory, engine, at).close();

        assertThat(engine.report().objectives().getFirst().totals()).isEqualTo(new Totals(30, 300));
    }

    /** Every restart of a random life ends in what a life without restarts would have counted. */
    @Test
    void anyNumberOfRestartsCountsTheSame() {
        var random = new Random(5);
        long events = 0;
        long down = 0;
        SloReport report = live(1, false);
        events += 1;
        for (int life = 0; life < 12; life++) {
            long away = 10_000L + random.nextInt(30_000);
            at = at.plusMillis(away);
            down += away;
            int ticks = 1 + random.nextInt(500);
            report = live(ticks, false);
            events += ticks;
        }

        assertThat(status(report, 0).totals()).isEqualTo(new Totals(events, events * 10));
        assertThat(status(report, 1).totals()).isEqualTo(new Totals(down, events * 10_000 + down));
        assertThat(status(report, 1).window()).isEqualTo(status(report, 1).totals());
    }
}
