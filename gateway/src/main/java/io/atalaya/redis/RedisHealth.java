package io.atalaya.redis;

import io.lettuce.core.api.async.BaseRedisAsyncCommands;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks Redis whether it answers commands, and how fast. Thread-safe: holds no state of its own. It says nothing about the
 * subscription; {@link RedisSubscriber#healthy} does.
 */
public final class RedisHealth {
    private final RedisConnections connections;
    private final int poolSize;
    private final Duration timeout;
    private final LongSupplier nanoClock;

    public RedisHealth(RedisConnections connections, RedisConfig config, RedisContext context) {
        this.connections = connections;
        this.poolSize = config.poolSize();
        this.timeout = context.timings().probeTimeout();
        this.nanoClock = context.nanoClock();
    }

    /**
     * Pings Redis.
     *
     * @param component name of the dependency in the answer, for example {@code redis_async}
     * @param type what the answer's details call its kind, for example {@code async}
     * @return completes normally within the probe time-out, never exceptionally
     */
    public CompletionStage<Dependency> probe(String component, String type) {
        long beganNanos = nanoClock.getAsLong();
        return connections
                .run(BaseRedisAsyncCommands::ping, timeout)
                .handle((_, failure) -> new Dependency(
                        failure == null ? Dependency.HEALTHY : Dependency.UNHEALTHY,
                        component,
                        (nanoClock.getAsLong() - beganNanos) / 1e6,
                        Map.of("type", type, "max_connections", poolSize),
                        error(failure)));
    }

    private static Optional<String> error(@Nullable Throwable failure) {
        return failure == null ? Optional.empty() : Optional.of(RedisConnections.describe(failure));
    }

    /**
     * One member of {@code dependencies} in the detailed health answer. Immutable.
     *
     * @param status {@value #HEALTHY} or {@value #UNHEALTHY}
     * @param latencyMs milliseconds until the answer, or until it was given up
     * @param details {@code type} and {@code max_connections}
     * @param error why it is unhealthy; empty when it is healthy
     */
    public record Dependency(
            String status, String component, double latencyMs, Map<String, Object> details, Optional<String> error) {
        public static final String HEALTHY = "healthy";
        public static final String UNHEALTHY = "unhealthy";

        public Dependency {
            details = Map.copyOf(details);
        }
    }
}
