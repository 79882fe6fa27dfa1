package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.explain.ExplainCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** What reads log and archive back, in the whole product over real sockets. */
@Timeout(60)
class ReadBackIT {
    @Test
    void aCatchUpAnswersWhatTheSocketGotAndNothingOfOthers() {
        try (var gateway = GatewayTester.start()) {
            WireClient waiter = gateway.staff("waiter", 1, 7, 1, "WAITER");
            WireClient guest = gateway.diner(1, 1, 42);
            gateway.awaitSessions(2);
            double since = System.currentTimeMillis() / 1000.0 - 5;
            gateway.publish("""
                    [{"type":"ROUND_PENDING","tenant_id":1,"branch_id":1,"id":"a"},
                     {"type":"CHECK_PAID","tenant_id":1,"branch_id":1,"session_id":42,"id":"b"},
                     {"type":"CHECK_PAID","tenant_id":1,"branch_id":1,"session_id":43,"id":"c"},
                     {"type":"TICKET_READY","tenant_id":1,"branch_id":1,"sector_id":5,"id":"d"},
                     {"type":"CART_CLEARED","tenant_id":1,"branch_id":1,"session_id":42,"id":"e"},
                     {"type":"ROUND_PENDING","tenant_id":2,"branch_id":1,"id":"f"},
                     {"type":"PRODUCT_AVAILABILITY_CHANGED","tenant_id":1,"branch_id":1,"id":"g"}]""");

            List<String> live = List.of(id(waiter), id(waiter), id(waiter), id(waiter));
            List<String> guestLive = List.of(id(guest), id(guest), id(guest));
            JsonNode missed = json(
                    gateway,
                    "/ws/catchup?branch_id=1&since=%.3f&token=%s"
                            .formatted(since, gateway.staffToken(1, 7, 1, "WAITER")));
            JsonNode guestMissed = json(
                    gateway,
                    "/ws/catchup/session?session_id=42&since=%.3f&table_token=%s"
                            .formatted(since, gateway.tableToken(1, 1, 42)));

            assertThat(live).containsExactly("a", "b", "c", "g");
            assertThat(ids(missed)).isEqualTo(live);
            assertThat(missed.path("count").asInt()).isEqualTo(4);
            assertThat(guestLive).containsExactly("b", "e", "g");
            assertThat(ids(guestMissed)).isEqualTo(guestLive);
        }
    }

    @Test
    void anotherBranchOrSessionIsForbidden() {
        try (var gateway = GatewayTester.start()) {
            String waiter = gateway.staffToken(1, 7, 1, "WAITER");

            assertThat(status(gateway, "/ws/catchup?branch_id=2&since=0&token=" + waiter))
                    .isEqualTo(403);
            assertThat(status(
                            gateway,
                            "/ws/catchup/session?session_id=43&since=0&table_token=" + gateway.tableToken(1, 1, 42)))
                    .isEqualTo(403);
            assertThat(status(gateway, "/ws/catchup?branch_id=1&since=0&token=" + gateway.tableToken(1, 1, 42)))
                    .isEqualTo(401);
        }
    }

    @Test
    void operatorsAreToldWhyASessionGetsAnEvent() {
        try (var gateway = GatewayTester.start()) {
            gateway.staff("waiter", 1, 7, 1, "WAITER");
            gateway.awaitSessions(1);
            gateway.publish("{\"type\":\"ROUND_PENDING\",\"tenant_id\":1,\"branch_id\":1,\"id\":\"yes\"}");
            gateway.publish("{\"type\":\"ROUND_PENDING\",\"tenant_id\":1,\"branch_id\":2,\"id\":\"no\"}");
            gateway.publish("{\"type\":\"ROUND_PENDING\",\"tenant_id\":2,\"branch_id\":1,\"id\":\"other\"}");
            long session =
                    gateway.management("/api/v1/sessions").at("/sessions/0/id").asLong();
            String page = "/api/v1/explain?session=" + session + "&event=";

            assertThat(gateway.management(page + "yes").path("delivered").booleanValue())
                    .isTrue();
            JsonNode no = gateway.management(page + "no");
            assertThat(no.path("delivered").booleanValue()).isFalse();
            assertThat(no.path("outdated").booleanValue()).isFalse();
            assertThat(no.toString()).contains("claim branch_ids gives 1 for branch_id (expected: 2)");
            assertThat(gateway.management(page + "other&tenant=2")
                            .path("reason")
                            .asString())
                    .isEqualTo("the event is of another tenant");
            assertThat(managementStatus(gateway, page + "other")).isEqualTo(404);
            assertThat(managementStatus(gateway, "/api/v1/explain?session=999999&event=yes"))
                    .isEqualTo(404);
            assertThat(managementStatus(gateway, "/api/v1/explain?session=x&event="))
                    .isEqualTo(400);
            assertThat(command(gateway, session, "yes")).startsWith("yes: ROUND_PENDING is for all-waiters");
            assertThat(command(gateway, session, "nowhere"))
                    .contains("the gateway answers 404: event: tenant 1 has no");
        }
    }

