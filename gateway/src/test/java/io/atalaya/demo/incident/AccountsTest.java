package io.atalaya.demo.incident;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AccountsTest {
    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    @Test
    void matchedIsTheSumOfItsKinds() {
        var book = Accounts.Deliveries.parse(json("""
                {"matched":{"live":1500,"replay":2,"resend":1},"sent":1400,"closed":103,"pending":0,"balanced":true}
                """));

        assertThat(book.words()).isEqualTo("matched 1,503 = sent 1,400 + closed 103 + pending 0  balanced");
    }

    @Test
    void booksThatDoNotBalanceSaySo() {
        assertThat(Accounts.Deliveries.parse(json("{}")).words()).endsWith("NOT BALANCED");
    }

    @Test
    void alertsAtRestAreNotWorthAWord() {
        var objective = Accounts.Objective.parse(json("""
                {"id":"websocket-send-errors","title":"t","state":"spent","bad":500,"total":1000,
                 "budget_remaining":-1.5,
                 "tiers":[{"severity":"critical","alert":"inactive"},{"severity":"critical","alert":"pending"},
                          {"severity":"warning","alert":"firing"}]}
                """));

        assertThat(objective.words())
                .contains("spent: 500 bad of 1,000, 2.5 times the budget used")
                .endsWith("alert: critical pending, warning firing");
    }

    @Test
    void afterAHandfulOfConnectionsNoBudgetIsTold() {
        var objective = Accounts.Objective.parse(json("""
                {"id":"websocket-availability","state":"low_traffic","bad":1,"total":83,"budget_remaining":-119.48}
                """));

        assertThat(objective.words()).endsWith("low traffic: 1 bad of 83, too few to judge");
    }

    @Test
    void whatIsNotKnownIsNotInvented() {
        assertThat(Accounts.Objective.parse(json("{\"id\":\"a\",\"bad\":0,\"total\":1}"))
                        .words())
                .contains("budget not known yet")
                .doesNotContain("alert");
    }
}
