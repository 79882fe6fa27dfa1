package io.atalaya.kpi;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.kpi.Kpi.Better;
import io.atalaya.kpi.Kpi.Period;
import io.atalaya.yaml.Problem;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is declared is read; what is wrong is told all at once. */
class KpiReaderTest {
    @Test
    void theIndicatorsOfTheOperationsCentreAreRead() {
        KpiFile file = Kpis.operations();

        assertThat(file.kpis())
                .extracting(Kpi::id, Kpi::period, kpi -> kpi.measure().kind(), Kpi::owner)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "operational-effectiveness", Period.DAY, "ratio", "Operations"),
                        org.assertj.core.groups.Tuple.tuple(
                                "asset-availability", Period.DAY, "state_share", "Operations"),
                        org.assertj.core.groups.Tuple.tuple(
                                "notification-efficiency", Period.DAY, "counter_ratio", "SRE"),
                        org.assertj.core.groups.Tuple.tuple("geolocation-precision", Period.WEEK, "mean", "Data"),
                        org.assertj.core.groups.Tuple.tuple(
                                "user-satisfaction", Period.MONTH, "weighted_score", "Product"),
                        org.assertj.core.groups.Tuple.tuple("page-rendering", Period.DAY, "ratio", "Product"));
        assertThat(file.kpis().get(3).better()).isEqualTo(Better.LOWER);
        assertThat(file.grace()).isEqualTo(Duration.ofHours(24));
        assertThat(file.kpis())
                .allSatisfy(kpi -> assertThat(kpi.titles())
                        .as(kpi.id())
                        .hasEntrySatisfying("es", title -> assertThat(title).isNotEqualTo(kpi.title())));
    }

    @Test
    void everyProblemIsToldAtOnceWithItsPlace() {
        KpiOutcome outcome = Kpis.read("""
                kpis: Bad Name
                time-zone: Mars/Base
                grace: soon
                indicators:
                  one:
                    title: One
                    domain: D
                    owner: me
                    period: fortnight
                    titles: [uno]
                    target: many
                    ratio: {of: 5 5, good: {type: X, where: {outcome: y}}}
                  two:
                    title: Two
                    domain: D
                    owner: me
                    period: day
                    target: 90
                    warning: 95
                    counter-ratio: {good: atalaya_sessions_active, of: {metric: atalaya_acks_total, labels: {colour: red}}}
                  three:
                    title: Three
                    domain: D
                    owner: me
                    period: day
                    target: 1
                    mean: {of: X, value: off, tpyo: 1}
                    ratio: {of: X, good: X}
                  four: {title: Four, domain: D, owner: me, period: day, target: 1}
                """);

        List<String> problems = ((KpiOutcome.Invalid) outcome)
                .problems().stream().map(Problem::toString).toList();
        assertThat(String.join("\n", problems))
                .contains("test.yaml:1:7: kpis: Bad Name")
                .contains("test.yaml:2:12: time-zone: Mars/Base")
                .contains("test.yaml:3:8: grace: soon")
                .contains("test.yaml:9:13: indicators.one.period: fortnight")
                .contains("test.yaml:11:13: indicators.one.target: many (expected: a number)")
                .contains("test.yaml:10:13: indicators.one.titles: a list")
                .contains("indicators.one.ratio.of: 5 5 (expected: a type of event)")
                .contains("outcome (expected: a path in the event, such as /outcome)")
                .contains("test.yaml:19:14: indicators.two.warning: 95.0, which is better than the target of 90.0")
                .contains("atalaya_sessions_active (expected: a counter of this program, as in catalogue.yaml)")
                .contains("colour (expected: a label of atalaya_acks_total")
                .contains("indicators.three.mean.value: off")
                .contains("indicators.three.mean.tpyo: an unknown key")
                .contains("2 measures (expected: one of ratio, state-share, mean, weighted-score, counter-ratio)")
                .contains("indicators.four: no measure");
    }

    @Test
    void aBoundThatIsNoNumberAndAGroupWithoutWeightAreProblems() {
        KpiOutcome outcome = Kpis.read("""
                kpis: x
                indicators:
                  s:
                    title: S
                    domain: D
                    owner: me
                    period: day
                    unit: points
                    target: 3
                    weighted-score: {of: X, score: /s, least: 5, most: five, group: /g, weights: {a: 0}}
                """);

        assertThat(((KpiOutcome.Invalid) outcome).problems())
                .extracting(Problem::path)
                .contains("indicators.s.weighted-score.most", "indicators.s.weighted-score.weights.a");
    }
}
