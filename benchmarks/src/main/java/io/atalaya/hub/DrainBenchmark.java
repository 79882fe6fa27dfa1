package io.atalaya.hub;

import io.atalaya.log.EventLog;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One delivery to a thousand sessions whose sockets swallow everything: what a delivery costs in this process, books
 * and metrics included. The time is of one (delivery, session) pair. Confined to one benchmark thread.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DrainBenchmark {
    private static final int SESSIONS = 1_000;

    @Param({"1", "16"})
    private int eventsPerDelivery;

    private BenchHub hub = new BenchHub();
    private List<EventLog.Entry> entries = List.of();

    /** Starts afresh with a thousand subscribers. */
    @Setup
    public void connect() {
        hub = new BenchHub();
        hub.join(SESSIONS);
        entries = hub.entries(eventsPerDelivery);
    }

    /** Routes one delivery and drains it. */
    @Benchmark
    @OperationsPerInvocation(SESSIONS)
    public long deliver() {
        return hub.deliver(entries);
    }

    /** A benchmark of a hub that delivered nothing would be worth nothing. */
    @TearDown
    public void check() {
        if (hub.sent() == 0) {
            throw new IllegalStateException("sent: 0 (expected: more)");
        }
    }
}
