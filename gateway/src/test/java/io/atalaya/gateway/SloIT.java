package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.cli.slo.SloCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Budgets of a running gateway: answers, metrics, the gate, and what a restart keeps. */
@Timeout(90)
final class SloIT {
    private static final Path FILES = Path.of("../slo");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private final HttpClient http = HttpClient.newHttpClient();

    private GatewayTester start() {
        return GatewayTester.start(
                "slo-files", FILES.toAbsolutePath().toString(), "slo-keep", "true", "data-dir", directory.toString());
    }

    private HttpResponse<String> get(GatewayTester tester, String path) {
        try {
            var uri = URI.create("http://127.0.0.1:" + tester.gateway().managementPort() + path);
            return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode objective(GatewayTester tester, String id) {
        JsonNode page = JsonMapper.shared().readTree(get(tester, "/api/v1/slo").body());
        return StreamSupport.stream(page.path("objectives").spliterator(), false)
                .filter(node -> node.path("id").asString().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void uptimeIsCountedExposedAndKeptOverARestart() {
        long before;
        try (var tester = start()) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() ->
                            objective(tester, "websocket-uptime").path("total").asLong() > 0);
            JsonNode uptime = objective(tester, "websocket-uptime");
            before = uptime.path("total").asLong();
            assertThat(uptime.path("bad").asLong()).isZero();
            assertThat(uptime.path("state").asString()).isEqualTo("ok");
            assertThat(get(tester, "/metrics").body())
                    .contains("atalaya_slo_events_total{service=\"websocket\",slo=\"websocket-uptime\"}");
            assertThat(objective(tester, "bot-availability").path("state").asString())
                    .isEqualTo("not_measured");
            assertGate(tester);
        }
        try (var tester = start()) {
            JsonNode uptime = objective(tester, "websocket-uptime");
            assertThat(uptime.path("total").asLong()).isGreaterThanOrEqualTo(before);
            assertThat(uptime.path("bad").asLong()).isZero();
        }
    }

    private void assertGate(GatewayTester tester) {
        JsonNode gate = JsonMapper.shared()
                .readTree(get(tester, "/api/v1/slo/gate?service=websocket").body());
        assertThat(gate.path("allowed").asBoolean()).isTrue();
        assertThat(get(tester, "/api/v1/slo/gate?service=nobody").statusCode()).isEqualTo(400);
        var printed = new StringWriter();
        int status = new CommandLine(new SloCommand())
                .setOut(new PrintWriter(printed))
                .execute("gate", "--url", "http://127.0.0.1:" + tester.gateway().managementPort());
        assertThat(status).isZero();
        assertThat(printed.toString()).startsWith("allowed");
    }
}
