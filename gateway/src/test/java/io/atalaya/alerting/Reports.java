package io.atalaya.alerting;

import io.atalaya.budget.Measurements;
import io.atalaya.budget.Measurements.Series;
import io.atalaya.budget.SloEngine;
import io.atalaya.budget.SloReport;
import io.atalaya.slo.SloFile;
import io.atalaya.slo.SloOutcome;
import io.atalaya.slo.SloReader;
import io.atalaya.slo.SloReader.Source;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * An engine with two services that a test makes burn: 1 % of bad answers is too much, and half of them do not spend a budget.
 * Confined to the test's thread.
 */
final class Reports {
    private static final Instant START = Instant.parse("2030-05-02T00:00:00Z");

    private static final String CATALOGUE = """
            exporters:
              atalaya:
                job: api
                about: ours
                metrics:
                  answers_total: {type: counter, labels: [of, status]}
            """;

    private static final String OBJECTIVES = """
            slo: test
            window: 1d
            tiers:
              fast: {budget: 0.00126, long: 1m, short: 10s, for: 20s, severity: critical}
              slow: {budget: 0.00252, long: 2m, short: 20s, severity: warning}
            services: {a: {title: A, owner: me}, b: {title: B, owner: me}}
            objectives:
              answers-a:
                service: a
                title: answers of a
                objective: 45
                events: {bad: {metric: answers_total, labels: {of: a, status: bad}}, valid: {metric: answers_total, labels: {of: a}}}
              answers-b:
                service: b
                title: answers of b
                objective: 45
                events: {bad: {metric: answers_total, labels: {of: b, status: bad}}, valid: {metric: answers_total, labels: {of: b}}}
            """;

    private final SloEngine engine;
    private double goodOfA;
    private double badOfA;
    private double goodOfB;
    private double badOfB;
    private Instant now;

    Reports() {
        this(START);
    }

    Reports(Instant start) {
        this.engine = new SloEngine(file(), start);
        this.now = start;
    }

    private static SloFile file() {
        return switch (SloReader.read(new Source("test.yaml", OBJECTIVES), new Source("catalogue.yaml", CATALOGUE))) {
            case SloOutcome.Valid valid -> valid.file();
            case SloOutcome.Invalid invalid -> throw new AssertionError(invalid.problems());
        };
    }

    Instant now() {
        return now;
    }

    SloReport report() {
        return engine.report();
    }

    /** Ten seconds pass. */
    SloReport tick(boolean faultsOfA, boolean faultsOfB) {
        now = now.plusSeconds(10);
        goodOfA += 100;
        goodOfB += 100;
        badOfA += faultsOfA ? 100 : 0;
        badOfB += faultsOfB ? 100 : 0;
        Measurements measured = metric -> List.of(
                Series.of(Map.of("of", "a", "status", "good"), goodOfA),
                Series.of(Map.of("of", "a", "status", "bad"), badOfA),
                Series.of(Map.of("of", "b", "status", "good"), goodOfB),
                Series.of(Map.of("of", "b", "status", "bad"), badOfB));
        engine.tick(now, measured);
        return engine.report();
    }
}
