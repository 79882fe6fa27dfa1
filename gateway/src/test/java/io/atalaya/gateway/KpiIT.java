package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.atalaya.cli.kpi.KpiCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** Indicators of a running operations centre: reckoned as events come, answered, exposed, and the same after a restart. */
@Timeout(120)
class KpiIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private GatewayTester start(String... more) {
        var settings = new java.util.ArrayList<>(java.util.List.of(
                "profile", "operations", "data-dir", directory.toString(), "archive-batch-interval", "50ms"));
        settings.addAll(java.util.List.of(more));
        return GatewayTester.start(settings.toArray(String[]::new));
    }

    private static JsonNode kpi(GatewayTester gateway, String id) {
        return kpi(gateway, "/api/v1/kpi", id);
    }

    private static JsonNode kpi(GatewayTester gateway, String path, String id) {
        return StreamSupport.stream(gateway.management(path).path("kpis").spliterator(), false)
                .filter(kpi -> kpi.path("id").asString("").equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static void publish(GatewayTester gateway) {
        var events = new StringBuilder("[");
        for (int i = 0; i < 20; i++) {
            String tenant = i % 2 == 0 ? "north" : "south";
            events.append("{\"type\":\"ASSIGNMENT_CREATED\",\"tenant_id\":\"%s\",\"assignment_id\":\"a%d\"},"
                    .formatted(tenant, i));
            events.append(
                    "{\"type\":\"ASSIGNMENT_FINISHED\",\"tenant_id\":\"%s\",\"assignment_id\":\"a%d\",\"outcome\":\"%s\"},"
                            .formatted(tenant, i, i < 18 ? "success" : "failure"));
            events.append("{\"type\":\"SURVEY_ANSWERED\",\"tenant_id\":\"%s\",\"score\":%d,\"group\":\"operator\"},"
                    .formatted(tenant, 3 + i % 3));
            events.append("{\"type\":\"POSITION_CHECKED\",\"tenant_id\":\"%s\",\"error_m\":%d},".formatted(tenant, i));
        }
        String before = Instant.now().minusSeconds(60).toString();
        events.append(
                "{\"type\":\"ASSET_STATE\",\"tenant_id\":\"north\",\"asset_id\":\"x\",\"state\":\"available\",\"ts\":\"%s\"},"
                        .formatted(before));
        events.append(
                "{\"type\":\"ASSET_STATE\",\"tenant_id\":\"north\",\"asset_id\":\"y\",\"state\":\"unavailable\",\"ts\":\"%s\"}]"
                        .formatted(before));
        gateway.publish(events.toString());
    }

    @Test
    void indicatorsFollowTheEventsAndAreTheSameAfterARestart() {
        JsonNode before;
        try (var gateway = start()) {
            await().atMost(PATIENCE)
                    .until(() -> gateway.management("/api/v1/kpi")
                            .path("history")
                            .asString()
                            .equals("complete"));
            assertThat(kpi(gateway, "operational-effectiveness").path("state").asString())
                    .isEqualTo("no_data");
            publish(gateway);
            await().atMost(PATIENCE)
                    .until(() -> kpi(gateway, "operational-effectiveness")
                                    .at("/current/samples")
                                    .asLong()
                            == 20);
            before = kpi(gateway, "operational-effectiveness");
            assertThat(before.path("value").doubleValue()).isEqualTo(90);
            assertThat(before.path("state").asString()).isEqualTo("at_risk");
            assertThat(kpi(gateway, "geolocation-precision").path("value").doubleValue())
                    .isEqualTo(9.5);
            assertThat(kpi(gateway, "user-satisfaction").path("value").doubleValue())
                    .isBetween(3.9, 4.0);
            assertThat(kpi(gateway, "asset-availability").at("/current/samples").asLong())
                    .isEqualTo(2);
            assertThat(kpi(gateway, "/api/v1/kpi?tenant=south", "operational-effectiveness")
                            .path("value")
                            .doubleValue())
                    .isEqualTo(90);
            assertThat(kpi(gateway, "/api/v1/kpi?tenant=north", "asset-availability")
                            .path("value")
                            .doubleValue())
                    .isBetween(49.0, 51.0);
            assertThat(gateway.send(HttpRequest.newBuilder(gateway.managementUri("/metrics")))
                            .body())
                    .contains("atalaya_kpi_value{kpi=\"operational-effectiveness\"} 90.0")
                    .contains("atalaya_kpi_target{kpi=\"operational-effectiveness\"} 95.0")
                    .contains("atalaya_kpi_state{kpi=\"operational-effectiveness\",state=\"at_risk\"} 1.0");
            assertCommands(gateway);
            await().atMost(PATIENCE)
                    .until(() -> gateway.management("/api/v1/books")
                                    .at("/archive/backlog")
                                    .asLong(0)
                            == 0);
        }
        try (var gateway = start()) {
            await().atMost(PATIENCE)
                    .until(() -> gateway.management("/api/v1/kpi")
                            .path("history")
                            .asString()
                            .equals("complete"));
            assertThat(kpi(gateway, "operational-effectiveness").path("current"))
                    .isEqualTo(before.path("current"));
            assertThat(kpi(gateway, "geolocation-precision").path("value").doubleValue())
                    .isEqualTo(9.5);
        }
    }

    @Test
    void pagesTellOverTheirSocketHowFastTheyAre() {
        try (var gateway = start("ws-message-rate-limit", "1000")) {
            WireClient page = gateway.staff("operations", 1, 7, 1, "OPERATOR");
            gateway.awaitSessions(1);
            for (int i = 0; i < 100; i++) {
                page.sendText("{\"type\":\"page_rendered\",\"ref\":\"%d\",\"data\":{\"render_ms\":%d,\"page\":\"map\"}}"
                        .formatted(i, i < 92 ? 199 : 200));
                assertThat(GatewayTester.json(page.readText()).path("success").asBoolean())
                        .isTrue();
            }
            page.sendText("{\"type\":\"page_rendered\",\"ref\":\"bad\",\"data\":{\"render_ms\":-1}}");
            assertThat(GatewayTester.json(page.readText()).path("success").asBoolean(true))
                    .isFalse();

            await().atMost(PATIENCE)
                    .until(() -> kpi(gateway, "page-rendering")
                                    .at("/current/samples")
                                    .asLong()
                            == 100);
            assertThat(kpi(gateway, "page-rendering").path("value").doubleValue())
                    .isEqualTo(92);
            assertThat(kpi(gateway, "page-rendering").path("state").asString()).isEqualTo("at_risk");
        }
    }

    private static void assertCommands(GatewayTester gateway) {
        String url = gateway.managementUri("").toString();
        var printed = new StringWriter();
        int status = new CommandLine(new KpiCommand())
                .setOut(new PrintWriter(printed))
                .execute("report", "--url", url, "--fail");
        assertThat(status).as("the assets are not available").isEqualTo(3);
        assertThat(printed.toString()).containsPattern("operational-effectiveness +API +90\\.00 +percent +at_risk");
        var csv = new StringWriter();
        new CommandLine(new KpiCommand()).setOut(new PrintWriter(csv)).execute("report", "--csv", "--url", url);
        assertThat(csv.toString()).contains("operational-effectiveness,Operational effectiveness,API,Operations,day,");
        assertThat(new CommandLine(new KpiCommand())
                        .setErr(new PrintWriter(new StringWriter()))
                        .execute("report", "--url", "http://127.0.0.1:1"))
                .isEqualTo(1);
    }

    @Test
    void aPauseOfAlertsNeedsAReasonAndAnEnd() {
        try (var gateway = start()) {
            assertThat(pause(gateway, "{\"for\":\"2h\"}")).isEqualTo(400);
            assertThat(pause(gateway, "{\"for\":\"2 hours\",\"reason\":\"x\"}")).isEqualTo(400);
            assertThat(pause(gateway, "{\"for\":\"2h\",\"reason\":\"x\",\"service\":\"nobody\"}"))
                    .isEqualTo(400);
            assertThat(pause(gateway, "{\"for\":\"2h\",\"reason\":\"deployment\",\"service\":\"api\"}"))
                    .isEqualTo(201);
            await().atMost(PATIENCE)
                    .until(() ->
                            gateway.management("/api/v1/alerts").path("pauses").size() == 1);
            JsonNode pause = gateway.management("/api/v1/alerts").path("pauses").get(0);
            assertThat(pause.path("reason").asString()).isEqualTo("deployment");
            assertThat(end(gateway, "no-such")).isEqualTo(404);
            assertThat(end(gateway, pause.path("id").asString())).isEqualTo(204);
            await().atMost(PATIENCE)
                    .until(() ->
                            gateway.management("/api/v1/alerts").path("pauses").isEmpty());
        }
    }

    private static int pause(GatewayTester gateway, String body) {
        return gateway.send(HttpRequest.newBuilder(gateway.managementUri("/api/v1/alerts/pauses"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body)))
                .statusCode();
    }

    private static int end(GatewayTester gateway, String id) {
        return gateway.send(HttpRequest.newBuilder(gateway.managementUri("/api/v1/alerts/pauses?id=" + id))
                        .DELETE())
                .statusCode();
    }

    @Test
    void anIndicatorOfEventsThatDoNotExistKeepsTheGatewayFromStarting() throws IOException {
        Path file = Files.writeString(directory.resolve("kpis.yaml"), """
                kpis: mine
                indicators:
                  a: {title: A, domain: D, owner: me, period: day, target: 1, ratio: {of: NO_SUCH, good: ALERT}}
                """);

        assertThatThrownBy(() -> GatewayTester.start("profile", "operations", "kpi-file", file.toString()))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("indicators.a: NO_SUCH (expected: a durable event of the profile operations)");
    }
}
