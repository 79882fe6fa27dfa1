package io.atalaya.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.hub.Session;
import io.atalaya.management.Exchange;
import io.atalaya.management.Exchange.Answer;
import io.atalaya.management.ManagementFixture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Sessions found, page by page, and one of them in detail. */
final class SessionPagesTest {
    private final ManagementFixture gateway = new ManagementFixture();

    @AfterEach
    void release() {
        gateway.close();
    }

    private Answer get(String path) {
        return Exchange.of(gateway.routes(), "/api/v1/sessions" + path).answer();
    }

    @ParameterizedTest
    @CsvSource({
        "?tenant=1,             2",
        "?endpoint=diner,       1",
        "?subject=77,           1",
        "?q=AdA,                1",
        "?q=7,                  1",
        "?q=wAiTeR,             3",
        "?topic=branch-waiters, 2",
        "?topic=2/table,        1",
        "?topic=nothing,        0",
        "?tenant=1&q=ada,       1",
        "?tenant=2&q=ada,       0",
        "'',                    3",
    })
    void theyAreFoundByWhatIsAskedFor(String query, int found) {
        gateway.join("waiter", "1", "ada", "a");
        gateway.join("waiter", "1", "bob", "b");
        gateway.join("diner", "2", "77", "c");

        assertThat(get(query).json().path("total").asInt()).isEqualTo(found);
    }

    @Test
    void oneIsFoundByItsNumber() {
        gateway.join("waiter", "1", "ada", "a");
        Session second = gateway.join("waiter", "1", "bob", "b");

        JsonNode found = get("?q=" + second.id()).json();

        assertThat(found.path("total").asInt()).isEqualTo(1);
        assertThat(found.at("/sessions/0/subject").asString()).isEqualTo("bob");
    }

    @Test
    void pagesThatFollowEachOtherShowEachOnce() {
        for (int i = 0; i < 7; i++) {
            gateway.join("waiter", "1", "w" + i, "t" + i);
        }

        var seen = new StringBuilder();
        String after = "";
        JsonNode page;
        do {
            page = get("?limit=3" + after).json();
            page.path("sessions")
                    .forEach(session ->
                            seen.append(session.path("subject").asString()).append(' '));
            after = "&after=" + page.path("next").asString("");
            assertThat(page.path("total").asInt()).isEqualTo(7);
        } while (page.path("truncated").asBoolean());

        assertThat(seen).hasToString("w0 w1 w2 w3 w4 w5 w6 ");
        assertThat(page.path("next").isNull()).isTrue();
    }

    @Test
    void oneIsShownWithItsFigures() {
        Session session = gateway.join("waiter", "1", "ada", "token-a");

        JsonNode shown = get("/" + session.id()).json();

        assertThat(shown.path("connected_at").asString()).isEqualTo("2030-06-01T12:00:00Z");
        assertThat(shown.path("path").asString()).isEqualTo("/ws/waiter");
        assertThat(shown.path("token_id").asString()).isEqualTo("token-a");
        assertThat(shown.at("/claims/branch_id/0").asString()).isEqualTo("1");
        assertThat(shown.path("round_trip_ms").isNull()).isTrue();
        assertThat(shown.path("pending_bytes").asInt()).isZero();
        assertThat(shown.path("sent").asInt()).isZero();
        assertThat(shown.path("replaying").asBoolean()).isFalse();
    }

    @Test
    void oneThatHasEndedIsNotThere() {
        Session session = gateway.join("waiter", "1", "ada", "a");
        session.onInactive();

        assertThat(get("/" + session.id()).status()).isEqualTo(404);
        assertThat(get("").json().path("total").asInt()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"?limit=0", "?limit=10001", "?after=x", "?tenat=1", "?after=-2"})
    void whatIsNotUnderstoodIsRefused(String query) {
        assertThat(get(query).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/x", "/1/2", "/", "/99999999999999999999"})
    void whatIsNoNumberIsNotThere(String path) {
        assertThat(get(path).status()).isEqualTo(404);
    }
}
