package io.atalaya.benchmarks;

import io.atalaya.metrics.Bounds;
import io.atalaya.metrics.Histogram;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One observation, near the first bucket and near the last. Confined to one benchmark thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HistogramBenchmark {
    @Param({"80000", "3000000", "4000000000"})
    private long nanos;

    private final Histogram histogram = new Histogram(Bounds.LATENCIES);

    /** What each flush of a session costs. */
    @Benchmark
    public Histogram record() {
        histogram.record(nanos, 1);
        return histogram;
    }

    /** What each scrape costs for each histogram of each shard. */
    @Benchmark
    public long snapshotAndQuantile() {
        return histogram.snapshot().quantile(0.99).toNanos();
    }
}
