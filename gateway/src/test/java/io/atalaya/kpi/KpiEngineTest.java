package io.atalaya.kpi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.atalaya.budget.Measurements;
import io.atalaya.budget.Measurements.Series;
import io.atalaya.kpi.Fact.Verdict;
import io.atalaya.kpi.KpiReport.PeriodValue;
import io.atalaya.kpi.KpiReport.Risk;
import io.atalaya.kpi.KpiReport.State;
import io.atalaya.kpi.KpiReport.Status;
import io.atalaya.kpi.KpiReport.Trend;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Every kind of indicator, periods, late events, no data, states, trends and risks. */
class KpiEngineTest {
    private static final String RATIO = """
            kpis: test
            time-zone: Europe/Madrid
            grace: 6h
            keep: 5
            tenants: 2
            indicators:
              done:
                title: Done
                domain: API
                owner: me
                period: day
                target: 90
                warning: 50
                min-samples: 2
                ratio: {of: ASKED, good: {type: ENDED, where: {/outcome: [success]}}, key: /id}
            """;

    private static Fact asked(String id, String at) {
        return Kpis.fact("t", "ASKED", at, "{\"id\":\"%s\"}".formatted(id));
    }

    private static Fact ended(String id, String at, String outcome) {
        return Kpis.fact("t", "ENDED", at, "{\"id\":\"%s\",\"outcome\":\"%s\"}".formatted(id, outcome));
    }