    private static String command(GatewayTester gateway, long session, String event) {
        var out = new StringWriter();
        new CommandLine(new ExplainCommand(Map.of()))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(out, true))
                .execute(
                        "--session",
                        Long.toString(session),
                        "--event",
                        event,
                        "--url",
                        gateway.managementUri("/").toString());
        return out.toString();
    }

    @Test
    void healthSpeaksOfLogAndArchive() {
        try (var gateway = GatewayTester.start()) {
            gateway.publish("{\"type\":\"ROUND_PENDING\",\"tenant_id\":1,\"branch_id\":1}");

            JsonNode buffer = gateway.management("/health/buffer");
            JsonNode detailed = gateway.management("/health/detailed");

            assertThat(buffer.path("status").asString()).isEqualTo("healthy");
            assertThat(buffer.at("/metrics/total_enqueued").asInt()).isEqualTo(1);
            assertThat(detailed.path("status").asString()).isEqualTo("healthy");
            assertThat(detailed.propertyNames())
                    .contains(
                            "timestamp",
                            "status",
                            "responseTimeMs",
                            "uptime",
                            "server",
                            "database",
                            "buffer",
                            "circuitBreaker",
                            "business",
                            "memory",
                            "environment",
                            "redis_async",
                            "connections",
                            "books");
            assertThat(managementStatus(gateway, "/health/database")).isEqualTo(200);
            assertThat(managementStatus(gateway, "/health/business")).isEqualTo(200);
        }
    }

    @Test
    void theIngestProfileTakesReportsAndShowsThemLiveToThoseWhoOwnThem() {
        try (var gateway = GatewayTester.start(
                "profile", "ingest", "collector-anonymous", "loopback", "ingest-api-keys", "key-of-acme=acme")) {
            HttpResponse<String> anonymous = report(gateway, "", "user-service");
            HttpResponse<String> keyed = report(gateway, "key-of-acme", "user-service");
            HttpResponse<String> wrong = report(gateway, "key-of-none", "user-service");

            assertThat(anonymous.statusCode()).as(anonymous.body()).isEqualTo(202);
            assertThat(keyed.statusCode()).isEqualTo(202);
            assertThat(wrong.statusCode()).isEqualTo(401);
            assertThat(anonymous.headers().firstValue("x-correlation-id")).isPresent();
            assertThat(gateway.management("/api/v1/books").at("/intake/logged").asInt())
                    .isEqualTo(2);
            assertThat(json(gateway, "/metrics").at("/metrics/total_enqueued").asInt())
                    .isEqualTo(2);
            assertThat(json(gateway, "/health").path("message").asString()).isEqualTo("SERVER_IS_READY");
            assertThat(status(gateway, "/health/buffer")).isEqualTo(200);
            assertThat(status(gateway, "/health/detailed")).isEqualTo(200);
            assertThat(gateway.send(HttpRequest.newBuilder(gateway.publicUri("/metrics/prometheus")))
                            .body())
                    .contains("# TYPE");
            String search = "/events?service=user-service&from=2026-05-01&to=2026-05-02";
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> json(gateway, search).path("total").asInt() == 1);
            assertThat(json(gateway, search).at("/items/0/message").asString()).isEqualTo("m");
        }
    }

    private static HttpResponse<String> report(GatewayTester gateway, String key, String service) {
        var request = HttpRequest.newBuilder(gateway.publicUri("/events"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"timestamp\":\"2026-05-01T10:00:00Z\",\"service\":\"%s\",\"message\":\"m\"}"
                                .formatted(service)));
        return gateway.send(key.isEmpty() ? request : request.header("Authorization", "Bearer " + key));
    }

    private static String id(WireClient client) {
        return GatewayTester.json(client.readText()).path("id").asString();
    }

    private static List<String> ids(JsonNode answer) {
        var ids = new ArrayList<String>();
        answer.path("events").forEach(event -> ids.add(event.path("id").asString()));
        return ids;
    }

    private static JsonNode json(GatewayTester gateway, String path) {
        return GatewayTester.json(
                gateway.send(HttpRequest.newBuilder(gateway.publicUri(path))).body());
    }

    private static int status(GatewayTester gateway, String path) {
        return gateway.send(HttpRequest.newBuilder(gateway.publicUri(path))).statusCode();
    }

    private static int managementStatus(GatewayTester gateway, String path) {
        return gateway.send(HttpRequest.newBuilder(gateway.managementUri(path))).statusCode();
    }
}
