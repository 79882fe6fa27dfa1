package io.atalaya.streams;

import io.atalaya.breaker.Backoff;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.LogException;
import io.atalaya.redis.RedisConnections;
import io.atalaya.redis.SharedConnection;
import io.atalaya.streams.Partition.View;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears everything that anybody stores, over a connection of its own that waits in Redis. Confined to its thread
 * {@value #THREAD}, but for the published counters and {@link #close}.
 *
 * <p>Positions are dense, so what is missing shows: after an outage it goes on behind the last event heard, and what was
 * forgotten meanwhile is a gap that is counted and logged. It reads on only while the hearer keeps up; what waits, waits in
 * Redis.
 */
final class StreamReader implements AutoCloseable {
    static final String THREAD = "log-reader";

    private static final Logger LOG = LoggerFactory.getLogger(StreamReader.class);
    private static final int ENTRIES_PER_READ = 250;
    private static final Duration BREATH = Duration.ofMillis(5);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

    private final List<Partition> partitions;
    private final SharedConnection<byte[]> connection;
    private final StreamContext context;
    private final Bounds memory;
    private final RedisStreamLog.Hearer hearer;
    private final Backoff backoff;
    private final LongAdder heard = new LongAdder();
    private final LongAdder missed = new LongAdder();
    private final LongAdder outages = new LongAdder();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean connected = true;

    /** How much of each partition is kept in memory. */
    record Bounds(int events, long bytes) {}

    StreamReader(
            List<Partition> partitions,
            SharedConnection<byte[]> connection,
            StreamContext context,
            Bounds memory,
            RedisStreamLog.Hearer hearer) {
        this.partitions = partitions;
        this.connection = connection;
        this.context = context;
        this.memory = memory;
        this.hearer = hearer;
        this.backoff = context.redis().backoff();
        this.thread = Thread.ofPlatform().name(THREAD).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    boolean connected() {
        return connected;
    }

    /** Events heard since the start. */
    long heard() {
        return heard.sum();
    }

    /** Events that were forgotten, or could not be read, before they were heard. */
    long missed() {
        return missed.sum();
    }

    /** Times that Redis could not be read from. */
    long outages() {
        return outages.sum();
    }

    private void run() {
        try {
            while (closing.getCount() > 0) {
                attempt();
                closing.await(backoff.next().toNanos(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            LOG.atDebug().log("log reader interrupted");
        }
    }

    /** Reads for as long as Redis answers. */
    private void attempt() throws InterruptedException {
        try {
            for (Partition partition : partitions) {
                partition.turn(Partition.join(partition.attach(), patience()));
            }
            while (closing.getCount() > 0) {
                if (hearer.behind().getAsBoolean()) {
                    closing.await(BREATH.toNanos(), TimeUnit.NANOSECONDS);
                } else {
                    turnToNewEpochs();
                    readOnce();
                    onConnected();
                }
            }
        } catch (RuntimeException failure) {
            onLost(failure);
        }
    }

    private void onConnected() {
        backoff.reset();
        if (!connected) {
            connected = true;
            LOG.atInfo().log("reading the log again");
        }
    }

    private void onLost(RuntimeException failure) {
        if (connected && closing.getCount() > 0) {
            connected = false;
            outages.increment();
            LOG.atWarn()
                    .addKeyValue("error", RedisConnections.describe(failure))
                    .log("the log cannot be read; trying again for ever");
        }
    }

    private Duration patience() {
        return context.timings().commandTimeout().multipliedBy(4);
    }

    /** Another gateway may have begun an epoch in which nothing has been stored yet. */
    private void turnToNewEpochs() {
        for (Partition partition : partitions) {
            if (partition.account().generation() > partition.view().generation()) {
                partition.turn(Partition.join(partition.attach(), patience()));
            }
        }
    }

    private void readOnce() {
        byStream().forEach(this::onMessages);
    }

    private Map<Partition, List<StreamMessage<String, byte[]>>> byStream() {
        var places = new ArrayList<StreamOffset<String>>(partitions.size());
        for (Partition partition : partitions) {
            String after = EntryCodec.id(partition.view().offset());
            places.add(StreamOffset.from(partition.store().keys().stream(), after));
        }
        XReadArgs args = XReadArgs.Builder.block(context.timings().readBlock()).count(ENTRIES_PER_READ);
        List<StreamMessage<String, byte[]>> messages = Partition.join(
                connection.run(
                        commands -> commands.xread(args, streams(places)),
                        context.timings().readBlock().plus(context.timings().commandTimeout())),
                patience());
        var found = new LinkedHashMap<Partition, List<StreamMessage<String, byte[]>>>();
        for (StreamMessage<String, byte[]> message : messages) {
            found.computeIfAbsent(partitionOf(message.getStream()), _ -> new ArrayList<>())
                    .add(message);
        }
        return found;
    }

    @SuppressWarnings("unchecked") // an array of a generic type cannot be made otherwise
    private static StreamOffset<String>[] streams(List<StreamOffset<String>> places) {
        return places.toArray(StreamOffset[]::new);
    }

    private Partition partitionOf(String stream) {
        for (Partition partition : partitions) {
            if (partition.store().keys().stream().equals(stream)) {
                return partition;
            }
        }
        throw new IllegalStateException(stream + ": not asked for");
    }

    /** Hears entries that follow the last one heard; stops early where the next read has to start anew. */
    private void onMessages(Partition partition, List<StreamMessage<String, byte[]>> messages) {
        var batch = new ArrayList<Entry>(messages.size());
        for (StreamMessage<String, byte[]> message : messages) {
            View view = partition.view();
            long offset = EntryCodec.offset(message);
            if (offset != view.offset() + batch.size() + 1) {
                tell(partition, batch);
                skip(partition, offset - 1, "forgotten before they were heard");
                view = partition.view();
            }
            try {
                if (EntryCodec.generation(message) > view.generation()) {
                    tell(partition, batch);
                    partition.turn(Partition.join(partition.attach(), patience()));
                    return;
                }
                batch.add(partition.store().decode(message, view.epoch()));
            } catch (LogException unreachable) {
                throw unreachable;
            } catch (RuntimeException damaged) {
                tell(partition, batch);
                skip(partition, offset, "not readable: " + damaged.getMessage());
            }
        }
        tell(partition, batch);
    }

    private void skip(Partition partition, long through, String why) {
        long from = partition.view().offset();
        missed.add(through - from);
        LOG.atError()
                .addKeyValue("partition", partition.number())
                .addKeyValue("after", from)
                .addKeyValue("through", through)
                .addKeyValue("why", why)
                .log("events of the log were not heard");
        partition.skipTo(through);
    }

    private void tell(Partition partition, List<Entry> batch) {
        if (batch.isEmpty()) {
            return;
        }
        List<Entry> entries = List.copyOf(batch);
        batch.clear();
        partition.onHeard(entries, memory.events(), memory.bytes());
        heard.add(entries.size());
        try {
            hearer.listener().onCommitted(entries);
        } catch (RuntimeException fault) {
            LOG.atError().setCause(fault).addKeyValue("events", entries.size()).log("the hearer of the log failed");
        }
    }

    /** Stops after what it is telling; waits a few seconds at most. */
    @Override
    public void close() {
        closing.countDown();
        // ends the wait for new events; what is being told is told
        connection.close();
        try {
            if (!thread.join(CLOSE_PATIENCE)) {
                LOG.atWarn().log("the log reader did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
