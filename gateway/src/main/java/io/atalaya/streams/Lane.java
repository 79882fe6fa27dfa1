package io.atalaya.streams;

import io.atalaya.breaker.Breaker;
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.log.EventLog.Appended;
import io.atalaya.log.LogException;
import io.atalaya.streams.PartitionStore.AppendReply;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The way of appends into one partition: those that come while a round trip is under way share the next one, in their
 * order. Thread-safe: the queue is guarded by a lock, which is never held while foreign code runs.
 *
 * <p>Bounded, and never stuck behind a Redis that is away: a round trip that fails takes everything that waits with it.
 */
final class Lane {
    private static final int BATCH_EVENTS = 1_000;
    private static final long BATCH_BYTES = 1 << 20;
    private static final int MOST_WAITING_EVENTS = 100_000;
    private static final long MOST_WAITING_BYTES = 64L << 20;

    private final Partition partition;
    private final Breaker breaker;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Part> waiting = new ArrayDeque<>();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private int waitingEvents;
    private long waitingBytes;
    private boolean busy;
    private boolean closed;

    Lane(Partition partition, Breaker breaker) {
        this.partition = partition;
        this.breaker = breaker;
    }

    /** One append's events of this partition. */
    private record Part(List<Event> events, long bytes, CompletableFuture<List<Appended>> outcome) {}

    /** Appends events of this partition, all or none. */
    CompletableFuture<List<Appended>> append(List<Event> events) {
        long bytes = 0;
        for (Event event : events) {
            bytes += event.body().open().length;
        }
        var part = new Part(events, bytes, new CompletableFuture<>());
        LogException refusal = enqueue(part);
        if (refusal != null) {
            part.outcome.completeExceptionally(refusal);
        } else {
            next();
        }
        return part.outcome;
    }

    private @Nullable LogException enqueue(Part part) {
        lock.lock();
        try {
            if (closed) {
                return new LogException(LogException.Reason.CLOSED, "log: closed (expected: open)");
            }
            boolean fits = waiting.isEmpty()
                    || (waitingEvents + part.events.size() <= MOST_WAITING_EVENTS
                            && waitingBytes + part.bytes <= MOST_WAITING_BYTES);
            if (!fits) {
                return PartitionStore.unavailable(
                        "log: %d events wait for Redis (expected: fewer)".formatted(waitingEvents));
            }
            waiting.add(part);
            waitingEvents += part.events.size();
            waitingBytes += part.bytes;
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Starts the next round trip, unless one is under way. */
    private void next() {
        List<Part> batch = takeBatch();
        if (batch.isEmpty()) {
            return;
        }
        if (!breaker.tryAcquire()) {
            onFailure(batch, PartitionStore.unavailable("log: Redis failed a moment ago (expected: some patience)"));
            return;
        }
        List<Event> events = batch.size() == 1
                ? batch.getFirst().events
                : batch.stream().flatMap(part -> part.events.stream()).toList();
        send(events).whenComplete((reply, failure) -> {
            if (failure == null) {
                breaker.onSuccess();
                onReply(batch, reply);
            } else {
                breaker.onFailure(failure);
                onFailure(batch, PartitionStore.cause(failure));
            }
        });
    }

    private CompletableFuture<AppendReply> send(List<Event> events) {
        try {
            return partition
                    .store()
                    .append(partition.known(), events)
                    .thenCompose(reply -> reply instanceof AppendReply.Astray
                            ? partition
                                    .attach()
                                    .thenCompose(_ -> partition.store().append(partition.known(), events))
                            : CompletableFuture.completedFuture(reply));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The oldest parts that fit into one round trip, at least one; none while another is under way. */
    private List<Part> takeBatch() {
        lock.lock();
        try {
            if (busy || waiting.isEmpty()) {
                return List.of();
            }
            busy = true;
            var batch = new ArrayList<Part>();
            int events = 0;
            long bytes = 0;
            do {
                Part part = waiting.remove();
                batch.add(part);
                events += part.events.size();
                bytes += part.bytes;
            } while (!waiting.isEmpty()
                    && events + waiting.element().events.size() <= BATCH_EVENTS
                    && bytes + waiting.element().bytes <= BATCH_BYTES);
            waitingEvents -= events;
            waitingBytes -= bytes;
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void onReply(List<Part> batch, AppendReply reply) {
        if (release(List.of())) {
            // the next round trip goes out before anybody is told of this one
            next();
        }
        switch (reply) {
            case AppendReply.Done done -> settle(batch, done);
            case AppendReply.Full _ ->
                fail(batch, new LogException(LogException.Reason.FULL, "log: full of events that are not archived"));
            case AppendReply.Astray _ ->
                fail(batch, PartitionStore.unavailable("log: Redis forgets the partition (expected: to keep it)"));
        }
        endIfDrained();
    }

    private void settle(List<Part> batch, AppendReply.Done done) {
        int next = 0;
        for (Part part : batch) {
            var outcomes = new ArrayList<Appended>(part.events.size());
            for (Event event : part.events) {
                long offset = done.offsets().get(next++);
                var cursor = new Cursor(done.epoch(), Math.abs(offset));
                outcomes.add(offset > 0 ? new Appended.Stored(cursor) : new Appended.Duplicate(cursor));
                if (next == done.offsets().size()) {
                    partition.onStored(done.epoch(), Math.abs(offset), event);
                }
            }
            part.outcome.complete(outcomes);
        }
    }

    private void onFailure(List<Part> batch, LogException failure) {
        var failed = new ArrayList<>(batch);
        release(failed);
        fail(failed, failure);
        endIfDrained();
    }

    private static void fail(List<Part> parts, LogException failure) {
        parts.forEach(part -> part.outcome.completeExceptionally(failure));
    }

    /**
     * The round trip is over.
     *
     * @param failed where everything that waits goes when it failed too; immutable when it stays
     * @return whether something still waits
     */
    private boolean release(List<Part> failed) {
        lock.lock();
        try {
            busy = false;
            if (!failed.isEmpty()) {
                failed.addAll(waiting);
                waiting.clear();
                waitingEvents = 0;
                waitingBytes = 0;
            }
            return !waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private void endIfDrained() {
        boolean ended;
        lock.lock();
        try {
            ended = closed && !busy && waiting.isEmpty();
        } finally {
            lock.unlock();
        }
        if (ended) {
            drained.complete(null);
        }
    }

    /** Takes nothing any more; completes when everything taken has its outcome. */
    CompletableFuture<Void> close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        endIfDrained();
        return drained;
    }
}
