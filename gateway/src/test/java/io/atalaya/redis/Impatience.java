package io.atalaya.redis;

import io.atalaya.redis.RedisContext.Timings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;

/** Timings short enough for tests that need real time. */
final class Impatience {
    private Impatience() {}

    static RedisContext context() {
        Timings timings = new Timings(
                Duration.ofSeconds(1),
                Duration.ofMillis(500),
                Duration.ofMillis(200),
                Duration.ofMillis(500),
                Duration.ofMillis(50),
                Duration.ofMillis(400),
                Duration.ofMillis(600),
                Duration.ofMillis(300),
                Duration.ofMillis(300));
        return new RedisContext(timings, InstantSource.system(), System::nanoTime, new Random(1), commandTimes());
    }

    static io.atalaya.metrics.Timings commandTimes() {
        return new io.atalaya.metrics.Timings(CommandTimes.COMMANDS, System::nanoTime);
    }
}
