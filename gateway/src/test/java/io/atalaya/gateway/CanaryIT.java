package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.redis.RedisServer;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The gateway's own client goes round through the public port, whatever keeps the log, and nobody else notices. */
@Timeout(120)
class CanaryIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private static GatewayTester start(String... more) {
        var settings = new ArrayList<>(List.of("canary", "true", "canary-interval", "1s"));
        settings.addAll(List.of(more));
        return GatewayTester.start(settings.toArray(String[]::new));
    }

    private static String metrics(GatewayTester gateway) {
        return gateway.send(HttpRequest.newBuilder(gateway.managementUri("/metrics")))
                .body();
    }

    private static long rounds(GatewayTester gateway, String outcome) {
        Matcher found = Pattern.compile("atalaya_canary_rounds_total\\{outcome=\"" + outcome + "\"} ([0-9.E]+)")
                .matcher(metrics(gateway));
        assertThat(found.find()).isTrue();
        return (long) Double.parseDouble(found.group(1));
    }

    private static void awaitRounds(GatewayTester gateway, long rounds) {
        await().atMost(PATIENCE).until(() -> rounds(gateway, "delivered") >= rounds);
        for (String bad : List.of("not_connected", "not_published", "lost")) {
            assertThat(rounds(gateway, bad)).as(bad).isZero();
        }
    }

    @Test
    void roundsAreCountedTimedAndSeenByNobodyElse() {
        GatewayTester gateway = start("slo-files", "../slo");
        WireClient admin = gateway.staff("admin", 1, 7, 1, "ADMIN");
        WireClient other = gateway.staff("admin", 9007199254740991L, 7, 1, "ADMIN");
        awaitRounds(gateway, 2);
        assertThat(metrics(gateway))
                .contains("atalaya_canary_latency_seconds_bucket{le=\"10.0\"}")
                .contains("atalaya_events_accepted_total{type=\"ATALAYA_CANARY\"}");
        assertThat(admin.drain(Duration.ofMillis(1500))).isEmpty();
        assertThat(other.drain(Duration.ofMillis(1500)))
                .as("not even somebody of its own tenant")
                .isEmpty();
        assertThat(gateway.management("/health/business")
                        .findValue("totalEvents")
                        .asLong(-1))
                .isZero();
        assertThat(gateway.connect("/ws/atalaya-canary?token=guess").readClose())
                .isEqualTo(4001);
        gateway.assertBooksBalance();
        assertThat(gateway.management("/api/v1/slo").toString()).contains("\"id\":\"websocket-canary\"");
        gateway.closeAtOnce();
    }

    @Test
    void itGoesRoundWithALogInMemoryAndInRedis() {
        GatewayTester memory = start("log-store", "memory");
        awaitRounds(memory, 2);
        memory.closeAtOnce();
        try (RedisServer redis = RedisServer.start("--appendonly", "yes", "--appendfsync", "always")) {
            GatewayTester shared =
                    start("log-store", "redis", "redis-url", redis.url().toString());
            awaitRounds(shared, 2);
            redis.stop();
            await().atMost(PATIENCE)
                    .until(() ->
                            rounds(shared, "not_published") + rounds(shared, "lost") + rounds(shared, "not_connected")
                                    > 0);
            redis.restart();
            long before = rounds(shared, "delivered");
            await().atMost(PATIENCE).until(() -> rounds(shared, "delivered") > before);
            shared.closeAtOnce();
        }
    }
}
