package io.atalaya.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RedisConfigTest {
    @Test
    void defaultsAreThoseOfTheSeed() {
        assertThat(RedisConfig.of(URI.create("redis://localhost:6379")))
                .isEqualTo(new RedisConfig(URI.create("redis://localhost:6379"), 5000, 50, 50));
    }

    @Test
    void textHoldsNoPassword() {
        assertThat(RedisConfig.of(URI.create("redis://user:hunter2@localhost:6379"))
                        .toString())
                .doesNotContain("hunter2")
                .contains("localhost", "6379");
    }

    @Test
    void problemsAreToldWithoutTheUrl() {
        assertThatThrownBy(() -> RedisConfig.of(URI.create("http://user:hunter2@localhost")))
                .hasMessage("url: scheme 'http' (expected: redis or rediss)");
        assertThatThrownBy(() -> RedisConfig.of(URI.create("redis:/hunter2")))
                .hasMessage("url: no host (expected: redis://host:port)");
        assertThatThrownBy(() -> new RedisConfig(URI.create("redis://h"), 0, 50, 50))
                .hasMessage("queue-size: 0 (expected: 1 … 1000000)");
    }

    @Test
    void timingsAreLongerThanZero() {
        Duration second = Duration.ofSeconds(1);
        assertThatThrownBy(() -> new RedisContext.Timings(
                        second, second, Duration.ZERO, second, second, second, second, second, second))
                .hasMessage("probe-interval: PT0S (expected: longer than zero)");
    }
}
