package io.atalaya.alerting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.atalaya.alerting.AlertingConfig.GroupingConfig;
import io.atalaya.alerting.AlertingConfig.TargetConfig;
import io.atalaya.budget.SloReport;
import io.atalaya.proof.ServerProcess;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Alerts reach a real Alertmanager and a real web server, end there, and are told again after an outage. */
@Timeout(180)
class AlertmanagerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    /** A post as the receiver got it. */
    private record Post(String path, String authorization, JsonNode body) {}

    private final List<Post> posts = new CopyOnWriteArrayList<>();
    private final AtomicInteger status = new AtomicInteger(200);
    private final Reports reports = new Reports(Instant.now().minusSeconds(600));
    private final AtomicReference<SloReport> report = new AtomicReference<>(reports.report());
    private HttpServer receiver;

    @BeforeEach
    void listen() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            posts.add(new Post(
                    exchange.getRequestURI().getPath(),
                    authorization == null ? "" : authorization,
                    JsonMapper.shared().readTree(body)));
            exchange.sendResponseHeaders(status.get(), -1);
            exchange.close();
        });
        receiver.start();
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
    }

    private URI at(String path) {
        return URI.create("http://127.0.0.1:" + receiver.getAddress().getPort() + path);
    }

    private AlertLoop loop(AlertingConfig config) {
        var loop = new AlertLoop(config, report::get, Optional.empty(), InstantSource.system());
        loop.start();
        return loop;
    }

    private void tick(int times, boolean faults) {
        for (int i = 0; i < times; i++) {
            report.set(reports.tick(faults, false));
        }
    }

    private static GroupingConfig soon() {
        return new GroupingConfig(Duration.ZERO, Duration.ofSeconds(1), Duration.ofMinutes(10));
    }

    private List<JsonNode> atReceiver(String path, String state) {
        return posts.stream()
                .filter(post -> post.path().equals(path))
                .filter(post -> post.body().path("status").asString("").equals(state))
                .map(Post::body)
                .toList();
    }

    private static long count(AlertLoop loop, String outcome) {
        return loop.metrics().stream()
                .filter(CounterSnapshot.class::isInstance)
                .map(CounterSnapshot.class::cast)
                .flatMap(family -> family.getDataPoints().stream())
                .filter(point -> outcome.equals(point.getLabels().get("outcome")))
                .mapToLong(point -> (long) point.getValue())
                .sum();
    }

    @Test
    void anAlertReachesAlertmanagerAndItsReceiversAndEnds() throws IOException {
        Path config = Files.writeString(directory.resolve("alertmanager.yml"), """
                route: {receiver: hook, group_by: [slo], group_wait: 1s, group_interval: 2s, repeat_interval: 1h}
                receivers: [{name: hook, webhook_configs: [{url: "%s", send_resolved: true}]}]
                """.formatted(at("/from-alertmanager")));
        try (var alertmanager = ServerProcess.alertmanager(config, directory)) {
            var target = new TargetConfig("alertmanager-1", alertmanager.url(), Optional.empty());
            tick(50, false);
            try (var loop = loop(new AlertingConfig(List.of(target), List.of(), Duration.ofSeconds(2), soon()))) {
                tick(6, true);
                await().atMost(PATIENCE)
                        .until(() -> alerts(alertmanager).toString().contains("\"burnrate_tier\":\"fast\""));
                JsonNode fast = alert(alertmanager, "fast");
                assertThat(fast.at("/labels/alertname").asString()).isEqualTo("SLOErrorBudgetBurn");
                assertThat(fast.at("/labels/slo").asString()).isEqualTo("answers-a");
                assertThat(fast.at("/status/state").asString()).isEqualTo("active");
                await().atMost(PATIENCE)
                        .until(() -> !atReceiver("/from-alertmanager", "firing").isEmpty());

                alertmanager.kill();
                await().atMost(PATIENCE).until(() -> count(loop, "failed") > 0);
                alertmanager.restart();
                await().atMost(Duration.ofSeconds(90))
                        .until(() -> alerts(alertmanager).toString().contains("\"burnrate_tier\":\"fast\""));

                tick(4, false);
                await().atMost(Duration.ofSeconds(90))
                        .until(() ->
                                !atReceiver("/from-alertmanager", "resolved").isEmpty());
                await().atMost(Duration.ofSeconds(90))
                        .until(() -> alerts(alertmanager).isEmpty());
            }
        }
    }

    private static JsonNode alerts(ServerProcess alertmanager) {
        return alertmanager.json("/api/v2/alerts?active=true");
    }

    private static JsonNode alert(ServerProcess alertmanager, String tier) {
        return StreamSupport.stream(alerts(alertmanager).spliterator(), false)
                .filter(alert -> alert.at("/labels/burnrate_tier").asString("").equals(tier))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aWebhookIsToldWithItsSecretAndTriedAgainWhenItFails() {
        status.set(503);
        var target = new TargetConfig("webhook-1", at("/hook?token=t"), Optional.of("Bearer secret"));
        tick(50, false);
        try (var loop = loop(new AlertingConfig(List.of(), List.of(target), Duration.ofMinutes(1), soon()))) {
            tick(6, true);
            await().atMost(PATIENCE).until(() -> count(loop, "failed") >= 2);
            assertThat(count(loop, "delivered")).isZero();
            status.set(204);
            await().atMost(PATIENCE).until(() -> count(loop, "delivered") == 1);
            assertThat(posts).allMatch(post -> post.authorization().equals("Bearer secret"));
            assertThat(atReceiver("/hook", "firing").getLast().path("alerts")).hasSize(1);

            tick(4, false);
            await().atMost(PATIENCE)
                    .until(() -> !atReceiver("/hook", "resolved").isEmpty());
            status.set(400);
            tick(10, true);
            await().atMost(PATIENCE).until(() -> count(loop, "refused") == 1);
        }
    }
}
