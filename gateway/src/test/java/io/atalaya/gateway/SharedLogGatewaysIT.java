package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.redis.RedisServer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways with one log in Redis: it makes no difference which one a producer or a client talks to. */
@Timeout(90)
class SharedLogGatewaysIT {
    private static final Duration QUIET = Duration.ofMillis(700);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private final RedisServer redis = RedisServer.start("--appendonly", "yes", "--appendfsync", "always");

    @TempDir
    private Path directory;

    private GatewayTester one;
    private GatewayTester two;

    @BeforeEach
    void start() {
        one = gateway("one");
        two = gateway("two");
    }

    private GatewayTester gateway(String name) {
        return GatewayTester.start(
                "redis-url", redis.url().toString(),
                "log-store", "redis",
                "data-dir", directory.resolve(name).toString());
    }

    @AfterEach
    void close() {
        try {
            one.close();
            two.close();
        } finally {
            redis.close();
        }
    }

    private static String event(int number) {
        return "{\"id\":\"e%d\",\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42,\"entity\":{\"round_id\":%d}}"
                .formatted(number, number);
    }

    @Test
    void whatOneTakesInIsDeliveredByBothOnce() {
        WireClient here = one.diner(1, 1, 42);
        WireClient there = two.diner(1, 1, 42);
        one.awaitSessions(1);
        two.awaitSessions(1);

        one.publish(event(1));
        two.publish(event(2));
        two.publish(event(1));

        assertThat(here.drain(QUIET)).hasSize(2).isEqualTo(there.drain(QUIET));
    }

    @Test
    void aClientResumesAtTheOtherGateway() {
        WireClient before = one.diner(1, 1, 42);
        one.awaitSessions(1);
        one.publish(event(1));
        String cursor = GatewayTester.json(before.readText()).get("cursor").stringValue();
        before.close();
        one.awaitSessions(0);
        one.publish(event(2));
        two.publish(event(3));

        WireClient after = two.connect("/ws/diner?since=" + cursor + "&table_token=" + two.tableToken(1, 1, 42));
        two.awaitSessions(1);
        one.publish(event(4));

        assertThat(after.drain(QUIET))
                .extracting(text -> GatewayTester.json(text).get("id").stringValue())
                .containsExactly("e2", "e3", "e4");
    }

    @Test
    void aMessageThatBothHearByPubSubIsOneEvent() {
        WireClient here = one.diner(1, 1, 42);
        WireClient there = two.diner(1, 1, 42);
        one.awaitSessions(1);
        two.awaitSessions(1);

        await().atMost(PATIENCE).until(() -> redis.publish("session:42", event(7)) == 2);

        assertThat(here.drain(QUIET)).hasSize(1);
        assertThat(there.drain(QUIET)).hasSize(1);
    }

    @Test
    void aProducerIsToldWhileRedisIsAwayAndItsRetryIsDeliveredOnce() {
        WireClient there = two.diner(1, 1, 42);
        two.awaitSessions(1);
        redis.kill();
        HttpResponse<String> refused = one.post("key-of-all", event(1));
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();

        redis.restart();
        await().atMost(PATIENCE).until(() -> one.post("key-of-all", event(1)).statusCode() == 202);
        one.publish(event(1));
        one.publish(event(2));

        await().atMost(PATIENCE).until(() -> two.snapshot().sessions() == 1);
        assertThat(there.readText()).contains("\"round_id\":1");
        assertThat(there.readText()).contains("\"round_id\":2");
        assertThat(there.drain(QUIET)).isEmpty();
    }
}
