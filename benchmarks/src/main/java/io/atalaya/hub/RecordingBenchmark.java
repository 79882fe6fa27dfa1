package io.atalaya.hub;

import io.atalaya.metrics.LabelSet;
import io.atalaya.slow.Origin;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What is recorded for one delivery, whatever vocabularies show of it: the clock, the book and the latency by type. Each
 * thread has counters of its own, as each event loop has.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RecordingBenchmark {
    private static final LabelSet TYPES = LabelSet.of(List.of("ROUND_READY", "ROUND_SUBMITTED", "CHECK_PAID"));

    private final ShardCounters counters = new ShardCounters(TYPES);
    private final Origin origin = new Origin(TYPES.indexOf("ROUND_READY"), "e", System.nanoTime());

    /** One loop at work. */
    @Benchmark
    public long delivery() {
        counters.matched++;
        counters.sent++;
        counters.latency.record(origin.type(), System.nanoTime() - origin.acceptedNanos(), 1);
        return counters.sent;
    }

    /** Two loops at work. */
    @Benchmark
    @Threads(2)
    public long deliveryOnTwoLoops() {
        return delivery();
    }

    /** What of it is the clock. */
    @Benchmark
    public long clock() {
        return System.nanoTime();
    }

    /** What a scrape costs a loop. */
    @Benchmark
    public int snapshot() {
        return counters.latency.snapshots().size() + counters.lives().commands().size();
    }
}
