package io.atalaya.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.auth.RevocationList.Status;
import io.atalaya.management.Exchange.Answer;
import io.atalaya.protocol.CloseReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Sessions listed, ended and revoked; those of others are left alone. */
final class SessionsApiTest {
    private final ManagementFixture gateway = new ManagementFixture();

    @AfterEach
    void release() {
        gateway.close();
    }

    @Test
    void sessionsAreListedByWhatTheFilterSays() {
        gateway.join("waiter", "1", "7", "a");
        gateway.join("waiter", "1", "8", "b");
        gateway.join("diner", "2", "9", "c");

        assertThat(list("").path("total").asInt()).isEqualTo(3);
        assertThat(list("?tenant=1").path("total").asInt()).isEqualTo(2);
        assertThat(list("?endpoint=diner").at("/sessions/0/tenant").asString()).isEqualTo("2");
        assertThat(list("?tenant=2&subject=7").path("total").asInt()).isZero();
        assertThat(list("?limit=2").path("sessions").size()).isEqualTo(2);
        assertThat(list("?limit=2").path("truncated").asBoolean()).isTrue();
    }

    @Test
    void aSessionIsShownWithWhatOperatorsNeedAndWithoutItsToken() {
        gateway.join("waiter", "1", "7", "secret-token-id");

        var session = list("").at("/sessions/0");

        assertThat(session.path("subject").asString()).isEqualTo("7");
        assertThat(session.path("roles").toString()).isEqualTo("[\"WAITER\"]");
        assertThat(session.path("topics").toString()).contains("1/branch-waiters/1");
        assertThat(session.toString()).doesNotContain("secret-token-id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "10001", "-1", "x", "99999999999999"})
    void aLimitOutOfRangeIsRefused(String limit) {
        var answer =
                Exchange.of(gateway.routes(), "/api/v1/sessions?limit=" + limit).answer();

        assertThat(answer.status()).isEqualTo(400);
    }

    @Test
    void oneSessionIsDisconnectedById() {
        var session = gateway.join("waiter", "1", "7", "a");
        gateway.join("waiter", "1", "7", "b");

        var answer = post("/api/v1/sessions/disconnect", "{\"id\":%d}".formatted(session.id()));

        assertThat(answer.json().path("closed").asInt()).isEqualTo(1);
        assertThat(list("").path("total").asInt()).isEqualTo(1);
        assertThat(closes(CloseReason.DISCONNECTED)).isEqualTo(1);
    }

    @Test
    void aSubjectIsDisconnectedInItsTenantOnly() {
        gateway.join("waiter", "1", "7", "a");
        gateway.join("waiter", "1", "7", "b");
        gateway.join("waiter", "2", "7", "c");
        gateway.join("waiter", "1", "8", "d");

        var answer = post("/api/v1/sessions/disconnect", "{\"tenant\":1,\"subject\":\"7\"}");

        assertThat(answer.json().path("closed").asInt()).isEqualTo(2);
        assertThat(list("").path("total").asInt()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"id\":\"7\"}",
                "{\"id\":1,\"tenant\":\"1\",\"subject\":\"7\"}",
                "{\"tenant\":\"1\"}",
                "{\"subject\":\"7\"}",
                "{\"tenant\":\"a b\",\"subject\":\"7\"}",
                "{\"tenant\":\"1\",\"subject\":\"\"}",
                "{\"tenant\":\"1\",\"tenant\":\"2\",\"subject\":\"7\"}",
                "{\"everybody\":true}",
                "{",
                "",
            })
    void aDisconnectThatIsNotClearEndsNobody(String body) {
        gateway.join("waiter", "1", "7", "a");

        var answer = post("/api/v1/sessions/disconnect", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
        assertThat(list("").path("total").asInt()).isEqualTo(1);
    }

    @Test
    void aRevokedTokenLosesItsSessionsAtOnce() {
        var session = gateway.join("waiter", "1", "7", "token-a");
        gateway.join("waiter", "1", "7", "token-b");

        var answer = post("/api/v1/revocations", "{\"token_id\":\"token-a\",\"expires_at\":\"2030-06-01T13:00:00Z\"}");

        assertThat(answer.json().toString()).isEqualTo("{\"revoked\":true,\"closed\":1,\"unchecked\":0}");
        assertThat(closes(CloseReason.TOKEN_ENDED)).isEqualTo(1);
        assertThat(gateway.revocations.status(session.principal()).toCompletableFuture())
                .isCompletedWithValue(Status.REVOKED);
    }

    @Test
    void aRevokedSubjectLosesItsSessionsInItsTenantOnly() {
        gateway.join("waiter", "1", "7", "a");
        gateway.join("kitchen", "1", "7", "b");
        gateway.join("waiter", "2", "7", "c");

        var answer = post("/api/v1/revocations", "{\"tenant\":\"1\",\"subject\":\"7\"}");

        assertThat(answer.json().path("closed").asInt()).isEqualTo(2);
        assertThat(list("").at("/sessions/0/tenant").asString()).isEqualTo("2");
        assertThat(list("").path("total").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"token_id\":\"\"}",
                "{\"token_id\":\"a\",\"tenant\":\"1\"}",
                "{\"token_id\":\"a\",\"expires_at\":\"tomorrow\"}",
                "{\"token_id\":\"a\",\"expires_at\":true}",
                "{\"tenant\":\"1\",\"subject\":\"7\",\"expires_at\":1}",
                "{\"tenant\":\"1\"}",
            })
    void aRevocationThatIsNotClearRevokesNobody(String body) {
        gateway.join("waiter", "1", "7", "a");

        var answer = post("/api/v1/revocations", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(gateway.revocations.size()).isZero();
        assertThat(list("").path("total").asInt()).isEqualTo(1);
    }

    @Test
    void aNameTooLongToRememberIsRefused() {
        var answer = post("/api/v1/revocations", "{\"token_id\":\"%s\"}".formatted("x".repeat(513)));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(gateway.revocations.size()).isZero();
    }

    private JsonNode list(String query) {
        return Exchange.of(gateway.routes(), "/api/v1/sessions" + query)
                .answer()
                .json();
    }

    private Answer post(String path, String body) {
        return Exchange.of(gateway.routes(), path).sending("POST", body).answer();
    }

    private long closes(CloseReason reason) {
        return gateway.hub.snapshot().join().closes().getOrDefault(reason, 0L);
    }
}
