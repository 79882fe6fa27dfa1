package io.atalaya.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When a client comes back after its connection ended. Immutable.
 *
 * <p>The n-th attempt in a row waits a uniformly random time of up to {@code base} times 2ⁿ⁻¹, at most {@code cap}
 * (full jitter), so that clients that lost one gateway together do not return together. A message
 * received starts the count again. Codes after which coming back is pointless end it: {@link CloseCode#mayReturn}.
 *
 * @param base longest wait before the first attempt; positive unless {@code maxAttempts} is 0
 * @param cap longest wait before any attempt
 * @param maxAttempts attempts in a row before giving up; 0 never comes back
 */
public record ReconnectPolicy(Duration base, Duration cap, int maxAttempts) {
    private static final int MAX_DOUBLINGS = 30;

    public ReconnectPolicy {
        if (base.isNegative() || cap.compareTo(base) < 0 || maxAttempts < 0) {
            throw new IllegalArgumentException("reconnect: base %s, cap %s, attempts %d (expected: 0 <= base <= cap)"
                    .formatted(base, cap, maxAttempts));
        }
    }

    /** Never comes back. */
    public static ReconnectPolicy never() {
        return new ReconnectPolicy(Duration.ZERO, Duration.ZERO, 0);
    }

    /** What the official browser clients do: from one second, doubled up to 30 s, 50 attempts. */
    public static ReconnectPolicy standard() {
        return new ReconnectPolicy(Duration.ofSeconds(1), Duration.ofSeconds(30), 50);
    }

    /**
     * What follows an end that the client did not ask for.
     *
     * @param code why the connection ended; {@link CloseCode#ABNORMAL} when it never opened
     * @param attempt 1 for the first attempt since a message was received
     */
    public Next after(CloseCode code, int attempt, RandomGenerator random) {
        if (maxAttempts == 0) {
            return new Next.Ended("reconnecting is off");
        }
        if (!code.mayReturn()) {
            return new Next.Ended("code " + code + " means not to come back");
        }
        if (attempt > maxAttempts) {
            return new Next.Ended("gave up after " + maxAttempts + " attempts");
        }
        long limitNanos = Math.min(cap.toNanos(), base.toNanos() << Math.min(attempt - 1, shiftLimit()));
        return new Next.Retry(Duration.ofNanos(random.nextLong(limitNanos + 1)), attempt);
    }

    /** The doublings after which the wait is at its cap; shifting further could overflow. */
    private int shiftLimit() {
        return Math.min(MAX_DOUBLINGS, Long.numberOfLeadingZeros(Math.max(1, base.toNanos())) - 1);
    }

    /** What follows the end of a connection. */
    public sealed interface Next {
        /** The client dials again after {@code delay}. */
        record Retry(Duration delay, int attempt) implements Next {}

        /** The client is done. */
        record Ended(String why) implements Next {}
    }
}
