package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Who got an event, asked over HTTP while the sessions are there and after they have gone. */
@Timeout(60)
class DeliveriesIT {
    private static final String KEYS = "reader-of-one=1,reader-of-two=2,reader-of-all=*";
    private static final String EVENT =
            "{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42,\"id\":\"%s\"}";

    private GatewayTester gateway = GatewayTester.start("query-api-keys", KEYS);

    @AfterEach
    void close() {
        gateway.close();
    }

    private HttpResponse<String> ask(String key, String path) {
        return gateway.send(HttpRequest.newBuilder(gateway.publicUri(path)).header("Authorization", "Bearer " + key));
    }

    private JsonNode deliveries(String event, String more) {
        HttpResponse<String> answer = ask("reader-of-one", "/api/v1/events/" + event + "/deliveries" + more);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return GatewayTester.json(answer.body());
    }

    private static List<String> states(JsonNode answer) {
        var states = new ArrayList<String>();
        answer.path("deliveries")
                .forEach(one -> states.add(one.path("subject").stringValue("") + " "
                        + one.path("state").stringValue("")));
        return states.stream().sorted().toList();
    }

    private static JsonNode of(JsonNode answer, String subject) {
        for (JsonNode one : answer.path("deliveries")) {
            if (one.path("subject").stringValue("").equals(subject)) {
                return one;
            }
        }
        throw new AssertionError("nobody is " + subject + ": " + answer);
    }

    @Test
    void whoGotAnEventAndWhoDidNot() {
        WireClient guest = gateway.diner(1, 1, 42);
        gateway.diner(1, 1, 43);
        WireClient waiter = gateway.staff("waiter", 1, 7, 1, "WAITER");
        gateway.diner(2, 1, 42);
        gateway.awaitSessions(4);
        Instant before = Instant.now();
        gateway.publish(EVENT.formatted("a"));
        assertThat(guest.readText()).contains("\"a\"");
        assertThat(waiter.readText()).contains("\"a\"");

        JsonNode answer = deliveries("a", "");

        assertThat(answer.at("/counts/sent").asInt()).isEqualTo(2);
        assertThat(answer.at("/counts/not_addressed").asInt())
                .as("the other table")
                .isEqualTo(1);
        assertThat(states(answer)).containsExactly("42 sent", "7 sent");
        Instant sent = Instant.parse(of(answer, "42").path("sent_at").stringValue());
        assertThat(sent).isBetween(before.minusMillis(100), Instant.now().plusMillis(100));
        assertThat(answer.at("/event/stored_at").stringValue()).isNotEmpty();
        assertThat(answer.at("/coverage/partial").booleanValue()).isFalse();
        assertThat(states(deliveries("a", "?state=not_addressed"))).containsExactly("43 not_addressed");
        assertThat(deliveries("a", "?limit=1").path("truncated").booleanValue()).isTrue();
        JsonNode operators = gateway.management("/api/v1/events/a/deliveries?tenant=1");
        assertThat(states(operators)).containsExactly("42 sent", "7 sent");
    }

    @Test
    void whoCameLaterAndWhoHasLeft() {
        WireClient early = gateway.diner(1, 1, 42);
        gateway.awaitSessions(1);
        gateway.publish(EVENT.formatted("a"));
        String cursor = GatewayTester.json(early.readText()).path("cursor").stringValue();
        gateway.publish(EVENT.formatted("b"));
        early.readText();
        early.close();
        gateway.awaitSessions(0);
        await().pollDelay(Duration.ofMillis(1_500)).until(() -> true);
        WireClient resumed =
                gateway.connect("/ws/diner?since=" + cursor + "&table_token=" + gateway.tableToken(1, 1, 42));
        assertThat(resumed.readText()).contains("\"b\"");
        gateway.staff("waiter", 1, 7, 1, "WAITER");
        gateway.awaitSessions(2);

        JsonNode answer = deliveries("b", "");

        assertThat(states(answer)).containsExactly("42 sent", "42 sent", "7 before_start");
        assertThat(of(answer, "7").path("reason").stringValue()).contains("joined at");
        assertThat(answer.path("deliveries").toString()).contains("\"ended\":\"");
        assertThat(states(deliveries("a", "")))
                .as("before the position that it resumed from")
                .containsExactly("42 before_start", "42 sent", "7 before_start");
    }

    @Test
    void onlyAReaderOfTheTenantIsTold() {
        gateway.publish(EVENT.formatted("a"));
        String path = "/api/v1/events/a/deliveries";

        assertThat(ask("reader-of-one", path).statusCode()).isEqualTo(200);
        assertThat(ask("reader-of-two", path).statusCode()).isEqualTo(404);
        assertThat(ask("reader-of-two", path + "?tenant=1").statusCode()).isEqualTo(403);
        assertThat(ask("reader-of-all", path).statusCode()).as("whose?").isEqualTo(400);
        assertThat(ask("reader-of-all", path + "?tenant=1").statusCode()).isEqualTo(200);
        assertThat(ask("reader-of-all", path + "?tenant=2").statusCode()).isEqualTo(404);
        assertThat(ask("key-of-one", path).statusCode()).as("a publish key").isEqualTo(403);
        assertThat(ask("nobody", path).statusCode()).isEqualTo(401);
        assertThat(ask("reader-of-one", path + "?state=lost&limit=0&x=1").body())
                .contains("state", "limit", "an unknown parameter");
        assertThat(ask("reader-of-one", "/api/v1/events/a").statusCode()).isEqualTo(404);
        assertThat(ask("reader-of-one", "/api/v1/events/nowhere/deliveries").statusCode())
                .isEqualTo(404);
        assertThat(ask("reader-of-one", "/api/v1/events/%24/deliveries").statusCode())
                .isEqualTo(400);
    }

    @Test
    void receiptsAreExact() {
        gateway.close();
        gateway = GatewayTester.start(
                "profile", "src/test/resources/profiles-of-tests/watch.yaml", "query-api-keys", KEYS);
        WireClient anna = gateway.connect("/ws/bridge?client_id=tablet&token=" + gateway.staffToken(1, 1, 1, "CREW"));
        gateway.connect("/ws/bridge?token=" + gateway.staffToken(1, 2, 1, "CREW"));
        gateway.awaitSessions(2);
        gateway.publish("{\"type\":\"ALARM\",\"tenant_id\":1,\"ship\":1,\"id\":\"alarm\"}");
        anna.readText();
        anna.sendText("{\"type\":\"ack\",\"id\":\"alarm\"}");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> deliveries("alarm", "").at("/counts/acknowledged").asInt() == 1);

        JsonNode answer = deliveries("alarm", "");

        assertThat(answer.path("acknowledgements").booleanValue()).isTrue();
        assertThat(states(answer)).containsExactly("1 acknowledged", "2 awaiting");
        assertThat(of(answer, "1").path("client_id").stringValue()).isEqualTo("tablet");
        assertThat(of(answer, "1").path("acknowledged_at").stringValue()).isNotEmpty();
        assertThat(of(answer, "2").path("delivered_at").stringValue()).isNotEmpty();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(states(deliveries("alarm", ""))).containsExactly("1 acknowledged", "2 expired"));
    }
}
