package io.atalaya.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code capacity} proves with a small load, the gateway of the same directory tells. */
@Timeout(180)
final class CapacityIT {
    private static final List<String> FIGURES =
            List.of("connections", "deliveries_per_second", "events_per_second");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    @Test
    void whatWasProvedIsTold() throws IOException, InterruptedException {
        Path data = directory.resolve("data");
        assertThat(capacity("--show", "--data-dir", data.toString())).isEqualTo(1);
        assertThat(output("err")).contains("missing (expected: proved by atalaya capacity)");

        // any latency is good enough: how fast a machine is does not matter here
        int status = capacity(
                "--connections", "40",
                "--warmup", "500ms",
                "--duration", "1s",
                "--p95", "30s",
                "--data-dir", data.toString(),
                "--json");
        assertThat(status).as(output("err")).isZero();
        JsonNode proved = JsonMapper.shared().readTree(output("out"));
        assertThat(proved.at("/figures/connections/value").doubleValue()).isEqualTo(40);
        for (String figure : FIGURES) {
            assertThat(proved.at("/figures/" + figure + "/value").doubleValue()).isPositive();
        }
        assertThat(capacity("--show", "--json", "--data-dir", data.toString())).isZero();
        assertThat(JsonMapper.shared().readTree(output("out"))).isEqualTo(proved);

        try (var gateway = PackagedGateway.packaged().setting("DATA_DIR", data.toString()).start();
                var http = HttpClient.newHttpClient()) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> page(http, gateway).has("proved"));
            JsonNode page = page(http, gateway);
            assertThat(page.path("proved")).isEqualTo(proved);
            assertThat(page.path("same_machine").booleanValue()).isTrue();
            for (String figure : FIGURES) {
                assertThat(page.at("/resources/" + figure + "/proved"))
                        .isEqualTo(proved.at("/figures/" + figure + "/value"));
            }
        }
    }

    @Test
    void whatIsNotProvedIsNotKept() throws IOException, InterruptedException {
        int status = capacity(
                "--connections", "10",
                "--within", "100ms",
                "--data-dir", directory.toString());

        assertThat(status).isEqualTo(1);
        assertThat(output("err")).contains("PROBLEM connections: not proved within");
        assertThat(directory.resolve("capacity.json")).doesNotExist();
    }

    /** The packaged program's command; its output and its errors are kept beside each other. */
    private int capacity(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                Path.of(System.getProperty("atalaya.jar")).toAbsolutePath().toString(),
                "capacity"));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command)
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
        builder.environment().remove("DATA_DIR");
        Process process = builder.start();
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.destroy();
            throw new AssertionError("capacity: still running after two minutes\n" + output("err"));
        }
        return process.exitValue();
    }

    private String output(String name) throws IOException {
        return Files.readString(directory.resolve(name));
    }

    private static JsonNode page(HttpClient http, PackagedGateway gateway) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(gateway.managementAddress().resolve("/api/v1/capacity"))
                .timeout(Duration.ofSeconds(5))
                .build();
        return JsonMapper.shared()
                .readTree(http.send(request, BodyHandlers.ofString()).body());
    }
}
