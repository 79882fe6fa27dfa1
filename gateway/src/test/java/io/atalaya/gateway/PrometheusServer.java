package io.atalaya.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atalaya.proof.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A real Prometheus as a child process on a free loopback port, which scrapes its targets every second. Confined to the
 * test that owns it. The program is the one beside promtool; without it the test is skipped.
 */
final class PrometheusServer implements AutoCloseable {
    private static final String JOB = """
              - job_name: %1$s
                static_configs: [{targets: ["%2$s"], labels: {service: atalaya, component: %1$s}}]
            """;
    private static final String ALERTMANAGER = "alertmanager";
    private static final String PROMTOOL = System.getenv().getOrDefault("ATALAYA_PROMTOOL", "");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final int port;

    /** One series of an answer. */
    record Sample(JsonNode labels, double value) {}

    private PrometheusServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts it.
     *
     * @param directory an empty one
     * @param rules files to evaluate, every second
     * @param target host and port of the job {@code api}
     */
    static PrometheusServer start(Path directory, List<Path> rules, String target) throws IOException {
        return start(directory, rules, Map.of("api", target));
    }

    /** The same with several jobs, each of one target; {@code alertmanager} is told of alerts too. */
    static PrometheusServer start(Path directory, List<Path> rules, Map<String, String> targets) throws IOException {
        Path binary = PROMTOOL.isEmpty()
                ? Path.of("none")
                : Path.of(PROMTOOL).toAbsolutePath().resolveSibling("prometheus");
        assumeTrue(Files.isExecutable(binary), "no prometheus beside ATALAYA_PROMTOOL");
        for (Path file : rules) {
            Files.copy(file, directory.resolve("rules-" + file.getFileName()));
        }
        int port = ServerProcess.freePort();
        var configuration = new StringBuilder("""
                global: {scrape_interval: 1s, evaluation_interval: 2s}
                rule_files: ["rules-*.yml"]
                scrape_configs:
                """);
        if (targets.containsKey(ALERTMANAGER)) {
            configuration.insert(
                    0,
                    "alerting: {alertmanagers: [{static_configs: [{targets: [\"%s\"]}]}]}\n"
                            .formatted(targets.get(ALERTMANAGER)));
        }
        new TreeMap<>(targets).forEach((job, target) -> configuration.append(JOB.formatted(job, target)));
        configuration.append(JOB.formatted("prometheus", "127.0.0.1:" + port));
        Files.writeString(directory.resolve("prometheus.yml"), configuration);
        Process process = new ProcessBuilder(List.of(
                        binary.toString(),
                        "--config.file=prometheus.yml",
                        "--storage.tsdb.path=data",
                        "--web.listen-address=127.0.0.1:" + port,
                        "--log.level=warn"))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        return new PrometheusServer(process, port);
    }

    /** Waits until it has scraped every target that often. */
    void awaitScrapes(int wanted) {
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> !query("up").isEmpty()
                        && query("count_over_time(up[5m])").stream().allMatch(sample -> sample.value() >= wanted));
    }

    /** An instant query. */
    List<Sample> query(String expression) {
        try {
            String encoded = URLEncoder.encode(expression, StandardCharsets.UTF_8);
            var uri = URI.create("http://127.0.0.1:" + port + "/api/v1/query?query=" + encoded);
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(),
                    HttpResponse.BodyHandlers.ofString());
            JsonNode result = JsonMapper.shared().readTree(answer.body());
            if (!result.path("status").asString().equals("success")) {
                throw new AssertionError(expression + ": " + answer.body());
            }
            var samples = new ArrayList<Sample>();
            for (JsonNode series : result.path("data").path("result")) {
                samples.add(new Sample(
                        series.path("metric"),
                        number(series.path("value").get(1).asString())));
            }
            return samples;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException failure) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(failure);
        }
    }

    private static double number(String text) {
        return switch (text) {
            case "NaN" -> Double.NaN;
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    @Override
    public void close() {
        http.shutdownNow();
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
