package io.atalaya.redis;

import io.atalaya.breaker.Backoff;
import io.atalaya.breaker.Breaker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What this package takes from its surroundings: time, chance and how patient to be. Immutable.
 *
 * @param timings how patient to be
 * @param clock wall clock: "since when" in answers, revocation lifetimes
 * @param nanoClock monotonic clock: time-outs, windows, latencies
 * @param random jitter of reconnections; used by one thread only
 * @param commandTimes how long commands take, by their names
 */
public record RedisContext(
        Timings timings,
        InstantSource clock,
        LongSupplier nanoClock,
        RandomGenerator random,
        io.atalaya.metrics.Timings commandTimes) {
    /** The clocks and the chance of this process, with the default timings. */
    public static RedisContext system(io.atalaya.metrics.Timings commandTimes) {
        return new RedisContext(
                Timings.defaults(),
                InstantSource.system(),
                System::nanoTime,
                RandomGenerator.getDefault(),
                commandTimes);
    }

    /** A breaker around commands, which lets one through to see. */
    public Breaker commandBreaker(String name) {
        return new Breaker(name, timings.commandOpen(), 1, nanoClock);
    }

    /** Pauses between attempts to connect, for one thread. */
    public Backoff backoff() {
        return new Backoff(timings.backoffMin(), timings.backoffMax(), random);
    }

    /**
     * How patient to be. Immutable; every duration is longer than zero.
     *
     * @param connectTimeout longest attempt to connect, the Redis handshake included
     * @param commandTimeout longest wait for the answer to a revocation command
     * @param probeInterval how long a subscription may be silent before it is asked for a sign of life
     * @param probeTimeout longest wait for that sign, and for a health probe's answer
     * @param backoffMin upper bound of the first pause between two attempts to subscribe
     * @param backoffMax upper bound of any pause between two attempts
     * @param subscriberOpen how long the subscriber's breaker stays open
     * @param commandOpen how long the breaker of the revocation list stays open
     * @param handOverTimeout how long a stop waits for messages to be handed over
     */
    public record Timings(
            Duration connectTimeout,
            Duration commandTimeout,
            Duration probeInterval,
            Duration probeTimeout,
            Duration backoffMin,
            Duration backoffMax,
            Duration subscriberOpen,
            Duration commandOpen,
            Duration handOverTimeout) {

        public Timings {
            requirePositive("connect-timeout", connectTimeout);
            requirePositive("command-timeout", commandTimeout);
            requirePositive("probe-interval", probeInterval);
            requirePositive("probe-timeout", probeTimeout);
            requirePositive("backoff-min", backoffMin);
            requirePositive("backoff-max", backoffMax);
            requirePositive("subscriber-open", subscriberOpen);
            requirePositive("command-open", commandOpen);
            requirePositive("hand-over-timeout", handOverTimeout);
        }

        /** The timings of production. */
        public static Timings defaults() {
            return new Timings(
                    Duration.ofSeconds(3),
                    Duration.ofMillis(500),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(5));
        }

        /** These timings with other pauses between attempts to connect. */
        public Timings withBackoff(Duration min, Duration max) {
            return new Timings(
                    connectTimeout,
                    commandTimeout,
                    probeInterval,
                    probeTimeout,
                    min,
                    max,
                    subscriberOpen,
                    commandOpen,
                    handOverTimeout);
        }

        private static void requirePositive(String key, Duration value) {
            if (!value.isPositive()) {
                throw new IllegalArgumentException("%s: %s (expected: longer than zero)".formatted(key, value));
            }
        }
    }
}
