package io.atalaya.redis;

import java.net.URI;

/**
 * The Redis connection. Immutable. The URL may hold a password: {@link #toString} does not show it.
 *
 * @param url {@code redis://} or {@code rediss://}
 * @param queueSize events received but not yet taken in; the oldest are dropped when full
 * @param batchSize most events taken in at once
 * @param poolSize reported as the pool size of seed health answers
 */
public record RedisConfig(URI url, int queueSize, int batchSize, int poolSize) {
    @Override
    public String toString() {
        return "RedisConfig[host=%s, port=%d]".formatted(url.getHost(), url.getPort());
    }
}
