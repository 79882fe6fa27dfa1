package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Operators look at a living gateway, and end sessions in it. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class ManagementIT {
    private static final String EVENT =
            "{\"type\":\"ROUND_SUBMITTED\",\"tenant_id\":1,\"branch_id\":3,\"table_id\":4,\"round_id\":5}";

    @Test
    void theMetricsMoveWithWhatHappens() {
        try (GatewayTester gateway = GatewayTester.start()) {
            WireClient admin = gateway.staff("admin", 1, 7, 3, "ADMIN");
            gateway.awaitSessions(1);
            gateway.publish(EVENT);
            admin.readText();

            await().untilAsserted(() -> assertThat(metrics(gateway, "/ws/metrics"))
                    .contains("wsgateway_connections_total 1.0\n")
                    .contains("wsgateway_connections_by_endpoint{endpoint=\"admin\"} 1.0\n")
                    .contains("wsgateway_broadcasts_total 1.0\n")
                    .contains("wsgateway_events_processed_total 1.0\n")
                    .contains("wsgateway_broadcast_duration_seconds_count 1\n"));
            assertThat(get(gateway, gateway.managementUri("/metrics")).body())
                    .contains("atalaya_deliveries_total{state=\"sent\",transport=\"websocket\"} 1.0\n")
                    .contains("atalaya_intake_events_total{reason=\"none\",state=\"logged\"} 1.0\n")
                    .contains("atalaya_events_accepted_total{type=\"ROUND_SUBMITTED\"} 1.0\n")
                    .contains("atalaya_http_answers_total{port=\"public\",status=\"202\"} 1.0\n")
                    .contains("process_open_fds");
        }
    }

    @Test
    void aRefusalForABadTokenIsCounted() {
        try (GatewayTester gateway = GatewayTester.start()) {
            WireClient stranger = gateway.connect("/ws/waiter?token=nonsense", "Origin: " + GatewayTester.ORIGIN);
            assertThat(stranger.readClose()).isEqualTo(4001);

            assertThat(metrics(gateway, "/ws/metrics"))
                    .contains("wsgateway_connections_rejected_total{reason=\"auth\"} 1.0\n");
        }
    }

    @Test
    void healthSaysWhatIsConnected() {
        try (GatewayTester gateway = GatewayTester.start()) {
            gateway.staff("waiter", 1, 7, 3, "WAITER");
            gateway.diner(1, 3, 9);
            gateway.awaitSessions(2);

            JsonNode health = GatewayTester.json(
                    get(gateway, gateway.publicUri("/ws/health")).body());

            assertThat(health.path("status").asString()).isEqualTo("healthy");
            assertThat(health.at("/connections/by_endpoint/diner").asInt()).isEqualTo(1);
            assertThat(health.path("sessions_with_connections").asInt()).isEqualTo(1);
            assertThat(get(gateway, gateway.publicUri("/ws/health/detailed")).statusCode())
                    .isEqualTo(200);
            assertThat(get(gateway, gateway.managementUri("/health/ready")).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void aProxiedCallerIsNotLocal() {
        try (GatewayTester gateway = GatewayTester.start()) {
            HttpResponse<String> answer = gateway.send(
                    HttpRequest.newBuilder(gateway.publicUri("/ws/metrics")).header("X-Forwarded-For", "203.0.113.9"));

            assertThat(answer.statusCode()).isEqualTo(403);
        }
    }

    @Test
    void aDisconnectedSessionIsClosedWith1000() {
        try (GatewayTester gateway = GatewayTester.start()) {
            WireClient waiter = gateway.staff("waiter", 1, 7, 3, "WAITER");
            gateway.awaitSessions(1);
            JsonNode session = gateway.management("/api/v1/sessions?tenant=1").at("/sessions/0");

            HttpResponse<String> answer = post(
                    gateway,
                    "/api/v1/sessions/disconnect",
                    "{\"id\":%d}".formatted(session.path("id").asLong()));

            assertThat(answer.body()).isEqualTo("{\"closed\":1}");
            assertThat(waiter.readClose()).isEqualTo(1000);
        }
    }

    @Test
    void aRevokedUserIsOutAtOnceAndStaysOut() {
        try (GatewayTester gateway = GatewayTester.start()) {
            String path = "/ws/waiter?token=" + gateway.staffToken(1, 7, 3, "WAITER");
            String origin = "Origin: " + GatewayTester.ORIGIN;
            WireClient open = gateway.connect(path, origin);
            WireClient other = gateway.staff("waiter", 2, 7, 3, "WAITER");
            gateway.awaitSessions(2);

            post(gateway, "/api/v1/revocations", "{\"tenant\":\"1\",\"subject\":\"7\"}");

            assertThat(open.readClose()).isEqualTo(4001);
            assertThat(gateway.connect(path, origin).readClose()).isEqualTo(4001);
            other.sendText("ping");
            assertThat(other.readText()).isEqualTo("{\"type\":\"pong\"}");
        }
    }

    @Test
    void theConfigurationInForceIsShownWithoutSecrets() {
        try (GatewayTester gateway = GatewayTester.start("ws-heartbeat-timeout", "90s")) {
            HttpResponse<String> answer = get(gateway, gateway.managementUri("/api/v1/config"));

            JsonNode config = GatewayTester.json(answer.body());
            assertThat(config.path("profile").asString()).isEqualTo("restaurant");
            assertThat(config.at("/settings/ws-heartbeat-timeout/value").asString())
                    .isEqualTo("90s");
            assertThat(config.at("/settings/ingest-api-keys/value").asString()).isEqualTo("(hidden)");
            assertThat(answer.body()).doesNotContain("key-of-one", "long-enough-for-tests");
        }
    }

    private static String metrics(GatewayTester gateway, String path) {
        return get(gateway, gateway.publicUri(path)).body();
    }

    private static HttpResponse<String> get(GatewayTester gateway, URI uri) {
        return gateway.send(HttpRequest.newBuilder(uri));
    }

    private static HttpResponse<String> post(GatewayTester gateway, String path, String json) {
        return gateway.send(HttpRequest.newBuilder(gateway.managementUri(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }
}
