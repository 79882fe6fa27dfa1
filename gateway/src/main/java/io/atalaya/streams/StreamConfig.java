package io.atalaya.streams;

/**
 * What is particular to a log on Redis Streams. Immutable.
 *
 * @param partitions streams that the tenants are spread over (1 … {@value #MAX_PARTITIONS}); fixed when the log is created
 * @param durabilityChecked whether a Redis that may forget what it has acknowledged is refused
 * @param waitReplicas replicas that must have an append before it is acknowledged (0 … {@value #MAX_REPLICAS})
 */
public record StreamConfig(int partitions, boolean durabilityChecked, int waitReplicas) {
    public static final int DEFAULT_PARTITIONS = 4;
    public static final int MAX_PARTITIONS = 64;
    public static final int MAX_REPLICAS = 10;

    public StreamConfig {
        requireRange("log-partitions", partitions, 1, MAX_PARTITIONS);
        requireRange("redis-wait-replicas", waitReplicas, 0, MAX_REPLICAS);
    }

    /** The settings that a gateway has when nothing is configured. */
    public static StreamConfig defaults() {
        return new StreamConfig(DEFAULT_PARTITIONS, true, 0);
    }

    private static void requireRange(String key, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("%s: %d (expected: %d … %d)".formatted(key, value, min, max));
        }
    }
}
