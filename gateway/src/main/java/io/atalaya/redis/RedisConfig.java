package io.atalaya.redis;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * The Redis connection. Immutable. The URL may hold a password: {@link #toString} does not show it.
 *
 * @param url {@code redis://} or {@code rediss://}
 * @param queueSize events received but not yet taken in (1 … 1000000); the oldest are dropped when full
 * @param batchSize most events taken in at once (1 … 10000)
 * @param poolSize reported as the pool size of seed health answers (1 … 10000)
 */
public record RedisConfig(URI url, int queueSize, int batchSize, int poolSize) {
    public static final int DEFAULT_QUEUE_SIZE = 5000;
    public static final int DEFAULT_BATCH_SIZE = 50;
    public static final int DEFAULT_POOL_SIZE = 50;

    public RedisConfig {
        requireUsable(url);
        requireRange("queue-size", queueSize, 1_000_000);
        requireRange("batch-size", batchSize, 10_000);
        requireRange("pool-size", poolSize, 10_000);
    }

    /** The settings that a connection to {@code url} has when nothing else is configured. */
    public static RedisConfig of(URI url) {
        return new RedisConfig(url, DEFAULT_QUEUE_SIZE, DEFAULT_BATCH_SIZE, DEFAULT_POOL_SIZE);
    }

    private static void requireUsable(URI url) {
        @Nullable String scheme = url.getScheme();
        if (!"redis".equals(scheme) && !"rediss".equals(scheme)) {
            throw new IllegalArgumentException("url: scheme '%s' (expected: redis or rediss)".formatted(scheme));
        }
        if (url.getHost() == null) {
            throw new IllegalArgumentException("url: no host (expected: %s://host:port)".formatted(scheme));
        }
    }

    private static void requireRange(String key, int value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException("%s: %d (expected: 1 … %d)".formatted(key, value, max));
        }
    }

    @Override
    public String toString() {
        return "RedisConfig[host=%s, port=%d]".formatted(url.getHost(), url.getPort());
    }
}
