package io.atalaya.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.atalaya.budget.Fakes.Gauges;
import io.atalaya.budget.SloStatus.Phase;
import io.atalaya.budget.SloStatus.Recoveries;
import io.atalaya.budget.SloStatus.State;
import io.atalaya.slo.SloFile;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** States, exclusions, alerts and the gate. */
class SloEngineTest {
    private static final Instant START = Instant.parse("2030-05-02T00:00:00Z");
    private static final Map<String, String> OK = Map.of("status", "200");
    private static final Map<String, String> FAULT = Map.of("status", "500");

    private static final String OBJECTIVES = """
            slo: test
            services: {a: {title: A, owner: me}, b: {title: B, owner: me, rto: 2m}}
            objectives:
              answers:
                service: a
                title: x
                objective: 99
                min-events: 100
                events: {bad: {metric: answers_total, labels: {status: [5*]}}, valid: answers_total}
              up: {service: b, title: x, objective: 99.9, uptime: {up: {metric: health, labels: {state: healthy}}}}
            """;

    private final Gauges now = new Gauges();
    private SloEngine engine = new SloEngine(Fakes.file(OBJECTIVES), START);
    private Instant at = START;
    private long ok;
    private long faults;

    private void run(Duration time, long goodATick, long badATick, boolean up) {
        for (long ticks = time.toSeconds() / 10; ticks > 0; ticks--) {
            ok += goodATick;
            faults += badATick;
            now.set("answers_total", OK, (double) ok).set("answers_total", FAULT, (double) faults);
            now.set("health", Map.of("state", "healthy"), up ? 1 : 0);
            at = at.plusSeconds(10);
            engine.tick(at, now);
        }
    }

