package io.atalaya.edge;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Has long bodies parsed on other threads, no further ahead of the log than keeps it busy; the others wait as the bytes
 * that came, in their order. Parsed events take several times the memory of their bytes, and whatever waits in memory
 * is copied by the collector again and again. Thread-safe: a lock guards what waits.
 *
 * <p>What waits is bounded by the memory that the port has for bodies.
 */
public final class LongBodies {
    private final Executor executor;
    private final int aheadBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Body> waiting = new ArrayDeque<>();
    private long bytesAtWork;

    private record Body(int bytes, Supplier<CompletionStage<?>> work, CompletableFuture<Void> done) {}

    /**
     * @param executor runs the parsing; may refuse
     * @param aheadBytes of bodies that may be at work at once; a longer one is so alone
     */
    public LongBodies(Executor executor, int aheadBytes) {
        this.executor = executor;
        this.aheadBytes = aheadBytes;
    }

    /**
     * Does work on a body when it is its turn.
     *
     * @param work called on a thread of the executor; the body is at work until the stage that it returns completes
     * @return completes after the work, exceptionally when it failed or with {@link RejectedExecutionException}
     */
    CompletionStage<Void> take(int bytes, Supplier<CompletionStage<?>> work) {
        var body = new Body(bytes, work, new CompletableFuture<>());
        lock.lock();
        try {
            waiting.add(body);
        } finally {
            lock.unlock();
        }
        startNext();
        return body.done;
    }

    private void startNext() {
        for (Optional<Body> next = next(); next.isPresent(); next = next()) {
            start(next.get());
        }
    }

    private Optional<Body> next() {
        lock.lock();
        try {
            Body first = waiting.peek();
            if (first == null || (bytesAtWork > 0 && bytesAtWork + first.bytes > aheadBytes)) {
                return Optional.empty();
            }
            bytesAtWork += first.bytes;
            return Optional.of(waiting.remove());
        } finally {
            lock.unlock();
        }
    }

    private void start(Body body) {
        try {
            executor.execute(() -> work(body));
        } catch (RejectedExecutionException stopped) {
            onDone(body, stopped);
        }
    }

    private void work(Body body) {
        CompletionStage<?> outcome;
        try {
            outcome = body.work.get();
        } catch (RuntimeException | Error fault) {
            outcome = CompletableFuture.failedFuture(fault);
        }
        outcome.whenComplete((_, failure) -> {
            onDone(body, failure);
            startNext();
        });
    }

    private void onDone(Body body, @Nullable Throwable failure) {
        lock.lock();
        try {
            bytesAtWork -= body.bytes;
        } finally {
            lock.unlock();
        }
        if (failure == null) {
            body.done.complete(null);
        } else {
            body.done.completeExceptionally(failure);
        }
    }
}
