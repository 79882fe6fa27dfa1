package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.awaitility.Awaitility.await;

import io.atalaya.capacity.CapacityFile;
import io.atalaya.capacity.Machine;
import io.atalaya.capacity.ProvedCapacity;
import io.atalaya.capacity.ProvedCapacity.Figure;
import io.atalaya.capacity.Resource;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A running gateway tells what was proved, what is in use, and how long its storage lasts. */
@Timeout(120)
class CapacityIT {
    /** A look is made every ten seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path data;
    private final GatewayTester gateway;

    CapacityIT(@TempDir Path directory) throws IOException {
        data = directory;
        Files.writeString(data.resolve("storage-growth.json"), growth(Instant.now()));
        gateway = GatewayTester.start("data-dir", data.toString());
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    /** Ten minutes ago there was nothing on the disk; the log was as empty as it is now. */
    private static String growth(Instant now) {
        long then = now.minus(Duration.ofMinutes(10)).getEpochSecond();
        return "{\"disk\":[[%d,0]],\"log\":[[%d,0]]}".formatted(then, then);
    }

    @Test
    void whatIsProvedIsComparedWithWhatIsInUse() throws IOException {
        for (int i = 0; i < 4; i++) {
            gateway.diner(1, 1, 42);
        }
        gateway.awaitSessions(4);
        await().atMost(PATIENCE).until(() -> resource("connections").path("used").asDouble() == 4);
        assertThat(page().has("proved")).isFalse();
        assertThat(resource("connections").has("headroom")).isFalse();
        assertThat(metric("atalaya_capacity_headroom_ratio", "figure", "connections")).isEmpty();

        CapacityFile.in(data)
                .write(new ProvedCapacity(
                        Instant.parse("2026-01-01T00:00:00Z"),
                        "1.2.3",
                        Machine.here(),
                        Map.of("profile", "restaurant"),
                        Map.of(
                                Resource.CONNECTIONS, new Figure(10, Map.of("p95_ms", 1.5)),
                                Resource.DELIVERIES, new Figure(1_000, Map.of()),
                                Resource.EVENTS, new Figure(100, Map.of()))));

        await().atMost(PATIENCE).until(() -> page().has("proved"));
        assertThat(page().path("same_machine").booleanValue()).isTrue();
        assertThat(page().at("/proved/version").asString()).isEqualTo("1.2.3");
        assertThat(resource("connections").path("headroom").doubleValue()).isEqualTo(2.5);
        assertThat(metric("atalaya_capacity_headroom_ratio", "figure", "connections")).isEqualTo("2.5");
        assertThat(metric("atalaya_capacity_used", "figure", "connections")).isEqualTo("4.0");
        assertThat(metric("atalaya_capacity_proved", "figure", "events_per_second")).isEqualTo("100.0");

        Files.writeString(data.resolve("capacity.json"), "{\"proved_at\":\"yesterday\"}");
        await().atMost(PATIENCE).until(() -> page().has("problem"));
        assertThat(page().path("problem").asString()).contains("capacity.json", "yesterday", "expected");
        assertThat(page().has("proved")).isFalse();
    }

    @Test
    void ratesAreThoseOfTheLastMinute() {
        gateway.diner(1, 1, 42);
        gateway.diner(1, 1, 42);
        gateway.awaitSessions(2);
        await().atMost(PATIENCE).until(() -> resource("events_per_second").has("used"));
        JsonNode before = page();

        for (int i = 0; i < 50; i++) {
            gateway.publish("{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42}");
        }

        await().atMost(PATIENCE).until(() -> resource("events_per_second").path("used").asDouble() > 0);
        // the next look may have come between two events, so what both have to agree on is their proportion
        await().atMost(PATIENCE).untilAsserted(() -> {
            JsonNode now = page();
            assertThat(now.path("at").asString()).isNotEqualTo(before.path("at").asString());
            assertThat(now.at("/resources/deliveries_per_second/used").doubleValue())
                    .isEqualTo(2 * now.at("/resources/events_per_second/used").doubleValue());
        });
    }

    @Test
    void storageIsForecastFromTheGrowthThatWasKept() {
        await().atMost(PATIENCE).until(() -> page().path("storage").size() == 2);
        JsonNode page = page();
        JsonNode log = store(page, "log");
        JsonNode disk = store(page, "disk");

        assertThat(log.path("used_bytes").asLong()).isZero();
        assertThat(log.path("growth_bytes_per_day").doubleValue(-1)).isZero();
        assertThat(log.has("days_left")).as("what does not grow is never full").isFalse();
        long used = disk.path("used_bytes").asLong();
        double growth = disk.path("growth_bytes_per_day").doubleValue();
        assertThat(growth).as("all of it in ten minutes").isBetween(used * 144 * 0.5, used * 144 * 1.5);
        assertThat(disk.path("days_left").doubleValue())
                .isCloseTo((disk.path("limit_bytes").asLong() - used) / growth, withinPercentage(1e-6));
        assertThat(metric("atalaya_storage_time_left_seconds", "store", "log")).isEqualTo("+Inf");
        assertThat(Double.parseDouble(metric("atalaya_storage_time_left_seconds", "store", "disk")))
                .isPositive();
    }

    private static JsonNode store(JsonNode page, String name) {
        for (JsonNode store : page.path("storage")) {
            if (store.path("store").asString("").equals(name)) {
                return store;
            }
        }
        throw new AssertionError(page.toString());
    }

    private JsonNode page() {
        return gateway.management("/api/v1/capacity");
    }

    private JsonNode resource(String name) {
        return page().path("resources").path(name);
    }

    /** The value of a series as it is exposed; empty when there is none. */
    private String metric(String name, String label, String value) {
        String text = gateway.send(HttpRequest.newBuilder(gateway.managementUri("/metrics?view=atalaya")))
                .body();
        var series = Pattern.compile("(?m)^" + name + "\\{" + label + "=\"" + value + "\"} (\\S+)")
                .matcher(text);
        return series.find() ? series.group(1) : "";
    }
}
