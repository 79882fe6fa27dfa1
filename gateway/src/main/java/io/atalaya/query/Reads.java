package io.atalaya.query;

import io.atalaya.archive.ArchiveException;
import io.atalaya.http.Problem;
import io.atalaya.http.Response;
import io.atalaya.http.Route;
import io.atalaya.log.LogException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what has to wait for a disk or a database, a few at a time. Thread-safe: one semaphore. A read keeps its place
 * until it has really ended, also when its reader was told meanwhile to come again, so that a slow store is not asked
 * more and more.
 */
public final class Reads {
    private static final Logger log = LoggerFactory.getLogger(Reads.class);

    private final QueryConfig config;
    private final Executor worker;
    private final Semaphore places;

    /** @param worker one thread a task, like virtual threads */
    public Reads(QueryConfig config, Executor worker) {
        this.config = config;
        this.worker = worker;
        this.places = new Semaphore(config.maxConcurrent());
    }

    /** Answers with what {@code work} says; refuses at once when too much is under way. Never blocks. */
    public void answer(Route.Responder responder, Supplier<Response> work) {
        perform(work).thenAccept(responder::respond);
    }

    /** As {@link #answer}; the stage never fails. */
    public CompletableFuture<Response> perform(Supplier<Response> work) {
        return perform(work, Reads::refusal);
    }

    /** @param refusal turns what went wrong into an answer */
    public CompletableFuture<Response> perform(Supplier<Response> work, Refusals refusal) {
        if (!places.tryAcquire()) {
            return CompletableFuture.completedFuture(refusal.of(Failure.BUSY));
        }
        CompletableFuture<Response> read;
        try {
            read = CompletableFuture.supplyAsync(work, worker);
        } catch (RejectedExecutionException _) {
            places.release();
            return CompletableFuture.completedFuture(refusal.of(Failure.BUSY));
        }
        read.whenComplete((_, _) -> places.release());
        return read.handle((response, failure) -> response != null ? response : refusal.of(failureOf(failure)))
                .orTimeout(config.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(_ -> refusal.of(Failure.TIMED_OUT));
    }

    /** How a read did not come to its answer. */
    public enum Failure {
        BUSY("too many reads at once"),
        TIMED_OUT("the store did not answer in time"),
        UNAVAILABLE("the store cannot be read now"),
        /** A bug of ours; logged. */
        BROKEN("the request could not be handled");

        private final String text;

        Failure(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    /** Turns a failure into an answer. */
    @FunctionalInterface
    public interface Refusals {
        Response of(Failure failure);
    }

    private static Failure failureOf(@Nullable Throwable thrown) {
        Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        return switch (cause) {
            case ArchiveException unavailable -> unavailable(unavailable);
            case LogException unavailable -> unavailable(unavailable);
            case null, default -> {
                log.atError().setCause(cause).log("a read failed");
                yield Failure.BROKEN;
            }
        };
    }

    private static Failure unavailable(RuntimeException store) {
        log.atDebug().addKeyValue("error", store.getMessage()).log("a store could not be read");
        return Failure.UNAVAILABLE;
    }

    private static Response refusal(Failure failure) {
        return switch (failure) {
            case BUSY, TIMED_OUT, UNAVAILABLE ->
                Response.problem(Problem.of(503, failure.text())).with("retry-after", "1");
            case BROKEN -> Response.problem(Problem.of(500, failure.text()));
        };
    }
}
