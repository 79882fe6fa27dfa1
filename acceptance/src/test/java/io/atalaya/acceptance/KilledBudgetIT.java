package io.atalaya.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A gateway that was killed pays for the time that it was away; one that was asked to stop does not. */
final class KilledBudgetIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    private final PackagedGateway gateway =
            PackagedGateway.packaged().setting("SLO_KEEP", "true").setting("WS_DRAIN_SECONDS", "0");

    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void closeClient() {
        http.shutdownNow();
    }

    @Test
    @Timeout(240)
    void theTimeAwayIsDownTime() throws InterruptedException {
        await().atMost(PATIENCE).until(() -> uptime("total") > 0);
        assertThat(uptime("bad")).isZero();
        Instant lastLook = at();
        gateway.kill();
        Thread.sleep(12_000);
        gateway.start();

        await().atMost(PATIENCE).until(() -> at().isAfter(lastLook.plusSeconds(12)) && uptime("bad") > 0);
        long away = uptime("bad");
        // from the last look that was kept to the first of the next process
        assertThat(away).isBetween(12_000L, Duration.between(lastLook, at()).toMillis() + 10_000);

        gateway.stop();
        Thread.sleep(5_000);
        gateway.start();
        await().atMost(PATIENCE).until(() -> uptime("total") > away);
        assertThat(uptime("bad")).as("a planned stop is excused").isEqualTo(away);
    }

    private JsonNode page() {
        var request = HttpRequest.newBuilder(gateway.managementAddress().resolve("/api/v1/slo"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return JsonMapper.shared()
                    .readTree(http.send(request, BodyHandlers.ofString()).body());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Instant at() {
        return Instant.parse(page().path("at").asString());
    }

    private long uptime(String member) {
        for (JsonNode objective : page().path("objectives")) {
            if (objective.path("id").asString("").equals("websocket-uptime")) {
                return objective.path(member).asLong();
            }
        }
        throw new AssertionError("no websocket-uptime");
    }
}
