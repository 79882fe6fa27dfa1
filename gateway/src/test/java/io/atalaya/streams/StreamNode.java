package io.atalaya.streams;

import io.atalaya.event.Cursor;
import io.atalaya.log.EventLog;
import io.atalaya.log.EventLog.CommitListener;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.LogConfig;
import io.atalaya.metrics.Timings;
import io.atalaya.proof.Directories;
import io.atalaya.redis.CommandTimes;
import io.atalaya.redis.RedisConfig;
import io.atalaya.redis.RedisConnections;
import io.atalaya.redis.RedisContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** One gateway's log, with everything that it has heard. Thread-safe: what was heard is guarded by its monitor. */
final class StreamNode implements AutoCloseable {
    private static final Duration CLAIM_AFTER = Duration.ofMillis(600);

    final RedisStreamLog log;
    private final RedisConnections connections;
    private final List<Entry> heard = new ArrayList<>();
    private final Map<Long, Long> toldByEpoch = new HashMap<>();

    private StreamNode(URI redis, Given given) {
        RedisContext context = impatient();
        this.connections = new RedisConnections(RedisConfig.of(redis), context);
        var surroundings = new StreamContext(context, given.clock, timings(), given.directory);
        this.log = new RedisStreamLog(
                given.log,
                given.streams,
                connections,
                surroundings,
                new RedisStreamLog.Hearer(entries -> onCommitted(given.listener, entries), () -> false));
    }

    /** What a node is made from. Immutable. */
    record Given(
            LogConfig log,
            StreamConfig streams,
            Optional<InstantSource> clock,
            CommitListener listener,
            Path directory) {
        static Given of(LogConfig log, int partitions) {
            return new Given(
                    log, new StreamConfig(partitions, true, 0), Optional.empty(), _ -> {}, temporaryDirectory());
        }

        Given with(InstantSource clock, CommitListener listener) {
            return new Given(log, streams, Optional.of(clock), listener, directory);
        }

        Given with(StreamConfig other) {
            return new Given(log, other, clock, listener, directory);
        }
    }

    /** A node that has found its log and hears. */
    static StreamNode start(URI redis, Given given) {
        StreamNode node = new StreamNode(redis, given);
        try {
            node.log.open();
            node.log.listen();
            return node;
        } catch (RuntimeException refused) {
            node.connections.close();
            throw refused;
        }
    }

    /** Several nodes may share it, so that it goes with the process. */
    private static Path temporaryDirectory() {
        try {
            Path directory = Files.createTempDirectory("atalaya-streams");
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> Directories.delete(directory), "streams-last-resort"));
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RedisContext impatient() {
        var timings = new RedisContext.Timings(
                Duration.ofSeconds(3),
                Duration.ofMillis(500),
                Duration.ofMillis(200),
                Duration.ofSeconds(3),
                Duration.ofMillis(20),
                Duration.ofMillis(200),
                Duration.ofMillis(300),
                Duration.ofMillis(200),
                Duration.ofMillis(300));
        return new RedisContext(
                timings,
                InstantSource.system(),
                System::nanoTime,
                new Random(1),
                new Timings(CommandTimes.COMMANDS, System::nanoTime));
    }

    private static StreamContext.Timings timings() {
        return new StreamContext.Timings(
                Duration.ofSeconds(3),
                Duration.ofMillis(200),
                Duration.ofMillis(100),
                CLAIM_AFTER,
                Duration.ofSeconds(5),
                Duration.ofSeconds(5));
    }

    private void onCommitted(CommitListener listener, List<Entry> entries) {
        listener.onCommitted(entries);
        synchronized (heard) {
            heard.addAll(entries);
            Cursor last = entries.getLast().cursor();
            toldByEpoch.merge(last.epoch(), last.offset(), Math::max);
            heard.notifyAll();
        }
    }

    /** Everything heard so far. */
    List<Entry> heard() {
        synchronized (heard) {
            return List.copyOf(heard);
        }
    }

    /** Waits until so many events were heard. */
    List<Entry> awaitHeard(int count) {
        awaitUntil(() -> heard.size() >= count, "%d events".formatted(count));
        return heard();
    }

    /** Waits until the listener has been told of a position. */
    void awaitTold(Cursor position) {
        awaitUntil(() -> toldByEpoch.getOrDefault(position.epoch(), 0L) >= position.offset(), "position " + position);
    }

    private void awaitUntil(java.util.function.BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        synchronized (heard) {
            while (!condition.getAsBoolean()) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    throw new AssertionError("not heard: " + what + "; heard " + heard.size());
                }
                try {
                    heard.wait(left);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    EventLog log() {
        return log;
    }

    /** Vanishes as a killed process does: nothing is finished, nothing is said. */
    void vanish() {
        connections.close();
    }

    @Override
    public void close() {
        log.close();
        connections.close();
    }
}
