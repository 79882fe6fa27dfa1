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
        assertThat(file.objectives()).isEqualTo(shipped.file().objectives());
        assertThat(file.services()).isEqualTo(shipped.file().services());
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
