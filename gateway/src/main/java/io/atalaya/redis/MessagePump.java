package io.atalaya.redis;

import io.atalaya.redis.MessageQueue.Arrival;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries messages from Redis to a sink. Thread-safe: {@link #offer} may be called by any thread; the sink, the identities
 * and the count of failures belong to the pump's own thread, {@value #THREAD}.
 *
 * <p>A message is handed over as soon as the sink is free; what comes meanwhile waits and makes the next batch. Nothing
 * waits for company and nothing polls. A sink that fails costs its batch, counted, and the next batch is tried.
 */
public final class MessagePump implements AutoCloseable {
    /** Name of the pump's thread. */
    public static final String THREAD = "redis-intake";

    private static final Logger log = LoggerFactory.getLogger(MessagePump.class);
    private static final long MAX_QUEUED_BYTES = 64L << 20;
    private static final int REMEMBERED_COPIES = 65_536;

    private final MessageQueue queue;
    private final int batchSize;
    private final MessageSink sink;
    private final InstantSource clock;
    private final Duration handOverTimeout;
    private final DropTracker drops;
    private final BodyIdentity identity = new BodyIdentity(REMEMBERED_COPIES);
    private final Thread thread;
    private boolean sinkFailing;

    /** Makes a pump and starts its thread. */
    public MessagePump(RedisConfig config, MessageSink sink, RedisContext context) {
        this.queue = new MessageQueue(config.queueSize(), MAX_QUEUED_BYTES);
        this.batchSize = config.batchSize();
        this.sink = sink;
        this.clock = context.clock();
        this.handOverTimeout = context.timings().handOverTimeout();
        this.drops = new DropTracker(context.nanoClock());
        this.thread = Thread.ofPlatform().name(THREAD).unstarted(this::run);
        thread.start();
    }

    /** Takes a message to be handed over; never waits. When the queue is full its oldest messages are dropped. */
    public void offer(String channel, byte[] body) {
        int dropped = queue.offer(new Arrival(channel, body, clock.instant()));
        if (dropped > 0) {
            onDropped(dropped);
        }
    }

    /** The books of this instant. */
    public Ledger ledger() {
        return queue.ledger();
    }

    private void onDropped(int messages) {
        drops.addDropped(messages);
        sink.onDropped(messages);
    }

    /** The share of dropped messages. */
    public DropTracker.Snapshot dropRate() {
        return drops.snapshot();
    }

    /** Hands over what is waiting, for a bounded time; the rest is counted as dropped. */
    @Override
    public void close() {
        queue.close();
        if (!joined(handOverTimeout)) {
            onDropped(queue.abandon());
            thread.interrupt();
            joined(handOverTimeout);
        }
    }

    private boolean joined(Duration patience) {
        try {
            return thread.join(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void run() {
        try {
            for (List<Arrival> batch = queue.take(batchSize); !batch.isEmpty(); batch = queue.take(batchSize)) {
                handOver(batch);
            }
        } catch (InterruptedException e) {
            log.atWarn().log("messages from Redis left behind: the sink did not take them before the stop");
        }
    }

    private void handOver(List<Arrival> batch) throws InterruptedException {
        @Nullable DropReason reason = DropReason.SINK_FAILED;
        try {
            sink.onMessages(messages(batch)).toCompletableFuture().get();
            reason = null;
            sinkFailing = false;
        } catch (InterruptedException e) {
            reason = DropReason.CLOSED;
            throw e;
        } catch (ExecutionException | RuntimeException | Error e) {
            onSinkFailure(e);
        } finally {
            settle(batch.size(), reason);
        }
    }

    private void settle(int messages, @Nullable DropReason reason) {
        queue.settle(messages, reason);
        if (reason == null) {
            drops.addProcessed(messages);
        } else {
            drops.addDropped(messages);
        }
    }

    private List<RedisMessage> messages(List<Arrival> batch) {
        List<RedisMessage> messages = new ArrayList<>(batch.size());
        for (Arrival arrival : batch) {
            messages.add(new RedisMessage(
                    arrival.channel(),
                    arrival.body(),
                    identity.identify(arrival.channel(), arrival.body(), arrival.at())));
        }
        return messages;
    }

    private void onSinkFailure(Throwable failure) {
        if (!sinkFailing) {
            log.atError().setCause(failure).log("messages from Redis could not be taken in; counted as dropped");
        }
        sinkFailing = true;
    }

    /** Why a message was not handed over. */
    public enum DropReason {
        /** The queue was full and the message its oldest. */
        OVERFLOW,
        /** The sink failed on its batch. */
        SINK_FAILED,
        /** The gateway was stopping. */
        CLOSED
    }

    /**
     * The books of the queue: {@code received = delivered + every dropped + queued}. Immutable.
     *
     * @param received messages that came, each publication once
     * @param delivered messages that the sink took
     * @param dropped messages lost, by reason; every reason is present
     * @param queued messages waiting or being handed over
     */
    public record Ledger(long received, long delivered, Map<DropReason, Long> dropped, long queued) {
        public Ledger {
            dropped = Map.copyOf(dropped);
        }

        /** Messages lost for any reason. */
        public long droppedTotal() {
            return dropped.values().stream().mapToLong(Long::longValue).sum();
        }

        /** Whether the sum holds. */
        public boolean balances() {
            return received == delivered + droppedTotal() + queued;
        }
    }
}
