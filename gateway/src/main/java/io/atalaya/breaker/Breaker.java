package io.atalaya.breaker;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A circuit breaker: five failures in a row open it, then calls are avoided for a while, then a few probes decide.
 * Thread-safe: the state machine is resilience4j's, the counters are atomic.
 *
 * <p>It never stays open for good: every permission that {@link #tryAcquire} gives must be answered by
 * {@link #onSuccess} or {@link #onFailure}. It measures time by the monotonic clock, so setting the wall clock does not
 * keep it open.
 */
public final class Breaker {
    /** Failures in a row that open it. */
    public static final int FAILURE_THRESHOLD = 5;

    private static final Logger log = LoggerFactory.getLogger(Breaker.class);

    private final CircuitBreaker machine;
    private final Duration openFor;
    private final LongSupplier nanoClock;
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder avoided = new LongAdder();
    private final LongAdder transitions = new LongAdder();
    private final AtomicLong lastFailureNanos = new AtomicLong();
    private final AtomicLong openedNanos = new AtomicLong();

    /**
     * @param name for logs and metrics
     * @param openFor how long calls are avoided
     * @param probes calls let through after that; all of them failing opens it again
     */
    public Breaker(String name, Duration openFor, int probes, LongSupplier nanoClock) {
        this.openFor = openFor;
        this.nanoClock = nanoClock;
        this.machine = CircuitBreaker.of(name, settings(openFor, probes, nanoClock));
        machine.getEventPublisher().onStateTransition(event -> {
            transitions.increment();
            if (event.getStateTransition().getToState() == CircuitBreaker.State.OPEN) {
                openedNanos.set(nanoClock.getAsLong());
            }
            log.atInfo()
                    .addKeyValue("breaker", name)
                    .addKeyValue("transition", event.getStateTransition())
                    .log("circuit breaker changed");
        });
    }

    private static CircuitBreakerConfig settings(Duration openFor, int probes, LongSupplier nanoClock) {
        return CircuitBreakerConfig.custom()
                .slidingWindowType(SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(FAILURE_THRESHOLD)
                .minimumNumberOfCalls(FAILURE_THRESHOLD)
                .failureRateThreshold(100)
                .waitDurationInOpenState(openFor)
                .permittedNumberOfCallsInHalfOpenState(probes)
                .automaticTransitionFromOpenToHalfOpenEnabled(false)
                .clock(new MonotonicClock(nanoClock))
                .build();
    }

    /** Whether the call may be made; a refusal is counted as an avoided call. */
    public boolean tryAcquire() {
        boolean permitted = machine.tryAcquirePermission();
        if (!permitted) {
            avoided.increment();
        }
        return permitted;
    }

    /** The permitted call worked. */
    public void onSuccess() {
        succeeded.increment();
        machine.onSuccess(0, TimeUnit.NANOSECONDS);
    }

    /** The permitted call failed. */
    public void onFailure(Throwable failure) {
        lastFailureNanos.set(nanoClock.getAsLong());
        failed.increment();
        machine.onError(0, TimeUnit.NANOSECONDS, failure);
    }

    /** How long it makes sense to wait after a refusal: longer than zero, at most the time it stays open. */
    public Duration untilProbe() {
        if (machine.getState() != CircuitBreaker.State.OPEN) {
            return openFor;
        }
        Duration left = openFor.minusNanos(nanoClock.getAsLong() - openedNanos.get());
        // the machine lets a call through only strictly after its wait, which it counts in milliseconds
        return left.isNegative() ? Duration.ofMillis(1) : left.plusMillis(2);
    }

    /** The state and the counters of this moment. */
    public Snapshot snapshot() {
        long failures = failed.sum();
        Optional<Duration> sinceFailure = failures == 0
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(nanoClock.getAsLong() - lastFailureNanos.get()));
        return new Snapshot(
                machine.getName(),
                State.of(machine.getState()),
                machine.getMetrics().getNumberOfFailedCalls(),
                FAILURE_THRESHOLD,
                openFor,
                succeeded.sum(),
                failures,
                avoided.sum(),
                transitions.sum(),
                sinceFailure);
    }

    /** What a breaker does with calls. */
    public enum State {
        /** Lets every call through. */
        CLOSED(0),
        /** Avoids every call. */
        OPEN(1),
        /** Lets a few calls through to see. */
        HALF_OPEN(2);

        private final int gauge;

        State(int gauge) {
            this.gauge = gauge;
        }

        /** The state as a metric: 0 closed, 1 open, 2 half-open. */
        public int gauge() {
            return gauge;
        }

        private static State of(CircuitBreaker.State state) {
            return switch (state) {
                case CLOSED, DISABLED, METRICS_ONLY -> CLOSED;
                case OPEN, FORCED_OPEN -> OPEN;
                case HALF_OPEN -> HALF_OPEN;
            };
        }
    }

    /**
     * The member {@code circuit_breaker} of the detailed health answer. Immutable.
     *
     * @param failureCount failed calls among those that the present state looks at
     * @param failureThreshold failures in a row that open it
     * @param recoveryTimeout how long it stays open
     * @param successfulCalls since start, as are all counters that follow
     * @param rejectedCalls calls avoided because it was open
     * @param stateChanges transitions
     * @param sinceLastFailure empty when there was none
     */
    public record Snapshot(
            String name,
            State state,
            int failureCount,
            int failureThreshold,
            Duration recoveryTimeout,
            long successfulCalls,
            long failedCalls,
            long rejectedCalls,
            long stateChanges,
            Optional<Duration> sinceLastFailure) {

        /** Calls wanted: those made and those avoided. */
        public long totalCalls() {
            return successfulCalls + failedCalls + rejectedCalls;
        }
    }

    /** The monotonic clock in the shape that the state machine asks for. Immutable. */
    private static final class MonotonicClock extends Clock {
        private final LongSupplier nanoClock;
        private final long originNanos;

        MonotonicClock(LongSupplier nanoClock) {
            this.nanoClock = nanoClock;
            this.originNanos = nanoClock.getAsLong();
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH.plusNanos(nanoClock.getAsLong() - originNanos);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
