package io.atalaya.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.management.Exchange.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Assignments made, listed and taken back over HTTP. */
final class AssignmentsApiTest {
    private static final String PATH = "/api/v1/assignments";
    private static final String ENTRY =
            "{\"tenant\":\"1\",\"subject\":\"7\",\"day\":\"daily\",\"scope\":{\"branch_id\":\"1\",\"sector_id\":\"5\"}}";

    private final ManagementFixture gateway = new ManagementFixture();

    @AfterEach
    void release() {
        gateway.close();
    }

    @Test
    void anEntryIsMadeOnceAndForgottenByCaches() {
        var first = send("PUT", ENTRY);
        var again = send("PUT", ENTRY);

        assertThat(first.json().path("changed").asBoolean()).isTrue();
        assertThat(again.json().path("changed").asBoolean()).isFalse();
        assertThat(gateway.forgotten).containsExactly("1/7");
        assertThat(list("?tenant=1").body()).isEqualTo("{\"assignments\":[" + ENTRY + "]}");
    }

    @Test
    void numbersCountAsTextAndADayIsDailyUnlessSaid() {
        send("PUT", "{\"tenant\":1,\"subject\":7,\"scope\":{\"branch_id\":1,\"sector_id\":5}}");

        assertThat(list("?tenant=1&subject=7").body()).isEqualTo("{\"assignments\":[" + ENTRY + "]}");
    }

    @Test
    void anEntryIsTakenBackExactly() {
        send("PUT", ENTRY);

        var other = send("DELETE", ENTRY.replace("daily", "2030-06-01"));
        var same = send("DELETE", ENTRY);

        assertThat(other.json().path("changed").asBoolean()).isFalse();
        assertThat(same.json().path("changed").asBoolean()).isTrue();
        assertThat(list("?tenant=1").body()).isEqualTo("{\"assignments\":[]}");
    }

    @Test
    void aTenantSeesItsOwnOnly() {
        send("PUT", ENTRY);

        assertThat(list("?tenant=2").body()).isEqualTo("{\"assignments\":[]}");
        assertThat(list("").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"subject\":\"7\",\"scope\":{\"sector_id\":\"5\"}}",
                "{\"tenant\":\"1\",\"scope\":{\"sector_id\":\"5\"}}",
                "{\"tenant\":\"1\",\"subject\":\"7\"}",
                "{\"tenant\":\"1\",\"subject\":\"7\",\"scope\":{}}",
                "{\"tenant\":\"1\",\"subject\":\"7\",\"scope\":{\"sector_id\":[5]}}",
                "{\"tenant\":\"1\",\"subject\":\"7\",\"scope\":{\"sector_id\":\"5\"},\"day\":\"yesterday\"}",
                "{\"tenant\":\"1\",\"subject\":\"7\",\"scope\":{\"sector_id\":\"5\"},\"sector\":5}",
            })
    void anEntryThatIsNotOneChangesNothing(String body) {
        assertThat(send("PUT", body).status()).isEqualTo(400);
        assertThat(list("?tenant=1").body()).isEqualTo("{\"assignments\":[]}");
    }

    private Answer list(String query) {
        return Exchange.of(gateway.routes(), PATH + query).answer();
    }

    private Answer send(String method, String body) {
        return Exchange.of(gateway.routes(), PATH).sending(method, body).answer();
    }
}
