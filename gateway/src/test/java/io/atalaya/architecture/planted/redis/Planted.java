package io.atalaya.architecture.planted.redis;

/** Planted for {@code ArchitectureTest}. */
public final class Planted {
    private Planted() {}

    /** An adapter. */
    public static final class RedisRevocationList {}

    /** A value of the adapter's package. */
    public record Innocent(int attempts) {}
}