    private SloStatus status(String id) {
        return engine.report().objectives().stream()
                .filter(status -> status.slo().id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void withoutEventsNothingIsKnown() {
        run(Duration.ofHours(2), 0, 0, true);

        assertThat(status("answers").state()).isEqualTo(State.NO_DATA);
        assertThat(status("answers").remaining()).isNaN();
        assertThat(status("up").state()).isEqualTo(State.OK);
    }

    @Test
    void withFewEventsNobodyIsTold() {
        run(Duration.ofHours(1), 0, 0, true);
        run(Duration.ofMinutes(5), 0, 1, true);

        assertThat(status("answers").state()).isEqualTo(State.LOW_TRAFFIC);
        assertThat(status("answers").tiers()).allMatch(tier -> tier.phase() == Phase.QUIET);
        assertThat(engine.report().gate(Optional.empty()).allowed()).isTrue();
    }

    @Test
    void aSpentBudgetIsToldAfterFiveMinutesAndSaysWhenItRecovers() {
        run(Duration.ofHours(2), 100, 0, true);
        run(Duration.ofMinutes(3), 0, 2000, true);
        assertThat(status("answers").state()).isEqualTo(State.SPENT);
        assertThat(status("answers").spent().phase()).isEqualTo(Phase.PENDING);

        run(Duration.ofMinutes(5), 100, 0, true);
        assertThat(status("answers").spent().phase()).isEqualTo(Phase.FIRING);

        run(Duration.ofMinutes(10), 200_000, 0, true);
        assertThat(status("answers").spent().phase()).isEqualTo(Phase.QUIET);
        assertThat(status("up").spent().phase()).isEqualTo(Phase.QUIET);
    }

    @Test
    void anAlertWaitsForItsHoldAndEndsWithItsShortWindow() {
        run(Duration.ofHours(2), 100, 0, true);
        run(Duration.ofMinutes(10), 0, 100, true);
        assertThat(status("answers").tiers().getFirst().phase()).isEqualTo(Phase.PENDING);
        run(Duration.ofMinutes(2), 0, 100, true);
        assertThat(status("answers").tiers().getFirst().phase()).isEqualTo(Phase.FIRING);

        run(Duration.ofMinutes(6), 100, 0, true);

        assertThat(status("answers").tiers().getFirst().phase()).isEqualTo(Phase.QUIET);
    }

    @Test
    void aSpentBudgetBlocksItsServiceOnly() {
        run(Duration.ofHours(1), 90, 10, true);

        assertThat(status("answers").state()).isEqualTo(State.SPENT);
        assertThat(status("answers").remaining()).isCloseTo(-9, within(1e-9));
        assertThat(engine.report().gate(Optional.of("a")).allowed()).isFalse();
        assertThat(engine.report().gate(Optional.of("b")).allowed()).isTrue();
        assertThat(engine.report().gate(Optional.empty()).spent())
                .extracting(status -> status.slo().id())
                .containsExactly("answers");
    }

    @Test
    void downTimeIsAShareOfTheWholePeriod() {
        run(Duration.ofHours(1), 1, 0, true);
        run(Duration.ofSeconds(100), 1, 0, false);

        double budget = Duration.ofDays(30).toSeconds() * 0.001;
        assertThat(status("up").remaining()).isCloseTo(1 - 100 / budget, within(1e-9));
        assertThat(status("up").state()).isEqualTo(State.OK);
    }

    @Test
    void recoveriesAreTimedAgainstTheGoalOfTheService() {
        run(Duration.ofHours(1), 1, 0, true);
        assertThat(status("up").recoveries()).isEqualTo(new Recoveries(0, 0, Optional.empty(), Duration.ZERO));

        run(Duration.ofMinutes(2), 1, 0, false);
        assertThat(status("up").recoveries().away()).isEqualTo(Duration.ofMinutes(2));
        run(Duration.ofSeconds(10), 1, 0, true);
        run(Duration.ofSeconds(130), 1, 0, false);
        run(Duration.ofSeconds(10), 1, 0, true);

        assertThat(status("up").recoveries())
                .isEqualTo(new Recoveries(1, 1, Optional.of(Duration.ofSeconds(130)), Duration.ZERO));
        assertThat(status("answers").recoveries().last()).isEmpty();
    }

    @Test
    void theTimeUntilAKilledProcessIsBackIsARecoveryAndAPlannedStopIsNone() {
        run(Duration.ofHours(1), 1, 0, true);
        at = at.plus(Duration.ofMinutes(1));
        engine.resume(at, true);
        run(Duration.ofSeconds(10), 1, 0, true);
        assertThat(status("up").recoveries().last()).isEmpty();

        at = at.plus(Duration.ofMinutes(5));
        engine.resume(at, false);
        run(Duration.ofSeconds(10), 1, 0, true);

        assertThat(status("up").recoveries())
                .isEqualTo(new Recoveries(0, 1, Optional.of(Duration.ofMinutes(5)), Duration.ZERO));
    }

    @Test
    void anOutageInMaintenanceIsNone() {
        run(Duration.ofHours(1), 1, 0, true);
        engine.pause("b", at.plusSeconds(60));
        run(Duration.ofSeconds(50), 1, 0, false);
        run(Duration.ofSeconds(60), 1, 0, true);

        assertThat(status("up").recoveries().last()).isEmpty();
    }

    @Test
    void whatCannotBeMeasuredIsNotUp() {
        run(Duration.ofMinutes(10), 1, 0, true);

        at = at.plusSeconds(10);
        engine.miss(at);

        assertThat(status("up").totals()).isEqualTo(new Totals(10_000, 610_000));
    }

    @Test
    void lookingAwayIsDownTimeSpreadOverTheTime() {
        run(Duration.ofHours(1), 1, 0, true);

        at = at.plus(Duration.ofMinutes(30));
        run(Duration.ofSeconds(10), 1, 0, true);

        assertThat(status("up").totals()).isEqualTo(new Totals(1_800_000, 5_410_000));
        assertThat(status("up").tiers().getFirst().shortBurn()).isCloseTo(300.0 / 310 / 0.001, within(35.0));
    }

    @Test
    void maintenanceDoesNotCount() {
        SloFile file = Fakes.file(OBJECTIVES + """
                maintenance:
                  - {from: "2030-05-02T01:00:00Z", until: "2030-05-02T02:00:00Z", services: [a], reason: upgrade}
                """);
        engine = new SloEngine(file, START);
        run(Duration.ofMinutes(59), 10, 0, true);
        run(Duration.ofMinutes(30), 0, 10, false);

        assertThat(status("answers").state()).isEqualTo(State.EXCLUDED);
        assertThat(status("answers").totals().bad()).isEqualTo(50);
        assertThat(status("answers").excluded()).isEqualTo(1750);
        assertThat(status("up").totals().bad()).isEqualTo(1_800_000);
    }

    @Test
    void aPauseDoesNotCountAndEndsByItself() {
        run(Duration.ofMinutes(10), 10, 0, true);
        engine.pause("", at.plus(Duration.ofMinutes(5)));
        run(Duration.ofMinutes(4), 0, 10, false);
        assertThat(status("answers").state()).isEqualTo(State.EXCLUDED);
        assertThat(status("up").totals().bad()).isZero();

        run(Duration.ofMinutes(6), 10, 0, true);

        assertThat(status("answers").state()).isEqualTo(State.OK);
        assertThat(status("answers").totals().bad()).isZero();
        assertThat(engine.report().paused()).isEmpty();
    }

    @Test
    void aClockThatStepsBackHoldsTimeAndLosesNoEvent() {
        run(Duration.ofHours(1), 10, 0, true);

        at = at.minus(Duration.ofMinutes(10));
        run(Duration.ofMinutes(10), 10, 1, true);

        assertThat(status("answers").totals()).isEqualTo(new Totals(60, 360 * 10 + 60 * 11));
        assertThat(status("up").totals()).isEqualTo(new Totals(0, 3_600_000));
    }

    @Test
    void theFirstTierIsReachedExactlyAboveItsBurnRate() {
        var tier = Fakes.file(OBJECTIVES).objectives().getFirst().tiers().getFirst();
        var budget = new java.math.BigDecimal("0.01");

        assertThat(tier.exceeded(144, 1000, budget, Duration.ofDays(30))).isFalse();
        assertThat(tier.exceeded(1441, 10_000, budget, Duration.ofDays(30))).isTrue();
    }
}
