package io.atalaya.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.within;

import io.atalaya.budget.Fakes.Gauges;
import io.atalaya.budget.SloStatus.Phase;
import io.atalaya.budget.SloStatus.TierStatus;
import io.atalaya.slo.SloFile;
import io.atalaya.slo.Tier;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Thirty-one days of day and night, incidents and restarts, against a model that keeps everything. */
class ReplayTest {
    private static final SloFile FILE = Fakes.file("""
            slo: replay
            time-zone: Europe/Madrid
            services: {a: {title: A, owner: me}}
            objectives:
              answers:
                service: a
                title: x
                objective: 99.9
                min-events: 50
                events: {bad: {metric: answers_total, labels: {status: [5*]}}, valid: answers_total}
              fast: {service: a, title: x, objective: 95, latency: {histogram: took_seconds, threshold: 200ms}}
              up: {service: a, title: x, objective: 99.95, uptime: {up: {metric: health, labels: {state: healthy}}}}
            """);

    private static final Map<String, String> OK = Map.of("status", "200");
    private static final Map<String, String> FAULT = Map.of("status", "500");

    private final Gauges now = new Gauges();
    private long ok;
    private long faults;
    private long slow;

    /** What the model says of one objective. */
    private static final class Expected {
        final ModelHistory history;
        final Phase[] phases = {Phase.QUIET, Phase.QUIET, Phase.QUIET, Phase.QUIET};
        final Instant[] since = new Instant[4];

        Expected(Instant start) {
            history = new ModelHistory(start);
        }

        /** The definition, in floating point: the simulated counts keep away from the exact thresholds. */
        void judge(Instant at, double budget, long minEvents) {
            for (int i = 0; i < phases.length; i++) {
                Tier tier = Tier.USUAL.get(i);
                double factor = List.of(14.4, 6.0, 3.0, 1.0).get(i);
                Totals over = history.over(tier.longWindow());
                Totals brief = history.over(tier.shortWindow());
                boolean hot = over.total() >= Math.max(1, minEvents)
                        && over.badRatio() > factor * budget
                        && brief.badRatio() > factor * budget;
                if (!hot) {
                    phases[i] = Phase.QUIET;
                } else if (phases[i] == Phase.QUIET) {
                    phases[i] = Phase.PENDING;
                    since[i] = at;
                }
                if (phases[i] == Phase.PENDING && Duration.between(since[i], at).compareTo(tier.hold()) >= 0) {
                    phases[i] = Phase.FIRING;
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = 11)
    void budgetsBurnRatesAndAlertsAreThoseOfTheModel(long seed) {
        var random = new Random(seed);
        Instant start = Instant.parse("2030-03-10T08:00:00Z");
        Instant end = start.plus(Duration.ofDays(31));
        var engine = new SloEngine(FILE, start);
        var expected = List.of(new Expected(start), new Expected(start), new Expected(start));
        double[] budgets = {0.001, 0.05, 0.0005};
        long[] least = {50, 0, 0};
        int fired = 0;
        Instant at = start;
        for (int tick = 0; at.isBefore(end); tick++) {
            Instant before = at;
            at = at.plusMillis(10_000 + random.nextInt(40));
            long[][] steps = simulate(random, before, at);
            engine.tick(at, now);
            for (int i = 0; i < 3; i++) {
                expected.get(i).history.look(at, steps[i][0], steps[i][1], false);
                expected.get(i).judge(at, budgets[i], least[i]);
                SloStatus status = engine.report().objectives().get(i);
                for (int tier = 0; tier < status.tiers().size(); tier++) {
                    Phase phase = status.tiers().get(tier).phase();
                    fired += phase == Phase.FIRING ? 1 : 0;
                    if (phase != expected.get(i).phases[tier]) {
                        fail("seed %d, %s, objective %d, tier %d: %s (expected: %s)"
                                .formatted(seed, at, i, tier, phase, expected.get(i).phases[tier]));
                    }
                }
                if (tick % 499 == 0) {
                    check(status, expected.get(i), budgets[i]);
                }
            }
        }
        assertThat(fired).as("alerts that fired").isPositive();
        checkMonths(engine.report().objectives().getFirst(), expected.getFirst());
    }

    /** Counters of a process that restarts now and then, and sometimes fails; what each objective should count. */
    private long[][] simulate(Random random, Instant before, Instant at) {
        boolean incident = at.getEpochSecond() / 1800 % 97 == 13;
        long all = at.getEpochSecond() % 86_400 < 36_000 ? random.nextInt(4) : 20 + random.nextInt(30);
        long bad = 0;
        long late = 0;
        for (int i = 0; i < all; i++) {
            bad += random.nextInt(incident ? 20 : 20_000) == 0 ? 1 : 0;
            late += random.nextInt(incident ? 2 : 40) == 0 ? 1 : 0;
        }
        if (random.nextInt(20_000) == 0) {
            ok = 0;
            faults = 0;
            slow = 0;
        }
        ok += all - bad;
        faults += bad;
        slow += late;
        boolean down = incident && at.getEpochSecond() % 1800 < 120;
        now.clear();
        now.set("answers_total", OK, (double) ok).set("answers_total", FAULT, (double) faults);
        now.histogram(
                "took_seconds", List.of(0.1, 0.2, 1.0), List.of(0L, ok + faults - slow, ok + faults), ok + faults);
        now.set("health", Map.of("state", "healthy"), down ? 0 : 1);
        long elapsed = Duration.between(before, at).toMillis();
        return new long[][] {{bad, all}, {late, all}, {down ? elapsed : 0, elapsed}};
    }

    private static void check(SloStatus status, Expected expected, double budget) {
        Totals window = expected.history.over(Duration.ofDays(30));
        assertThat(status.window()).isEqualTo(window);
        double whole = status.slo().countsTime() ? Duration.ofDays(30).toMillis() : window.total();
        assertThat(status.remaining()).isCloseTo(1 - window.bad() / (whole * budget), within(1e-9));
        for (TierStatus tier : status.tiers()) {
            Totals over = expected.history.over(tier.tier().longWindow());
            if (over.total() > 0) {
                assertThat(tier.longBurn()).isCloseTo(over.badRatio() / budget, within(1e-9));
            } else {
                assertThat(tier.longBurn()).isNaN();
            }
        }
    }

    /** March ends an hour early in Madrid: summer time has begun. */
    private static void checkMonths(SloStatus status, Expected expected) {
        Totals march = expected.history.at(Instant.parse("2030-03-31T22:00:00Z").toEpochMilli());
        assertThat(status.months()).singleElement().satisfies(month -> {
            assertThat(month.month()).hasToString("2030-03");
            assertThat(month.totals()).isEqualTo(march);
        });
        assertThat(status.month().month()).hasToString("2030-04");
        assertThat(status.month().totals()).isEqualTo(status.totals().since(march));
    }
}
