package io.atalaya.streams;

import io.atalaya.redis.RedisContext;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What this package takes from its surroundings. Immutable.
 *
 * @param redis pauses, breaker and chance
 * @param clock dates the events; empty for the clock of Redis, on which gateways whose own clocks differ agree
 * @param timings how patient to be
 * @param directory where the high-water marks are kept
 */
public record StreamContext(RedisContext redis, Optional<InstantSource> clock, Timings timings, Path directory) {
    /** How soon and how rarely the reader tries again: live delivery waits for it. */
    private static final Duration BACKOFF_MIN = Duration.ofMillis(100);

    private static final Duration BACKOFF_MAX = Duration.ofSeconds(2);

    /** The surroundings of production. */
    public static StreamContext system(Path directory, io.atalaya.metrics.Timings commandTimes) {
        RedisContext redis = RedisContext.system(commandTimes);
        var eager = new RedisContext(
                redis.timings().withBackoff(BACKOFF_MIN, BACKOFF_MAX),
                redis.clock(),
                redis.nanoClock(),
                redis.random(),
                redis.commandTimes());
        return new StreamContext(eager, Optional.empty(), Timings.defaults(), directory);
    }

    LongSupplier nanoClock() {
        return redis.nanoClock();
    }

    /**
     * How patient to be. Immutable.
     *
     * @param commandTimeout longest wait for an answer of Redis, connecting included
     * @param readBlock longest wait of one read for new events
     * @param upkeepInterval between two rounds of forgetting, accounting and noting the high-water marks
     * @param claimAfter how long an event may be with one archive writer before another may claim it
     * @param startPatience how long a start waits for a Redis that does not answer yet
     * @param closePatience how long a stop waits for appends under way
     */
    public record Timings(
            Duration commandTimeout,
            Duration readBlock,
            Duration upkeepInterval,
            Duration claimAfter,
            Duration startPatience,
            Duration closePatience) {
        /** The timings of production. */
        public static Timings defaults() {
            return new Timings(
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(5));
        }
    }
}
