package io.atalaya.streams;

import io.atalaya.redis.RedisConnections;
import io.atalaya.redis.SharedConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks Redis whether it keeps what it acknowledges. Immutable. */
final class DurabilityCheck {
    private static final Logger LOG = LoggerFactory.getLogger(DurabilityCheck.class);

    private final SharedConnection<byte[]> redis;
    private final Duration timeout;

    DurabilityCheck(SharedConnection<byte[]> redis, Duration timeout) {
        this.redis = redis;
        this.timeout = timeout;
    }

    /**
     * Refuses a Redis that keeps its data in memory only or evicts keys; one that does not say is let pass with a warning.
     *
     * @throws io.atalaya.log.LogException when it is refused or cannot be reached
     */
    void run() {
        Map<String, String> settings;
        try {
            settings = redis.run(
                            commands -> commands.configGet("*append*")
                                    .thenCombine(commands.configGet("maxmemory*"), DurabilityCheck::both),
                            timeout)
                    .join();
        } catch (CompletionException failure) {
            if (!SharedConnection.isAnswer(failure)
                    || RedisConnections.describe(failure).startsWith("LOADING")) {
                throw PartitionStore.unavailable("redis-url: " + RedisConnections.describe(failure), failure);
            }
            LOG.atWarn()
                    .addKeyValue("error", RedisConnections.describe(failure))
                    .log("Redis does not say whether it keeps what it acknowledges");
            return;
        }
        objection(settings).ifPresent(text -> {
            throw PartitionStore.unavailable(text);
        });
    }

    private static Map<String, String> both(Map<String, String> some, Map<String, String> others) {
        var all = new HashMap<>(some);
        all.putAll(others);
        return all;
    }

    private static Optional<String> objection(Map<String, String> settings) {
        if (!"yes".equals(settings.get("appendonly"))) {
            return Optional.of("redis-url: a Redis with appendonly %s (expected: appendonly yes, or redis-durability:"
                            .formatted(settings.getOrDefault("appendonly", "unknown"))
                    + " unchecked)");
        }
        String policy = settings.getOrDefault("maxmemory-policy", "noeviction");
        boolean bounded = !"0".equals(settings.getOrDefault("maxmemory", "0"));
        if (bounded && policy.startsWith("allkeys-")) {
            return Optional.of("redis-url: a Redis with maxmemory-policy %s (expected: noeviction or volatile-…, or"
                            .formatted(policy)
                    + " redis-durability: unchecked)");
        }
        return Optional.empty();
    }
}
