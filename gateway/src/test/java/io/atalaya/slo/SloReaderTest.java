package io.atalaya.slo;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.slo.SloReader.Source;
import io.atalaya.yaml.Problem;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the files of objectives and metrics may say, and how their mistakes are reported. */
class SloReaderTest {
    private static final String CATALOGUE = """
            exporters:
              atalaya:
                job: api
                about: ours
                metrics:
                  sent_total: {type: counter, labels: [state]}
                  took_seconds: {type: histogram, buckets: [0.1, 0.2, 1]}
                  health: {type: gauge, labels: [state]}
                  soon_total: {type: counter, pending: true}
              other:
                job: other
                about: theirs
                metrics:
                  up: {type: gauge}
            """;

    @Test
    void theShippedFileHasTheObjectivesOfAllSixDomains() {
        SloFile file = ShippedObjectives.read().file();

        Map<String, List<String>> percentages = file.objectives().stream()
                .collect(Collectors.groupingBy(
                        Slo::service,
                        Collectors.mapping(
                                slo -> slo.objective().movePointRight(2).toPlainString(), Collectors.toList())));
        assertThat(percentages.get("api")).containsExactly("99.99", "95", "99", "95");
        assertThat(percentages.get("websocket"))
                .containsExactly("99.99", "99.99", "95", "95", "99", "99.9", "99.9", "95");
        assertThat(percentages.get("bot")).containsExactly("99.9", "95", "99");
        assertThat(percentages.get("postgis")).containsExactly("99.95", "95", "99");
        assertThat(percentages.get("redis")).containsExactly("99.99", "99.99", "95");
        assertThat(percentages.get("proxy")).containsExactly("99.99", "95");
        assertThat(file.capacities())
                .extracting(capacity -> capacity.target().toPlainString())
                .containsExactly("100", "1000", "10000", "50");
    }

    @Test
    void everyShippedObjectiveHasItsTitleInSpanishToo() {
        assertThat(ShippedObjectives.read().file().objectives())
                .allSatisfy(slo -> assertThat(slo.titles())
                        .as(slo.id())
                        .hasEntrySatisfying("es", title -> assertThat(title).isNotEqualTo(slo.title())));
    }

    @Test
    void theThresholdsAreThoseOfTheBlueprint() {
        SloFile file = ShippedObjectives.read().file();

        Map<String, Duration> thresholds = file.objectives().stream()
                .filter(slo -> slo.sli() instanceof Sli.Latency)
                .collect(Collectors.toMap(Slo::id, slo -> ((Sli.Latency) slo.sli()).threshold()));

        assertThat(thresholds)
                .containsOnly(
                        Map.entry("api-latency-p95", Duration.ofMillis(200)),
                        Map.entry("api-latency-p99", Duration.ofMillis(500)),
                        Map.entry("command-confirmation-p95", Duration.ofMillis(300)),
                        Map.entry("websocket-latency-p95", Duration.ofMillis(200)),
                        Map.entry("websocket-notification-p95", Duration.ofSeconds(5)),
                        Map.entry("websocket-canary-p95", Duration.ofMillis(200)),
                        Map.entry("bot-latency-p95", Duration.ofSeconds(2)),
                        Map.entry("postgis-latency-p95", Duration.ofMillis(500)),
                        Map.entry("postgis-latency-p99", Duration.ofSeconds(1)),
                        Map.entry("redis-latency-p95", Duration.ofMillis(50)),
                        Map.entry("proxy-latency-p95", Duration.ofMillis(100)));
    }

    @ParameterizedTest
    @CsvSource({"fast, 14.4", "slow, 6", "day, 3", "trend, 1"})
    void theUsualTiersAreThoseOfThirtyDays(String tier, String factor) {
        Tier found =
                Tier.USUAL.stream().filter(t -> t.id().equals(tier)).findFirst().orElseThrow();

        assertThat(found.factor(Duration.ofDays(30))).isEqualByComparingTo(factor);
    }

