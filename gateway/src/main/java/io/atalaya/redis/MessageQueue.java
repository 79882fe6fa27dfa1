package io.atalaya.redis;

import io.atalaya.redis.MessagePump.DropReason;
import io.atalaya.redis.MessagePump.Ledger;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The bounded queue between Redis' I/O thread and the thread that hands messages over, with its books. Thread-safe: every
 * method holds the object's monitor for a few steps; only {@link #take} waits.
 *
 * <p>The sum {@code received = delivered + dropped + queued} holds at every instant: messages that were taken stay
 * "queued" until they are settled.
 */
final class MessageQueue {
    private final int maxMessages;
    private final long maxBytes;
    private final ArrayDeque<Arrival> waiting = new ArrayDeque<>();
    private final Map<DropReason, Long> dropped = new EnumMap<>(DropReason.class);
    private long waitingBytes;
    private long received;
    private long delivered;
    private int taken;
    private boolean closed;

    /**
     * @param maxMessages most messages waiting
     * @param maxBytes most bytes of bodies waiting
     */
    MessageQueue(int maxMessages, long maxBytes) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
        for (DropReason reason : DropReason.values()) {
            dropped.put(reason, 0L);
        }
    }

    /** Adds a message and drops the oldest ones that do not fit any more; answers how many. Never waits. */
    synchronized int offer(Arrival arrival) {
        received++;
        if (closed) {
            drop(1, DropReason.CLOSED);
            return 1;
        }
        waiting.addLast(arrival);
        waitingBytes += arrival.body().length;
        int excess = 0;
        while (waiting.size() > maxMessages || waitingBytes > maxBytes) {
            removeOldest();
            excess++;
        }
        drop(excess, DropReason.OVERFLOW);
        notifyAll();
        return excess;
    }

    /** Waits for a message and takes up to {@code max}; nothing only when the queue is closed and empty. */
    synchronized List<Arrival> take(int max) throws InterruptedException {
        while (waiting.isEmpty() && !closed) {
            wait();
        }
        List<Arrival> batch = new ArrayList<>(Math.min(max, waiting.size()));
        while (batch.size() < max && !waiting.isEmpty()) {
            batch.add(removeOldest());
        }
        taken += batch.size();
        return batch;
    }

    /** Says what became of messages taken: handed over, or dropped for a reason. */
    synchronized void settle(int messages, @Nullable DropReason reason) {
        taken -= messages;
        if (reason == null) {
            delivered += messages;
        } else {
            drop(messages, reason);
        }
    }

    /** Takes nothing more in; what is waiting can still be taken. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** Drops what is waiting; answers how many. */
    synchronized int abandon() {
        int abandoned = waiting.size();
        waiting.clear();
        waitingBytes = 0;
        drop(abandoned, DropReason.CLOSED);
        return abandoned;
    }

    /** The books of this instant. */
    synchronized Ledger ledger() {
        return new Ledger(received, delivered, dropped, waiting.size() + taken);
    }

    private Arrival removeOldest() {
        Arrival oldest = waiting.removeFirst();
        waitingBytes -= oldest.body().length;
        return oldest;
    }

    private void drop(int messages, DropReason reason) {
        dropped.merge(reason, (long) messages, Long::sum);
    }

    /** A message as it came. Immutable: the body must not be modified. */
    static final class Arrival {
        private final String channel;
        private final byte[] body;
        private final Instant at;

        Arrival(String channel, byte[] body, Instant at) {
            this.channel = channel;
            this.body = body;
            this.at = at;
        }

        String channel() {
            return channel;
        }

        byte[] body() {
            return body;
        }

        Instant at() {
            return at;
        }
    }
}
