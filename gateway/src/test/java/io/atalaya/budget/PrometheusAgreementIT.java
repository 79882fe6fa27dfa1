package io.atalaya.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atalaya.budget.Fakes.Gauges;
import io.atalaya.budget.SloStatus.TierStatus;
import io.atalaya.proof.ServerProcess;
import io.atalaya.slo.SloFile;
import io.atalaya.slo.Spans;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real Prometheus that is given the engine's two counters computes the engine's burn rates and what is left of budgets. */
@Timeout(600)
class PrometheusAgreementIT {
    private static final String PROMTOOL = System.getenv().getOrDefault("ATALAYA_PROMTOOL", "");
    private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");
    private static final Duration SPAN = Duration.ofHours(80);
    private static final SloFile FILE = Fakes.file("""
            slo: agreement
            services: {a: {title: A, owner: me}}
            objectives:
              answers:
                service: a
                title: x
                objective: 99.5
                events: {bad: {metric: answers_total, labels: {status: [5*]}}, valid: answers_total}
              up: {service: a, title: x, objective: 99.9, uptime: {up: {metric: health, labels: {state: healthy}}}}
              answers-of-three-days:
                service: a
                title: x
                objective: 95
                window: 3d
                events: {bad: {metric: answers_total, labels: {status: [5*]}}, valid: answers_total}
              up-of-three-days:
                service: a
                title: x
                objective: 95
                window: 3d
                uptime: {up: {metric: health, labels: {state: healthy}}}
            """);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private final StringBuilder events = new StringBuilder("# TYPE atalaya_slo_events counter\n");
    private final StringBuilder bad = new StringBuilder("# TYPE atalaya_slo_bad counter\n");
    private final List<SloReport> reports = new ArrayList<>();

    @Test
    void burnRatesOfEveryWindowAndBudgetsAreThoseOfTheEngine() throws IOException, InterruptedException {
        Path prometheus = PROMTOOL.isEmpty() ? Path.of("") : Path.of(PROMTOOL).resolveSibling("prometheus");
        assumeTrue(!PROMTOOL.isEmpty() && Files.isExecutable(prometheus), "no prometheus beside ATALAYA_PROMTOOL");
        simulate();
        Path samples = Files.writeString(directory.resolve("samples.txt"), events.toString() + bad + "# EOF\n");
        Path data = directory.resolve("data");
        run(PROMTOOL, "tsdb", "create-blocks-from", "openmetrics", samples.toString(), data.toString());
        Path config = Files.writeString(directory.resolve("prometheus.yml"), "global: {}\n");
        int port = ServerProcess.freePort();
        Process server = new ProcessBuilder(
                        prometheus.toString(),
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + data,
                        "--storage.tsdb.retention.time=100y",
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("prometheus.log").toFile())
                .start();
        try {
            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .until(() -> get(port, "/-/ready").statusCode() == 200);
            int compared = 0;
            int budgets = 0;
            for (SloReport report : reports) {
                compared += compare(port, report);
                budgets += compareBudgets(port, report);
            }
            assertThat(compared).as("burn rates above zero that were compared").isGreaterThan(80);
            assertThat(budgets)
                    .as("budgets of a full window that were compared")
                    .isGreaterThan(10);
        } finally {
            server.destroy();
            server.waitFor(20, TimeUnit.SECONDS);
        }
    }

    /** Ticks every ten seconds, samples every minute, and reports on the grid that all windows share. */
    private void simulate() {
        var random = new Random(3);
        var engine = new SloEngine(FILE, START);
        var now = new Gauges();
        long ok = 0;
        long faults = 0;
        for (long second = 0; second <= SPAN.toSeconds(); second += 10) {
            Instant at = START.plusSeconds(second);
            boolean incident = second / 1800 % 11 == 3;
            ok += 10 + random.nextInt(20);
            faults += random.nextInt(incident ? 4 : 200) == 0 ? 1 + random.nextInt(5) : 0;
            now.set("answers_total", Map.of("status", "200"), (double) ok)
                    .set("answers_total", Map.of("status", "500"), (double) faults);
            now.set("health", Map.of("state", "healthy"), incident && random.nextInt(20) == 0 ? 0 : 1);
            engine.tick(at, now);
            if (second % 60 == 0) {
                engine.report().objectives().forEach(status -> sample(status, at));
            }
            if (second > SPAN.toSeconds() - 7 * 3600 && second % 3300 == 0) {
                reports.add(engine.report());
            }
        }
    }

    private void sample(SloStatus status, Instant at) {
        String tail = "_total{slo=\"%s\"} %d %d%n".replace("%n", "\n");
        events.append("atalaya_slo_events")
                .append(tail.formatted(status.slo().id(), status.totals().total(), at.getEpochSecond()));
        bad.append("atalaya_slo_bad")
                .append(tail.formatted(status.slo().id(), status.totals().bad(), at.getEpochSecond()));
    }

    private int compare(int port, SloReport report) throws IOException, InterruptedException {
        int compared = 0;
        for (SloStatus status : report.objectives()) {
            for (TierStatus tier : status.tiers()) {
                compared += compare(port, report.at(), status, tier.tier().longWindow(), tier.longBurn());
                compared += compare(port, report.at(), status, tier.tier().shortWindow(), tier.shortBurn());
            }
        }
        return compared;
    }

    private int compare(int port, Instant at, SloStatus status, Duration window, double burn)
            throws IOException, InterruptedException {
        String id = status.slo().id();
        String query =
                "increase(atalaya_slo_bad_total{slo=\"%1$s\"}[%2$s]) / increase(atalaya_slo_events_total{slo=\"%1$s\"}[%2$s])"
                        .formatted(id, Spans.text(window));
        double ratio = value(port, at, query);
        double expected = ratio / status.slo().budget().doubleValue();

        assertThat(burn)
                .as("%s over %s at %s", id, window, at)
                .isCloseTo(expected, within(1e-9 * Math.max(1, expected)));
        return burn > 0 ? 1 : 0;
    }

    /** Those whose window is full; of others Prometheus knows only what it has been given. */
    private static int compareBudgets(int port, SloReport report) throws IOException, InterruptedException {
        int compared = 0;
        for (SloStatus status : report.objectives()) {
            if (status.complete()) {
                String bad = "increase(atalaya_slo_bad_total{slo=\"%s\"}[%s])"
                        .formatted(status.slo().id(), Spans.text(status.slo().window()));
                String whole = status.slo().countsTime()
                        ? Long.toString(status.slo().window().toMillis())
                        : bad.replace("bad", "events");
                double spent = value(port, report.at(), bad + " / " + whole)
                        / status.slo().budget().doubleValue();
                assertThat(status.remaining())
                        .as("what is left of %s at %s", status.slo().id(), report.at())
                        .isLessThan(1)
                        .isCloseTo(1 - spent, within(1e-9 * Math.max(1, spent)));
                compared++;
            }
        }
        return compared;
    }

    private static double value(int port, Instant at, String query) throws IOException, InterruptedException {
        String path = "/api/v1/query?time=" + at.getEpochSecond() + "&query="
                + URLEncoder.encode(query, StandardCharsets.UTF_8);
        JsonNode result = JsonMapper.shared()
                .readTree(get(port, path).body())
                .path("data")
                .path("result");
        return Double.parseDouble(result.path(0).path("value").path(1).asString());
    }

    private static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }
}
