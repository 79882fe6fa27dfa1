package io.atalaya.hub;

import io.atalaya.log.EventLog;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A commit on its way to one session: topics, encoding, offer to the inbox, drain. The time is of the whole commit.
 * Confined to one benchmark thread.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RouterBenchmark {
    @Param({"1", "16"})
    private int eventsPerCommit;

    private BenchHub hub = new BenchHub();
    private List<EventLog.Entry> entries = List.of();

    /** Starts afresh with one subscriber. */
    @Setup
    public void connect() {
        hub = new BenchHub();
        hub.join(1);
        entries = hub.entries(eventsPerCommit);
    }

    /** Routes one commit and drains it. */
    @Benchmark
    public long commit() {
        return hub.deliver(entries);
    }
}
