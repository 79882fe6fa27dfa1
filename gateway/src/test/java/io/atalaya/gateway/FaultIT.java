package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.postgres.PostgresServer;
import io.atalaya.redis.RedisServer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/**
 * What the gateway stands on is stopped under it while a producer publishes and a client listens: nothing acknowledged is
 * lost or delivered twice, and health and books tell the truth all the time.
 */
@Timeout(180)
class FaultIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String EVENT =
            "{\"id\":\"e%d\",\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42}";

    /** Publishes one event after the other until it is told to stop, each again until it is accepted. */
    private static final class Producer {
        private final GatewayTester gateway;
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final List<String> accepted = new ArrayList<>();
        private int refused;
        private int withoutAdvice;
        private final CompletableFuture<Void> work;

        private Producer(GatewayTester gateway) {
            this.gateway = gateway;
            this.work = CompletableFuture.runAsync(this::publish);
        }

        private void publish() {
            for (int i = 0; !stopped.get(); i++) {
                HttpResponse<String> answer = gateway.post("key-of-all", EVENT.formatted(i));
                while (answer.statusCode() != 202 && !stopped.get()) {
                    refused++;
                    withoutAdvice += answer.headers().firstValue("Retry-After").isPresent() ? 0 : 1;
                    pause(100);
                    answer = gateway.post("key-of-all", EVENT.formatted(i));
                }
                if (answer.statusCode() == 202) {
                    accepted.add("e" + i);
                }
                pause(10);
            }
        }

        private List<String> stop() {
            stopped.set(true);
            work.join();
            return accepted;
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int status(GatewayTester gateway, String path) {
        return gateway.send(HttpRequest.newBuilder(gateway.managementUri(path))).statusCode();
    }

    private static List<String> ids(WireClient client, int count) {
        var ids = new ArrayList<String>();
        while (ids.size() < count) {
            ids.add(GatewayTester.json(client.readText()).path("id").stringValue(""));
        }
        ids.addAll(client.drain(Duration.ofMillis(500)));
        return ids;
    }

    /** The events keep the order in which they were accepted, whatever their times are. */
    @Test
    void theClockSteppedBackAnHour() {
        var step = new AtomicReference<>(Duration.ZERO);
        InstantSource clock = () -> Instant.now().plus(step.get());
        try (var gateway = GatewayTester.start(clock, "archive-batch-interval", "50ms")) {
            WireClient client = gateway.diner(1, 1, 42);
            gateway.awaitSessions(1);
            var producer = new Producer(gateway);
            await().atMost(PATIENCE).until(() -> archived(gateway) > 20);

            step.set(Duration.ofHours(-1));
            booksBalanceFor(gateway, Duration.ofSeconds(3));
            int before = archived(gateway);
            await().atMost(PATIENCE).until(() -> archived(gateway) > before + 20);
            assertThat(status(gateway, "/health/database")).isEqualTo(200);
            step.set(Duration.ZERO);
            await().atMost(PATIENCE).until(() -> archived(gateway) > before + 60);
            List<String> accepted = producer.stop();

            await().atMost(PATIENCE).until(() -> archived(gateway) == accepted.size());
            assertThat(producer.refused).isZero();
            assertThat(ids(client, accepted.size())).isEqualTo(accepted);
            assertThat(archive(gateway).path("balanced").booleanValue()).isTrue();
        }
    }

    private static int archived(GatewayTester gateway) {
        return archive(gateway).path("archived").asInt();
    }

    @Test
    void theDatabaseStopped() {
        stopTheDatabase(Duration.ofSeconds(4));
    }

    @Test
    @Tag("long")
    void theDatabaseStoppedForAMinute() {
        stopTheDatabase(Duration.ofSeconds(60));
    }

    private static void stopTheDatabase(Duration outage) {
        try (PostgresServer server = PostgresServer.start()) {
            URI database = server.createDatabase();
            var gateway = GatewayTester.start(
                    "database-url",
                    database.toString(),
                    "archive-batch-interval",
                    "50ms",
                    "ws-heartbeat-timeout",
                    "5m");
            try (gateway) {
                WireClient client = gateway.diner(1, 1, 42);
                gateway.awaitSessions(1);
                var producer = new Producer(gateway);
                await().atMost(PATIENCE)
                        .until(() -> archive(gateway).path("archived").asInt() > 0);

                server.stop();
                booksBalanceFor(gateway, outage);
                await().atMost(PATIENCE).until(() -> status(gateway, "/health/database") == 503);
                assertThat(status(gateway, "/health/ready"))
                        .as("delivery goes on")
                        .isEqualTo(200);
                assertThat(archive(gateway).path("backlog").asInt()).isPositive();
                server.restart();
                List<String> accepted = producer.stop();

                await().atMost(PATIENCE)
                        .until(() -> archive(gateway).path("backlog").asInt() == 0
                                && archive(gateway).path("archived").asInt() == accepted.size());
                assertThat(producer.refused).isZero();
                assertThat(server.query(database, "SELECT id FROM event ORDER BY log_offset"))
                        .isEqualTo(accepted);
                assertThat(ids(client, accepted.size())).isEqualTo(accepted);
                await().atMost(PATIENCE).until(() -> status(gateway, "/health/database") == 200);
                assertThat(archive(gateway).path("balanced").booleanValue()).isTrue();
            }
        }
    }

    private static JsonNode archive(GatewayTester gateway) {
        return gateway.management("/api/v1/books").path("archive");
    }

    private static void booksBalanceFor(GatewayTester gateway, Duration outage) {
        long end = System.nanoTime() + outage.toNanos();
        while (System.nanoTime() < end) {
            gateway.assertBooksBalance();
            JsonNode archive = archive(gateway);
            assertThat(archive.path("balanced").booleanValue(true))
                    .as("%s", archive)
                    .isTrue();
            pause(200);
        }
    }

    @Test
    void theLogsRedisStopped() {
        stopTheLogsRedis(Duration.ofSeconds(4));
    }

    @Test
    @Tag("long")
    void theLogsRedisStoppedForAMinute() {
        stopTheLogsRedis(Duration.ofSeconds(60));
    }

    private static void stopTheLogsRedis(Duration outage) {
        try (RedisServer redis = RedisServer.start("--appendonly", "yes", "--appendfsync", "always")) {
            var gateway = GatewayTester.start(
                    "redis-url", redis.url().toString(), "log-store", "redis", "ws-heartbeat-timeout", "5m");
            try (gateway) {
                WireClient client = gateway.diner(1, 1, 42);
                gateway.awaitSessions(1);
                var producer = new Producer(gateway);
                await().atMost(PATIENCE).until(() -> gateway.snapshot().book().sent() > 10);

                redis.kill();
                booksBalanceFor(gateway, outage);
                await().atMost(PATIENCE)
                        .until(() -> !gateway.management("/health/ready")
                                .at("/checks/redis")
                                .asString("")
                                .equals("subscribed"));
                redis.restart();
                int before = producer.accepted.size();
                await().atMost(PATIENCE).until(() -> producer.accepted.size() > before + 10);
                List<String> accepted = producer.stop();

                assertThat(producer.refused).isPositive();
                assertThat(producer.withoutAdvice).isZero();
                assertThat(ids(client, accepted.size())).isEqualTo(accepted);
            }
        }
    }
}
