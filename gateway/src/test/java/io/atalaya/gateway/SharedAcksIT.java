package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.ack.AckStore.Totals;
import io.atalaya.redis.RedisServer;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Two gateways with one log in Redis, and recipients that come back to the other one. */
@Timeout(90)
class SharedAcksIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

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
                "profile", "src/test/resources/profiles-of-tests/watch.yaml",
                "redis-url", redis.url().toString(),
                "log-store", "redis",
                "query-api-keys", "reader-of-the-one=1",
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

    private static WireClient crew(GatewayTester at, String more) {
        return at.connect("/ws/bridge?token=" + at.staffToken(1, 5, 1, "CREW") + more);
    }

    private static void alarm(GatewayTester at, String id) {
        at.publish("{\"type\":\"ALARM\",\"tenant_id\":1,\"ship\":1,\"id\":\"" + id + "\"}");
    }

    private static Totals acks(GatewayTester at) {
        return at.gateway().core().recovery().acknowledgements().book();
    }

    @Test
    void whatOneHasSentIsOwedAndAcknowledgedAtTheOther() {
        WireClient first = crew(one, "");
        one.awaitSessions(1);
        alarm(two, "a");
        assertThat(first.readText()).contains("\"a\"");
        first.close();
        one.awaitSessions(0);
        await().atMost(PATIENCE).until(() -> acks(two).awaiting() == 1);

        WireClient again = crew(two, "");
        JsonNode owed = GatewayTester.json(again.readText());
        assertThat(owed.path("id").stringValue()).isEqualTo("a");
        assertThat(owed.path("redelivered").booleanValue()).isTrue();
        again.sendText("{\"type\":\"ack\",\"id\":\"a\"}");

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(acks(one)).isEqualTo(new Totals(1, 1, 0, 0)));
        assertThat(acks(two)).isEqualTo(new Totals(1, 1, 0, 0));
        var request = HttpRequest.newBuilder(one.publicUri("/api/v1/events/a/deliveries"))
                .header("Authorization", "Bearer reader-of-the-one");
        JsonNode deliveries = GatewayTester.json(one.send(request).body());
        assertThat(deliveries.at("/counts/acknowledged").asInt()).isEqualTo(1);
    }

    @Test
    void whoConnectsWhileRedisIsAwayGetsWhatItOwesOnceItIsBack() {
        WireClient first = crew(one, "&client_id=tablet");
        one.awaitSessions(1);
        alarm(one, "a");
        assertThat(first.readText()).contains("\"a\"");
        await().atMost(PATIENCE).until(() -> acks(one).awaiting() == 1);
        first.close();
        one.awaitSessions(0);
        redis.kill();

        // whose revocation cannot be checked is turned away, so the session has to be there before
        redis.restart();
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
            WireClient again = crew(one, "&client_id=tablet");
            assertThat(GatewayTester.json(again.readText()).path("redelivered").booleanValue())
                    .isTrue();
        });
        assertThat(acks(one)).matches(Totals::balanced);
    }
}
