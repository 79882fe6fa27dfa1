package io.atalaya.benchmarks;

import io.atalaya.event.TenantId;
import io.atalaya.event.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

/** Finding a topic's entry in an index: what a shard does first for each event. Confined to one benchmark thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TopicLookupBenchmark {
    @Param({"10", "1000"})
    private int topics;

    private Map<Topic, Integer> index = Map.of();
    private List<Topic> wanted = List.of();
    private int next;

    /** Fills the index, and keeps equal but distinct topics to look up, as a router would make them. */
    @Setup
    public void fillIndex() {
        index = new HashMap<>();
        wanted = new ArrayList<>();
        for (int i = 0; i < topics; i++) {
            index.put(topic(i), i);
            wanted.add(topic(i));
        }
    }

    /** One look-up that finds its topic. */
    @Benchmark
    public Integer hit() {
        next = next + 1 == topics ? 0 : next + 1;
        return index.getOrDefault(wanted.get(next), -1);
    }

    private static Topic topic(int number) {
        return new Topic(new TenantId("tenant-" + number % 7), "sector-waiters", List.of(Integer.toString(number)));
    }
}
