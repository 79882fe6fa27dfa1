package io.atalaya.openslo;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.slo.ShippedObjectives;
import io.atalaya.slo.Slo;
import io.atalaya.slo.SloOutcome;
import io.atalaya.slo.SloReader;
import io.atalaya.slo.SloReader.Source;
import io.atalaya.yaml.Problem;
import io.atalaya.yaml.Problems;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Objectives survive the way out and in again; what OpenSLO says and we cannot is a problem. */
class OpenSloTest {
    @Test
    void theShippedObjectivesComeBackAsTheyWere() {
        SloOutcome.Valid shipped = ShippedObjectives.read();
        var problems = new Problems();

        Optional<String> back =
                OpenSloReader.read("open.yaml", OpenSloText.of(shipped.file(), shipped.catalogue()), problems);

        assertThat(problems.list()).isEmpty();
        var outcome =
                SloReader.read(new Source("back.yaml", back.orElseThrow()), ShippedObjectives.source("catalogue.yaml"));
        assertThat(outcome).isInstanceOf(SloOutcome.Valid.class);
        var file = ((SloOutcome.Valid) outcome).file();
        assertThat(file).isEqualTo(shipped.file());
    }

    @Test
    void whatBelongsToTheWholeFileComesBackToo() {
        SloOutcome.Valid ours = valid("""
                slo: harbour
                time-zone: Europe/Madrid
                planned-stop: 5m
                tiers:
                  fast: {budget: 2, long: 1h, short: 5m, for: 2m, severity: critical}
                  slow: {budget: 12.5, long: 3d, short: 6h}
                services: {api: {title: API, owner: Backend}, web: {title: Web, owner: Front}}
                objectives:
                  api-up: {service: api, title: serves, objective: 99.9, uptime: {up: atalaya_log_open}}
                capacity:
                  web-sessions: {service: web, title: open connections, target: 0.5, goal: 20, unit: sessions,
                                 load: {metric: atalaya_http_answers_total, except: {status: 5*}}}
                maintenance:
                  - {from: "2030-01-01T00:00:00Z", until: "2030-01-01T01:00:00Z", services: [web], reason: "move: east"}
                """);
        var problems = new Problems();

        String back = OpenSloReader.read("open.yaml", OpenSloText.of(ours.file(), ours.catalogue()), problems)
                .orElseThrow();

        assertThat(valid(back).file()).isEqualTo(ours.file());
    }

    @Test
    void twoFilesInOneOrWhatNoFileHoldsIsAProblem() {
        String service = """
                apiVersion: openslo/v1
                kind: Service
                metadata:
                  name: web
                  annotations: {atalaya.io/file: '{slo: harbour, secret: x}'}
                spec: {}
                """;
        var problems = new Problems();

        assertThat(OpenSloReader.read("open.yaml", service + "---\n" + service, problems))
                .isEmpty();

        List<String> found = problems.list().stream().map(Problem::toString).toList();
        assertThat(found)
                .anyMatch(line -> line.contains("another atalaya.io/file (expected: one in all documents)"))
                .anyMatch(line -> line.contains("secret (expected: one of [capacity, maintenance,"));
    }

    private static SloOutcome.Valid valid(String text) {
        SloOutcome outcome = SloReader.read(new Source("ours.yaml", text), ShippedObjectives.source("catalogue.yaml"));
        assertThat(outcome).isInstanceOf(SloOutcome.Valid.class);
        return (SloOutcome.Valid) outcome;
    }

    @Test
    void anObjectiveOfSomebodyElseIsRead() {
        String text = """
                apiVersion: openslo/v1
                kind: SLO
                metadata:
                  name: home-page
                  displayName: Home page answers
                spec:
                  service: web
                  indicator:
                    metadata: {name: home-page}
                    spec:
                      ratioMetric:
                        counter: true
                        good:
                          metricSource:
                            type: Prometheus
                            spec: {query: 'sum(rate(http_requests_total{status!~"5.*"}[5m]))'}
                        total:
                          metricSource:
                            type: Prometheus
                            spec: {query: 'sum(rate(http_requests_total[5m]))'}
                  timeWindow:
                    - {duration: 4w, isRolling: true}
                  budgetingMethod: Occurrences
                  objectives:
                    - {displayName: most, target: 0.995}
                """;
        var problems = new Problems();

        String ours = OpenSloReader.read("open.yaml", text, problems).orElseThrow();

        var outcome = SloReader.read(new Source("ours.yaml", ours), ShippedObjectives.source("catalogue.yaml"));
        Slo slo = ((SloOutcome.Valid) outcome).file().objectives().getFirst();
        assertThat(slo.id()).isEqualTo("home-page");
        assertThat(slo.objective()).isEqualByComparingTo("0.995");
        assertThat(slo.window()).hasDays(28);
        assertThat(slo.sli().selectors().map(selector -> selector.promql()))
                .containsExactly("http_requests_total{status!~\"5.*\"}", "http_requests_total");
    }

    @Test
    void whatCannotBeSaidHereIsReportedWithItsPlace() {
        String text = """
                apiVersion: openslo/v1
                kind: SLO
                metadata: {name: a}
                spec:
                  service: web
                  indicator:
                    spec:
                      thresholdMetric:
                        metricSource:
                          type: Prometheus
                          spec: {query: 'histogram_quantile(0.9, x)'}
                  timeWindow: [{duration: 1M, isRolling: false}]
                  objectives: [{target: 0.9}, {target: 0.99}]
                ---
                apiVersion: openslo/v2
                kind: AlertPolicy
                metadata: {name: b}
                spec: {}
                """;
        var problems = new Problems();

        assertThat(OpenSloReader.read("open.yaml", text, problems)).isEmpty();

        List<String> found = problems.list().stream().map(Problem::toString).toList();
        assertThat(found)
                .anyMatch(line -> line.contains("query: histogram_quantile(0.9, x)"))
                .anyMatch(line -> line.contains("1M"))
                .anyMatch(line -> line.contains("spec.objectives: a list"))
                .anyMatch(line -> line.contains("openslo/v2"))
                .anyMatch(line -> line.startsWith("open.yaml:15:"));
    }
}
