package io.atalaya.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.redis.RedisHealth.Dependency;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RedisHealthIT {
    private RedisServer server;
    private RedisConnections connections;
    private RedisHealth health;

    @BeforeEach
    void start() {
        server = RedisServer.start();
        RedisContext context = Impatience.context();
        RedisConfig config = new RedisConfig(server.url(), 5000, 50, 20);
        connections = new RedisConnections(config, context);
        health = new RedisHealth(connections, config, context);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            connections.close();
            server.close();
        }
    }

    @Test
    void tellsTheLatencyOfARedisThatAnswers() {
        Dependency dependency = probe();

        assertThat(dependency.status()).isEqualTo("healthy");
        assertThat(dependency.component()).isEqualTo("redis_async");
        assertThat(dependency.latencyMs()).isPositive();
        assertThat(dependency.details()).isEqualTo(Map.of("type", "async", "max_connections", 20));
        assertThat(dependency.error()).isEmpty();
    }

    @Test
    void redisThatIsAwayIsUnhealthyUntilItIsBack() {
        assertThat(probe().status()).isEqualTo("healthy");
        server.kill();

        await().atMost(Duration.ofSeconds(10)).until(() -> probe().status().equals("unhealthy"));
        assertThat(probe().error()).isPresent();
        server.restart();

        await().atMost(Duration.ofSeconds(10)).until(() -> probe().status().equals("healthy"));
    }

    @Test
    void redisThatHangsIsUnhealthyWithinTheTimeout() {
        assertThat(probe().status()).isEqualTo("healthy");
        server.pause();

        Dependency dependency = probe();

        assertThat(dependency.status()).isEqualTo("unhealthy");
        server.resume();
        await().atMost(Duration.ofSeconds(10)).until(() -> probe().status().equals("healthy"));
    }

    private Dependency probe() {
        return health.probe("redis_async", "async")
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
