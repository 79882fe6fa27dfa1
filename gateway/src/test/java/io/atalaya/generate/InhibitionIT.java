package io.atalaya.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.proof.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real Alertmanager with the configuration that is made: who is told of a cause is not told of what follows from it. */
@Timeout(60)
class InhibitionIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    /** An alert by its labels; the first is its name. */
    private record Alert(Map<String, String> labels) {
        static Alert of(String name, String... labels) {
            var all = new TreeMap<>(Map.of("alertname", name));
            for (int i = 0; i < labels.length; i += 2) {
                all.put(labels[i], labels[i + 1]);
            }
            return new Alert(all);
        }

        static Alert burn(String slo, String tier) {
            return of("SLOErrorBudgetBurn", "slo", slo, "service", "api", "burnrate_tier", tier, "severity", "critical");
        }
    }

    @Test
    void whatFollowsFromACauseIsHeldBack() throws IOException, InterruptedException {
        var told = List.of(
                Alert.burn("a", "fast"),
                Alert.burn("b", "slow"),
                Alert.of("APIDown", "component", "api", "job", "api", "severity", "critical"),
                Alert.of("TargetDown", "component", "infrastructure", "job", "node", "severity", "warning"),
                Alert.of("RedisDown", "component", "redis", "job", "redis", "severity", "critical"),
                Alert.of("SlowQueries", "component", "postgis", "severity", "warning"));
        var heldBack = List.of(
                Alert.burn("a", "slow"),
                Alert.burn("a", "trend"),
                Alert.burn("b", "day"),
                Alert.of("HighLatencyP95", "component", "api", "severity", "warning"),
                Alert.of("HighWebSocketLatency", "component", "websocket", "severity", "warning"),
                Alert.of("TargetDown", "component", "infrastructure", "job", "api", "severity", "warning"),
                Alert.of("RedisHighEvictionRate", "component", "redis", "severity", "warning"));
        try (var alertmanager = ServerProcess.alertmanager(configuration(), directory);
                var http = HttpClient.newHttpClient()) {
            // causes first: what is there before its cause is told
            post(http, alertmanager, told);
            post(http, alertmanager, heldBack);

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(states(alertmanager)).hasSize(told.size() + heldBack.size()));
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                Map<Map<String, String>, Boolean> inhibited = states(alertmanager);
                told.forEach(alert -> assertThat(inhibited).containsEntry(alert.labels, false));
                heldBack.forEach(alert -> assertThat(inhibited).containsEntry(alert.labels, true));
            });
        }
    }

    private Path configuration() throws IOException {
        for (Generator.Artefact artefact : GeneratorTest.generator(false).artefacts()) {
            if (artefact.path().equals("alertmanager/alertmanager.yml")) {
                for (String secret : List.of("slack-url", "smtp-password")) {
                    Files.writeString(directory.resolve(secret), "http://127.0.0.1:1/");
                }
                return Files.writeString(
                        directory.resolve("alertmanager.yml"),
                        artefact.text().replace("/run/secrets", directory.toString()).replace("smtp:587", "127.0.0.1:1"));
            }
        }
        throw new AssertionError("no alertmanager.yml");
    }

    private static void post(HttpClient http, ServerProcess alertmanager, List<Alert> alerts)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(alertmanager.url() + "/api/v2/alerts"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JsonMapper.shared().writeValueAsString(alerts)))
                .build();
        assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }

    /** Whether each alert is inhibited, by its labels. */
    private static Map<Map<String, String>, Boolean> states(ServerProcess alertmanager) {
        var states = new HashMap<Map<String, String>, Boolean>();
        for (JsonNode alert : alertmanager.json("/api/v2/alerts")) {
            var labels = new TreeMap<String, String>();
            alert.path("labels")
                    .properties()
                    .forEach(label -> labels.put(label.getKey(), label.getValue().asString()));
            states.put(labels, !alert.at("/status/inhibitedBy").isEmpty());
        }
        return states;
    }
}
