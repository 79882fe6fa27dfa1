package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.postgres.PostgresServer;
import io.atalaya.redis.RedisServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real faults, one after the other: the alerts that they mean fire and end, no others do, and budgets move by what was done. */
@Tag("long")
@Timeout(600)
class FaultDrillIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** A look of the engine at either end, and how long a failure may go unnoticed. */
    private static final long SLACK_MILLIS = 25_000;

    private static final String OBJECTIVES = """
            services:
              websocket: {title: WebSocket, owner: me}
              redis: {title: Redis, owner: me}
              postgis: {title: Database, owner: me}
            objectives:
              latency:
                service: websocket
                title: deliveries within 200 ms
                objective: 90
                latency: {histogram: atalaya_delivery_latency_seconds, threshold: 200ms}
              redis-link:
                service: redis
                title: time in which Redis is there
                objective: 90
                uptime: {up: {metric: atalaya_dependency_up, labels: {name: redis}}}
              database:
                service: postgis
                title: time in which the database is there
                objective: 90
                uptime: {up: {metric: atalaya_dependency_up, labels: {name: database}}}
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void everyFaultIsToldAndPaidFor() throws IOException, InterruptedException {
        Drill.writeObjectives(directory, OBJECTIVES);
        try (var redis = RedisServer.start("--appendonly", "yes");
                var database = PostgresServer.start();
                var gateway = GatewayTester.start(Drill.onServers(
                        redis, database, "slo-files", directory.toString(), "ws-heartbeat-timeout", "10m"))) {
            WireClient diner = gateway.diner(1, 1, 42);
            gateway.awaitSessions(1);
            await().atMost(PATIENCE)
                    .until(() -> SloView.objective(gateway, "redis-link")
                                    .path("total")
                                    .asLong()
                            > 0);
            calm(gateway, diner, Duration.ofSeconds(20));
            assertThat(SloView.firing(gateway)).isEmpty();

            long slow = slowDeliveries(gateway, redis, diner, Duration.ofSeconds(24));
            await().atMost(PATIENCE).until(() -> SloView.firing(gateway).equals(Set.of("latency")));
            await().atMost(PATIENCE).until(() -> SloView.bad(gateway, "latency") == slow);
            calm(gateway, diner, Duration.ofSeconds(30));
            await().atMost(PATIENCE).until(() -> SloView.firing(gateway).isEmpty());

            Instant began = Instant.now();
            database.stop();
            await().atMost(PATIENCE).until(() -> SloView.firing(gateway).equals(Set.of("database")));
            database.restart();
            long away = Duration.between(began, Instant.now()).toMillis();
            await().atMost(PATIENCE).until(() -> SloView.firing(gateway).isEmpty());
            assertThat(SloView.bad(gateway, "database")).isBetween(away - SLACK_MILLIS, away + SLACK_MILLIS);

            began = Instant.now();
            redis.stop();
            await().atMost(PATIENCE).until(() -> SloView.firing(gateway).equals(Set.of("redis-link")));
            redis.restart();
            away = Duration.between(began, Instant.now()).toMillis();
            await().atMost(PATIENCE).until(() -> SloView.firing(gateway).isEmpty());
            assertThat(SloView.bad(gateway, "redis-link")).isBetween(away - SLACK_MILLIS, away + SLACK_MILLIS);
            assertThat(SloView.bad(gateway, "latency"))
                    .as("nothing else was slow")
                    .isEqualTo(slow);
        } finally {
            http.shutdownNow();
        }
    }

    private static String event() {
        return "{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42,\"entity\":{\"round_id\":1}}";
    }

    private static void calm(GatewayTester gateway, WireClient diner, Duration time) throws InterruptedException {
        Instant end = Instant.now().plus(time);
        while (Instant.now().isBefore(end)) {
            gateway.publish(event());
            diner.readText();
            Thread.sleep(200);
        }
    }

    /** Redis stands still for half a second at a time; what is published then is delivered late. How much that was. */
    private long slowDeliveries(GatewayTester gateway, RedisServer redis, WireClient diner, Duration time)
            throws InterruptedException {
        long slow = 0;
        Instant end = Instant.now().plus(time);
        while (Instant.now().isBefore(end)) {
            redis.pause();
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                answers.add(http.sendAsync(
                        HttpRequest.newBuilder(gateway.publicUri("/api/v1/events"))
                                .header("Authorization", "Bearer key-of-all")
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(event()))
                                .build(),
                        HttpResponse.BodyHandlers.ofString()));
            }
            Thread.sleep(700);
            redis.resume();
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertThat(answer.join().statusCode()).isEqualTo(202);
                diner.readText();
                slow++;
            }
        }
        return slow;
    }
}