    private static PeriodValue period(Status status, String day) {
        return status.periods().stream()
                .filter(period -> period.day().equals(LocalDate.parse(day)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aKeyCountsOnceOnTheDayOnWhichItCameUp() {
        var engine = new KpiEngine(Kpis.file(RATIO));
        engine.take(asked("a", "2030-05-02T10:00:00Z"));
        engine.take(asked("a", "2030-05-02T11:00:00Z"));
        engine.take(asked("b", "2030-05-02T21:59:59Z")); // one second before midnight in Madrid
        engine.take(asked("c", "2030-05-02T22:00:00Z"));
        engine.take(ended("b", "2030-05-02T23:00:00Z", "failure"));
        engine.take(ended("a", "2030-05-03T01:00:00Z", "success"));
        engine.tick(Instant.parse("2030-05-03T02:00:00Z"));

        Status status = Kpis.status(engine, "done");

        PeriodValue second = period(status, "2030-05-02");
        assertThat(second.reading().denominator()).isEqualTo(2);
        assertThat(second.reading().numerator()).isEqualTo(1);
        assertThat(second.reading().value()).isEqualTo(50);
        assertThat(second.open()).isTrue();
        assertThat(status.current().day()).isEqualTo(LocalDate.parse("2030-05-03"));
        assertThat(status.current().reading().denominator()).isEqualTo(1);
    }

    @Test
    void aSuccessWithinTheGraceCorrectsThePeriodAndOneAfterItDoesNot() {
        var engine = new KpiEngine(Kpis.file(RATIO));
        engine.take(asked("a", "2030-05-02T10:00:00Z"));
        engine.take(asked("b", "2030-05-02T10:00:00Z"));
        engine.take(Kpis.fact("t", "ASKED", "2030-05-02T12:00:00Z", "2030-05-03T03:00:00Z", "{\"id\":\"late\"}"));
        engine.take(ended("a", "2030-05-03T03:59:59Z", "success"));
        engine.take(ended("b", "2030-05-03T04:00:01Z", "success"));
        engine.take(Kpis.fact("t", "ASKED", "2030-05-02T12:00:00Z", "2030-05-03T05:00:00Z", "{\"id\":\"later\"}"));
        engine.tick(Instant.parse("2030-05-03T06:00:00Z"));

        Status status = Kpis.status(engine, "done");

        PeriodValue second = period(status, "2030-05-02");
        assertThat(second.open()).isFalse();
        assertThat(second.reading().denominator()).isEqualTo(3);
        assertThat(second.reading().numerator()).isEqualTo(1);
        assertThat(status.events())
                .containsEntry(Verdict.LATE, 1L)
                .containsEntry(Verdict.TOO_LATE, 1L)
                .containsEntry(Verdict.COUNTED, 4L);
    }

    @Test
    void whatIsWrongWithAnEventIsCounted() {
        var engine = new KpiEngine(Kpis.file(RATIO));
        engine.take(Kpis.fact("t", "ASKED", "2030-05-02T10:00:00Z", "{}"));
        engine.take(Kpis.fact("t", "ASKED", "2030-05-02T10:00:00Z", "{\"id\":{}}"));
        engine.take(Kpis.fact("t", "ASKED", "2030-05-02T10:10:00Z", "2030-05-02T10:00:00Z", "{\"id\":\"x\"}"));
        engine.take(ended("a", "2030-05-02T10:20:00Z", "failure"));
        engine.tick(Instant.parse("2030-05-02T11:00:00Z"));

        assertThat(Kpis.status(engine, "done").events())
                .containsEntry(Verdict.MALFORMED, 2L)
                .containsEntry(Verdict.FUTURE, 1L)
                .containsEntry(Verdict.NOT_MEANT, 1L)
                .containsEntry(Verdict.COUNTED, 0L);
    }

    @Test
    void tenantsAreReckonedApartUpToABound() {
        var engine = new KpiEngine(Kpis.file(RATIO));
        for (String tenant : List.of("one", "two", "three")) {
            engine.take(Kpis.fact(tenant, "ASKED", "2030-05-02T10:00:00Z", "{\"id\":\"same\"}"));
        }
        engine.tick(Instant.parse("2030-05-02T11:00:00Z"));

        assertThat(Kpis.status(engine, "done").current().reading().denominator())
                .as("the same key of three tenants is three")
                .isEqualTo(3);
        assertThat(engine.report("one").kpis().getFirst().current().reading().denominator())
                .isEqualTo(1);
        assertThat(engine.report("three").kpis()).isEmpty();
    }

    @Test
    void stateTrendAndRiskFollowTheValues() {
        var engine = new KpiEngine(Kpis.file(RATIO));
        int[] good = {10, 10, 8, 4};
        for (int day = 0; day < good.length; day++) {
            String date = "2030-05-0" + (2 + day);
            for (int i = 0; i < 10; i++) {
                engine.take(asked(day + "-" + i, date + "T08:00:00Z"));
            }
            for (int i = 0; i < good[day]; i++) {
                engine.take(ended(day + "-" + i, date + "T09:00:00Z", "success"));
            }
            engine.tick(Instant.parse(date + "T10:00:00Z"));
            Status status = Kpis.status(engine, "done");
            assertThat(status.state())
                    .isEqualTo(List.of(State.ON_TARGET, State.ON_TARGET, State.AT_RISK, State.MISSED)
                            .get(day));
            assertThat(status.trend())
                    .isEqualTo(List.of(Trend.UNKNOWN, Trend.STABLE, Trend.WORSENING, Trend.WORSENING)
                            .get(day));
            assertThat(status.risk())
                    .isEqualTo(List.of(Risk.LOW, Risk.LOW, Risk.HIGH, Risk.HIGH).get(day));
        }
        engine.tick(Instant.parse("2030-05-06T10:00:00Z"));
        assertThat(Kpis.status(engine, "done").judged().day())
                .as("today proves nothing yet")
                .isEqualTo(LocalDate.parse("2030-05-05"));
        engine.tick(Instant.parse("2030-05-08T10:00:00Z"));
        assertThat(Kpis.status(engine, "done").state()).isEqualTo(State.NO_DATA);
        assertThat(Kpis.status(engine, "done").risk()).isEqualTo(Risk.HIGH);
        assertThat(Kpis.status(engine, "done").periods()).hasSizeLessThanOrEqualTo(6);
    }

    @Test
    void timeInAStateIsWeighedByTheTimeThatAnEntityIsKnown() {
        var engine = new KpiEngine(Kpis.file("""
                kpis: test
                grace: 1h
                indicators:
                  available:
                    {title: A, domain: D, owner: me, period: day, target: 90, state-share:
                      {report: STATE, entity: /asset, state: /is, counted: [up], gone: [retired], registered: KNOWN}}
                """));
        engine.take(Kpis.fact("t", "STATE", "2030-05-01T12:00:00Z", "{\"asset\":1,\"is\":\"up\"}"));
        engine.take(Kpis.fact("t", "KNOWN", "2030-05-02T12:00:00Z", "{\"asset\":2}"));
        engine.take(Kpis.fact("t", "STATE", "2030-05-02T18:00:00Z", "{\"asset\":1,\"is\":\"down\"}"));
        engine.take(Kpis.fact("t", "STATE", "2030-05-02T21:00:00Z", "{\"asset\":1,\"is\":\"retired\"}"));
        engine.take(Kpis.fact("t", "STATE", "2030-05-02T22:00:00Z", "{\"asset\":2,\"is\":\"up\"}"));
        engine.tick(Instant.parse("2030-05-03T06:00:00Z"));

        Status status = Kpis.status(engine, "available");

        assertThat(period(status, "2030-05-01").reading().value()).isEqualTo(100);
        // asset 1: 18 h up, 3 h down, gone; asset 2: 10 h not up, 2 h up
        PeriodValue second = period(status, "2030-05-02");
        assertThat(second.reading().numerator()).isCloseTo(20, within(1e-9));
        assertThat(second.reading().denominator()).isCloseTo(33, within(1e-9));
        assertThat(second.reading().samples()).isEqualTo(2);
        assertThat(status.current().reading().value()).as("up over night").isEqualTo(100);
    }

    @Test
    void aMeanHasQuantilesAndBounds() {
        var engine = new KpiEngine(Kpis.file("""
                kpis: test
                indicators:
                  error:
                    {title: E, domain: D, owner: me, period: week, unit: m, better: lower, target: 40, warning: 60,
                     mean: {of: CHECK, value: /off, absolute: true, most: 1000}}
                """));
        for (int i = 1; i <= 100; i++) {
            engine.take(Kpis.fact("t", "CHECK", "2030-05-01T12:00:00Z", "{\"off\":%d}".formatted(i % 2 == 0 ? i : -i)));
        }
        engine.take(Kpis.fact("t", "CHECK", "2030-05-01T12:00:00Z", "{\"off\":1001}"));
        engine.take(Kpis.fact("t", "CHECK", "2030-05-01T12:00:00Z", "{\"off\":\"far\"}"));
        engine.tick(Instant.parse("2030-05-02T06:00:00Z"));

        Status status = Kpis.status(engine, "error");

        assertThat(status.current().day()).as("a Monday").isEqualTo(LocalDate.parse("2030-04-29"));
        assertThat(status.current().reading().value()).isEqualTo(50.5);
        assertThat(status.current().reading().details().get("p50")).isBetween(50.0, 51.1);
        assertThat(status.current().reading().details().get("p95")).isBetween(95.0, 97.0);
        assertThat(status.state()).isEqualTo(State.AT_RISK);
        assertThat(status.events()).containsEntry(Verdict.OUT_OF_RANGE, 1L).containsEntry(Verdict.MALFORMED, 1L);
    }

    @Test
    void groupsOfAScoreWeighAsDeclaredHoweverManyAnswer() {
        var engine = new KpiEngine(Kpis.file("""
                kpis: test
                indicators:
                  content:
                    {title: C, domain: D, owner: me, period: month, unit: points, target: 4, warning: 3, weighted-score:
                      {of: ANSWER, score: /score, least: 1, most: 5, group: /who, weights: {operator: 1, commander: 3}}}
                """));
        for (int i = 0; i < 10; i++) {
            engine.take(Kpis.fact("t", "ANSWER", "2030-05-01T12:00:00Z", "{\"score\":5,\"who\":\"operator\"}"));
        }
        engine.take(Kpis.fact("t", "ANSWER", "2030-05-01T12:00:00Z", "{\"score\":1,\"who\":\"commander\"}"));
        engine.take(Kpis.fact("t", "ANSWER", "2030-05-01T12:00:00Z", "{\"score\":6,\"who\":\"commander\"}"));
        engine.take(Kpis.fact("t", "ANSWER", "2030-05-01T12:00:00Z", "{\"score\":3,\"who\":\"visitor\"}"));
        engine.tick(Instant.parse("2030-05-02T06:00:00Z"));

        Status status = Kpis.status(engine, "content");

        assertThat(status.current().reading().value()).isEqualTo((1 * 5.0 + 3 * 1.0) / 4);
        assertThat(status.current().reading().samples()).isEqualTo(11);
        assertThat(status.current().reading().details()).isEqualTo(Map.of("operator", 5.0, "commander", 1.0));
        assertThat(status.events()).containsEntry(Verdict.OUT_OF_RANGE, 2L);
    }

    private static Measurements acks(double acknowledged, double expired) {
        return metric -> metric.equals("atalaya_acks_total")
                ? List.of(
                        Series.of(Map.of("state", "acknowledged"), acknowledged),
                        Series.of(Map.of("state", "expired"), expired))
                : List.of();
    }

    private static final String COUNTERS = """
            kpis: test
            grace: 0s
            indicators:
              told:
                title: T
                domain: D
                owner: me
                period: day
                target: 99
                counter-ratio:
                  good: {metric: atalaya_acks_total, labels: {state: acknowledged}}
                  of: {metric: atalaya_acks_total, labels: {state: [acknowledged, expired]}}
            """;

    @Test
    void countersAreReckonedByTheirStepsAlsoOverARestart() {
        var engine = new KpiEngine(Kpis.file(COUNTERS));
        engine.look(acks(90, 10), Instant.parse("2030-05-02T10:00:00Z"));
        engine.look(acks(180, 20), Instant.parse("2030-05-02T11:00:00Z"));
        engine.tick(Instant.parse("2030-05-02T12:00:00Z"));
        var next = new KpiEngine(Kpis.file(COUNTERS));
        next.restore(engine.kept());
        next.look(acks(1, 1), Instant.parse("2030-05-02T13:00:00Z"));
        next.look(acks(5, 1), Instant.parse("2030-05-03T01:00:00Z"));
        next.tick(Instant.parse("2030-05-03T02:00:00Z"));

        Status status = Kpis.status(next, "told");

        assertThat(period(status, "2030-05-02").reading().numerator()).isEqualTo(181);
        assertThat(period(status, "2030-05-02").reading().denominator()).isEqualTo(202);
        assertThat(status.current().reading().value()).isEqualTo(100);
    }

    @Test
    void whatIsToldAgainGivesTheSameReadings() {
        long seed = 5;
        var random = new Random(seed);
        List<Fact> facts = traffic(random);
        var live = new KpiEngine(Kpis.operations());
        Instant tick = facts.getFirst().arrived();
        for (Fact fact : facts) {
            while (tick.isBefore(fact.arrived())) {
                live.tick(tick);
                tick = tick.plus(Duration.ofMinutes(30));
            }
            live.take(fact);
        }
        Instant end = facts.getLast().arrived().plusSeconds(60);
        live.tick(end);
        var again = new KpiEngine(Kpis.operations());
        facts.forEach(again::take);
        again.tick(end);
        var resumed = new KpiEngine(Kpis.operations());
        resumed.restore(live.kept());
        facts.forEach(resumed::take);
        resumed.tick(end);

        assertThat(readings(again)).as("seed %d", seed).isEqualTo(readings(live));
        assertThat(readings(resumed)).as("seed %d", seed).isEqualTo(readings(live));
        assertThat(readings(live)).hasSizeGreaterThan(20);
    }

    @Test
    void theOrderOfEventsWithinTheGraceDoesNotMatter() {
        long seed = 9;
        var random = new Random(seed);
        List<Fact> facts = traffic(random).stream()
                .filter(fact -> fact.at().isBefore(Instant.parse("2030-05-02T00:00:00Z")))
                .map(fact -> new Fact(
                        fact.tenant(), fact.type(), fact.body(), fact.at(), Instant.parse("2030-05-02T01:00:00Z")))
                .toList();
        var one = new KpiEngine(Kpis.operations());
        facts.forEach(one::take);
        var shuffled = new ArrayList<>(facts);
        Collections.shuffle(shuffled, random);
        var other = new KpiEngine(Kpis.operations());
        shuffled.forEach(other::take);
        Instant end = Instant.parse("2030-05-02T02:00:00Z");
        one.tick(end);
        other.tick(end);

        assertThat(facts).hasSizeGreaterThan(100);
        assertThat(readings(other)).as("seed %d", seed).isEqualTo(readings(one));
    }

    private static List<String> readings(KpiEngine engine) {
        var readings = new ArrayList<String>();
        for (Status status : engine.report().kpis()) {
            var periods = new ArrayList<>(status.periods());
            periods.add(status.current());
            for (PeriodValue period : periods) {
                readings.add("%s %s %s %.6f %d"
                        .formatted(
                                status.kpi().id(),
                                period.day(),
                                period.open(),
                                period.reading().value(),
                                period.reading().samples()));
            }
        }
        return readings;
    }

    /** Two weeks of an operations centre; some events come late. */
    private static List<Fact> traffic(Random random) {
        var facts = new ArrayList<Fact>();
        Instant start = Instant.parse("2030-05-01T00:00:00Z");
        for (int i = 0; i < 4_000; i++) {
            Instant at = start.plusSeconds(random.nextInt(14 * 86_400));
            Instant arrived = random.nextInt(10) == 0 ? at.plusSeconds(random.nextInt(2 * 86_400)) : at;
            String body = switch (i % 5) {
                case 0 -> "{\"assignment_id\":\"a%d\"}".formatted(i / 10);
                case 1 ->
                    "{\"assignment_id\":\"a%d\",\"outcome\":\"%s\"}"
                            .formatted(i / 10, random.nextInt(8) == 0 ? "failure" : "success");
                case 2 ->
                    "{\"asset_id\":\"x%d\",\"state\":\"%s\"}"
                            .formatted(random.nextInt(30), random.nextBoolean() ? "available" : "unavailable");
                case 3 -> "{\"error_m\":%d}".formatted(random.nextInt(40));
                default ->
                    "{\"score\":%d,\"group\":\"%s\"}"
                            .formatted(1 + random.nextInt(5), random.nextBoolean() ? "operator" : "commander");
            };
            String type = List.of(
                            "ASSIGNMENT_CREATED",
                            "ASSIGNMENT_FINISHED",
                            "ASSET_STATE",
                            "POSITION_CHECKED",
                            "SURVEY_ANSWERED")
                    .get(i % 5);
            facts.add(Kpis.fact("t" + i % 3, type, at.toString(), arrived.toString(), body));
        }
        facts.sort(Comparator.comparing(Fact::arrived));
        return facts;
    }
}