    @Test
    void everyMistakeIsReportedAtOnceWithItsPlace() {
        String objectives = """
                slo: Mine
                time-zone: Mars/Olympus
                window: 40d
                services:
                  a: {title: A, owner: me}
                  unused: {title: U, owner: me}
                objectives:
                  between-buckets:
                    service: a
                    title: x
                    objective: 95
                    latency: {histogram: took_seconds, threshold: 150ms}
                  unknown-metric:
                    service: b
                    title: x
                    objective: 99
                    events: {bad: sent_totl, valid: sent_total}
                  no-percentage:
                    service: a
                    title: x
                    objective: 100
                    events:
                      bad: {metric: sent_total, labels: {stat: x}}
                      valid: sent_total
                  unreachable:
                    service: a
                    title: x
                    objective: 90
                    uptime: {up: sent_total}
                  mixed:
                    service: a
                    title: x
                    objective: 99
                    uptime: {up: [health, up]}
                    titles: {es: otro, Spanish: equis, fr: []}
                  two-kinds:
                    service: a
                    title: x
                    objective: 99
                    uptime: {up: health}
                    latency: {histogram: took_seconds, threshold: 1s}
                further: 1
                """;

        assertThat(problems(objectives))
                .extracting(Problem::toString)
                .containsExactlyInAnyOrder(
                        "mine.yaml:1:6: slo: Mine (expected: the name of this set of objectives: a-z, 0-9 and -)",
                        "mine.yaml:2:12: time-zone: Mars/Olympus (expected: a time zone such as UTC or Europe/Madrid)",
                        "mine.yaml:3:9: window: 40d (expected: a span of time such as 30m or 30d, at most 31d)",
                        "mine.yaml:12:51: objectives.between-buckets.latency.threshold: 150ms, between two buckets"
                                + " (expected: a bound of took_seconds: one of [0.1, 0.2, 1])",
                        "mine.yaml:14:14: objectives.unknown-metric.service: b, which is not defined (expected: a"
                                + " service: did you mean a? one of a, unused)",
                        "mine.yaml:17:19: objectives.unknown-metric.events.bad: sent_totl, which is not in the"
                                + " catalogue (expected: did you mean sent_total? a metric that exists)",
                        "mine.yaml:21:16: objectives.no-percentage.objective: 100 (expected: a percentage above 0 and"
                                + " below 100, such as 99.95)",
                        "mine.yaml:23:42: objectives.no-percentage.events.bad.labels.stat: label stat, which"
                                + " sent_total does not have (expected: did you mean state? one of state)",
                        "mine.yaml:28:16: objectives.unreachable.objective: tier fast would need a burn rate of 14.4,"
                                + " and a total outage burns at 10.000 (expected: a higher objective, or other tiers)",
                        "mine.yaml:29:18: objectives.unreachable.uptime.up: sent_total, a counter (expected: a gauge)",
                        "mine.yaml:31:5: objectives.mixed: metrics of ours and of others together (expected: metrics"
                                + " of this program, or of others)",
                        "mine.yaml:35:24: objectives.mixed.titles.Spanish: Spanish (expected: a language, such as es or"
                                + " pt-BR)",
                        "mine.yaml:35:44: objectives.mixed.titles.fr: an empty list (expected: the text in that language)",
                        "mine.yaml:37:5: objectives.two-kinds: 2 indicators (expected: exactly one of events, latency,"
                                + " uptime)",
                        "mine.yaml:6:3: services.unused: defined, but used nowhere (expected: an objective or a"
                                + " capacity of it)",
                        "mine.yaml:42:1: further: an unknown key (expected: one of slo, time-zone, planned-stop,"
                                + " window, tiers, services, objectives, capacity, maintenance)");
    }

    @Test
    void whatReadsAPendingMetricIsPendingAndWhatReadsOthersIsExternal() {
        String objectives = """
                slo: mine
                services: {a: {title: A, owner: me}}
                objectives:
                  later: {service: a, title: x, objective: 99, events: {good: soon_total, valid: sent_total}}
                  theirs: {service: a, title: x, objective: 99, uptime: {up: {metric: up, labels: {job: other}}}}
                  ours: {service: a, title: x, objective: 99.9, uptime: {up: health}}
                """;

        var file = ((SloOutcome.Valid) read(objectives)).file();

        assertThat(file.objectives())
                .extracting(Slo::id, Slo::pending, Slo::external)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("later", true, false),
                        org.assertj.core.groups.Tuple.tuple("theirs", false, true),
                        org.assertj.core.groups.Tuple.tuple("ours", false, false));
        assertThat(file.objectives().getLast().budget()).isEqualTo(new BigDecimal("0.001"));
    }

    @Test
    void tiersOfOnesOwnReplaceTheUsualOnes() {
        String objectives = """
                slo: mine
                window: 7d
                tiers:
                  only: {budget: 10, long: 6h, short: 30m, for: 5m, severity: critical}
                services: {a: {title: A, owner: me}}
                objectives:
                  one: {service: a, title: x, objective: 99, uptime: {up: health}}
                """;

        var slo = ((SloOutcome.Valid) read(objectives)).file().objectives().getFirst();

        assertThat(slo.tiers())
                .singleElement()
                .satisfies(tier -> assertThat(tier.factor(slo.window())).isEqualByComparingTo("2.8"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "sent_total; sent_total",
                "{metric: sent_total, labels: {state: a}}; sent_total{state=\"a\"}",
                "{metric: sent_total, labels: {state: [a, b.c]}}; sent_total{state=~\"a|b\\\\.c\"}",
                "{metric: sent_total, labels: {state: [5*]}}; sent_total{state=~\"5.*\"}",
                "{metric: sent_total, except: {state: a}}; sent_total{state!=\"a\"}",
            })
    void selectorsHaveTheirPromql(String selector, String promql) {
        String objectives = """
                slo: mine
                services: {a: {title: A, owner: me}}
                objectives:
                  one: {service: a, title: x, objective: 99, events: {good: %s, valid: sent_total}}
                """.formatted(selector);

        var sli = (Sli.Events) ((SloOutcome.Valid) read(objectives))
                .file()
                .objectives()
                .getFirst()
                .sli();

        assertThat(sli.counted())
                .singleElement()
                .satisfies(found -> assertThat(found.promql()).isEqualTo(promql));
    }

    @Test
    void selectorsMatchWhatTheirPromqlMatches() {
        var selector = new Selector("m", Map.of("code", List.of("5*", "429")), Map.of("port", List.of("admin")));

        assertThat(selector.matches(Map.of("code", "503"))).isTrue();
        assertThat(selector.matches(Map.of("code", "429", "port", "public"))).isTrue();
        assertThat(selector.matches(Map.of("code", "200"))).isFalse();
        assertThat(selector.matches(Map.of("code", "503", "port", "admin"))).isFalse();
        assertThat(selector.matches(Map.of())).isFalse();
    }

    private static SloOutcome read(String objectives) {
        return SloReader.read(new Source("mine.yaml", objectives), new Source("catalogue.yaml", CATALOGUE));
    }

    private static List<Problem> problems(String objectives) {
        return switch (read(objectives)) {
            case SloOutcome.Valid _ -> List.of();
            case SloOutcome.Invalid invalid -> invalid.problems();
        };
    }
}
