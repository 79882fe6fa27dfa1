package io.atalaya.management;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** How the gateway gets on with Redis, in the operators' terms. */
public sealed interface DependencyStatus {

    /** None is configured: everything happens in this process, and that is healthy. */
    record Disabled() implements DependencyStatus {}

    /**
     * One is configured. Immutable.
     *
     * @param subscribed whether events arrive; that commands are answered does not make it true
     * @param since when {@code subscribed} became what it is
     * @param reconnects subscriptions after the first
     * @param lastError the latest failure; empty when there was none
     * @param breakers the first one is that of the subscription
     * @param poolSize connections configured
     * @param sharedLog empty when the log is not kept there
     */
    record Observed(
            boolean subscribed,
            Instant since,
            long reconnects,
            String lastError,
            List<Breaker> breakers,
            Queue queue,
            Drops drops,
            int poolSize,
            Optional<SharedLog> sharedLog)
            implements DependencyStatus {
        public Observed {
            breakers = List.copyOf(breakers);
        }
    }

    /**
     * What this gateway hears of a log that it shares with others. Immutable; counters since the start.
     *
     * @param reading whether it can be read
     * @param heard events heard, whoever stored them
     * @param missed events that were forgotten, or could not be read, before they were heard
     * @param outages times that it could not be read
     */
    record SharedLog(boolean reading, long heard, long missed, long outages) {}

    /**
     * A circuit breaker. Immutable; counters since the start.
     *
     * @param name the value of metric labels
     * @param failureCount failed calls among those that the present state looks at
     * @param failureThreshold failures that open it
     * @param recoveryTimeout how long it stays open
     * @param sinceLastFailure empty when there was none
     */
    record Breaker(
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
        }
    }

    /**
     * The queue between Redis and the intake. Immutable; counters since the start.
     *
     * @param dropped messages lost, by reason; every reason is present
     * @param queued messages waiting now
     */
    record Queue(long received, long delivered, Map<String, Long> dropped, long queued) {
        public Queue {
            dropped = Map.copyOf(dropped);
        }
    }

    /**
     * The share of dropped messages within a sliding window. Immutable.
     *
     * @param windowDropRatePercent 0 … 100
     * @param alertCount alerts raised since the start
     */
    record Drops(
            long totalProcessed,
            long totalDropped,
            long windowProcessed,
            long windowDropped,
            double windowDropRatePercent,
            double alertThresholdPercent,
            long alertCount,
            int windowSeconds) {}

    /**
     * The answer to a sign of life asked for. Immutable.
     *
     * @param component name in the health answer, {@code redis_async} or {@code redis_sync}
     * @param type {@code async} or {@code sync}
     * @param latencyMillis until the answer, or until it was given up
     * @param error why it is not healthy; empty when it is
     */
    record Probe(
            String component, String type, boolean healthy, double latencyMillis, int maxConnections, String error) {}

    /** Where the status comes from. Thread-safe; never blocks. */
    interface Source {
        /** What is known without asking. */
        DependencyStatus status();

        /** Asks for signs of life; completes normally within a few seconds. Empty when none is configured. */
        CompletionStage<List<Probe>> probes();

        /** For a gateway without Redis. */
        static Source disabled() {
            return new Source() {
                @Override
                public DependencyStatus status() {
                    return new Disabled();
                }

                @Override
                public CompletionStage<List<Probe>> probes() {
                    return CompletableFuture.completedFuture(List.of());
                }
            };
        }
    }
}
