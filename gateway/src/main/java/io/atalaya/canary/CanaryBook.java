package io.atalaya.canary;

import io.atalaya.metrics.Bounds;
import io.atalaya.metrics.Families;
import io.atalaya.metrics.Histogram;
import io.atalaya.metrics.Series;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** What became of the canary's rounds. Confined to its thread; what others see is published as a whole. */
final class CanaryBook {
    private final EnumMap<Outcome, Long> counts = new EnumMap<>(Outcome.class);
    private final Histogram latency = new Histogram(Bounds.LATENCIES);
    private volatile Snapshot snapshot;

    CanaryBook() {
        for (Outcome outcome : Outcome.values()) {
            counts.put(outcome, 0L);
        }
        this.snapshot = new Snapshot(counts, latency.snapshot());
    }

    /** How a round ends. */
    enum Outcome {
        /** The event came back in time. */
        DELIVERED,
        /** No session in time. */
        NOT_CONNECTED,
        /** The event was not accepted. */
        NOT_PUBLISHED,
        /** It was accepted and did not come. */
        LOST;

        /** The word in labels. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Both together at one moment. Immutable. */
    record Snapshot(Map<Outcome, Long> counts, Histogram.Snapshot latency) {
        Snapshot {
            counts = Map.copyOf(counts);
        }
    }

    /** @param nanos from publishing to receiving; of rounds that were delivered */
    void record(Outcome outcome, long nanos) {
        counts.merge(outcome, 1L, Long::sum);
        if (outcome == Outcome.DELIVERED) {
            latency.record(nanos, 1);
        }
        snapshot = new Snapshot(counts, latency.snapshot());
    }

    /** Callable by any thread. */
    long count(Outcome outcome) {
        return snapshot.counts().getOrDefault(outcome, 0L);
    }

    /** Callable by any thread. */
    MetricSnapshots metrics() {
        Snapshot now = snapshot;
        var rounds = Series.labelled("outcome");
        for (Outcome outcome : Outcome.values()) {
            rounds.add(now.counts().getOrDefault(outcome, 0L), outcome.word());
        }
        return new Families()
                .counter(
                        "atalaya_canary_rounds_total", "Rounds of the gateway's own client, by how they ended.", rounds)
                .histogram(
                        "atalaya_canary_latency_seconds",
                        "From publishing to receiving, as a client on this machine sees it.",
                        now.latency())
                .build();
    }
}
