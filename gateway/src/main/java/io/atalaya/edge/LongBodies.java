package io.atalaya.edge;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Has long bodies parsed on other threads, no further ahead of the log than keeps it busy; the others wait as the bytes
 * that came, in their order. Parsed events take several times the memory of their bytes, and whatever waits in memory
 * is copied by the collector again and again. Thread-safe: whoever comes first starts what may start, for all.
 *
 * <p>What waits is bounded by the memory that the port has for bodies.
 */
public final class LongBodies {
    private final Executor executor;
    private final int aheadBytes;
    private final Queue<Body> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytesAtWork = new AtomicLong();

    /** Calls for {@link #startNext} that have not been answered; whoever raises it from zero answers them all. */
    private final AtomicInteger calls = new AtomicInteger();

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
        waiting.add(body);
        startNext();
        return body.done;
    }

    private void startNext() {
        if (calls.getAndIncrement() > 0) {
            return;
        }
        int answered = 1;
        do {
            for (Body next = waiting.peek(); next != null && hasRoomFor(next); next = waiting.peek()) {
                waiting.remove();
                bytesAtWork.addAndGet(next.bytes);
                start(next);
            }
            answered = calls.addAndGet(-answered);
        } while (answered > 0);
    }

    private boolean hasRoomFor(Body body) {
        long before = bytesAtWork.get();
        return before == 0 || before + body.bytes <= aheadBytes;
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
        bytesAtWork.addAndGet(-body.bytes);
        if (failure == null) {
            body.done.complete(null);
        } else {
            body.done.completeExceptionally(failure);
        }
    }
}
