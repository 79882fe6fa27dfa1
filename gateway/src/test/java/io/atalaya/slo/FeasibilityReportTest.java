package io.atalaya.slo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the numbers say against each other. */
class FeasibilityReportTest {
    private final String report = FeasibilityReport.of(ShippedObjectives.read().file());

    @Test
    void oneFailoverSpendsMoreThanAMonthsBudget() {
        assertThat(report)
                .contains(
                        "websocket-uptime: one failover of 15m spends 347 % of the budget of 30d (99.99 % allow 259 s).")
                .contains(
                        "postgis-availability: one failover of 15m spends 69 % of the budget of 30d (99.95 % allow 21 min).")
                .contains(
                        "bot-availability: one failover of 15m spends 35 % of the budget of 30d (99.9 % allow 43 min).");
    }

    @Test
    void anOutageSpendsAFifthOfTheStrictestBudgetBeforeAnybodyIsTold() {
        assertThat(report)
                .contains("websocket-uptime: a scrape, an evaluation and the wait of a group take up to 50 s;"
                        + " a total outage spends 19 % of the budget before the first notification.");
    }

    @Test
    void everyObjectiveIsInIt() {
        for (Slo slo : ShippedObjectives.read().file().objectives()) {
            assertThat(report).contains("| " + slo.service() + " | " + slo.id() + " | ");
        }
    }
}
