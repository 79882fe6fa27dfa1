package io.atalaya.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisReadOnlyException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection for commands, opened when a command needs it and given up when it does not answer. Thread-safe: guarded
 * by the object's monitor.
 *
 * <p>Nothing queues up for a Redis that is away: a command either reaches an open connection, or waits for the one attempt
 * to connect that is under way and fails with it.
 */
public final class SharedConnection<V> {
    private final Supplier<CompletableFuture<StatefulRedisConnection<String, V>>> opener;
    private @Nullable CompletableFuture<StatefulRedisConnection<String, V>> shared;
    private boolean closed;

    SharedConnection(Supplier<CompletableFuture<StatefulRedisConnection<String, V>>> opener) {
        this.opener = opener;
    }

    /**
     * Sends commands over the connection, opening it when there is none.
     *
     * @param commands issues one or more commands at once, so that they share a round trip
     * @param timeout for connecting and answering together
     * @return completes exceptionally when Redis cannot be asked, does not answer in time or answers with an error
     */
    public <T> CompletableFuture<T> run(
            Function<RedisAsyncCommands<String, V>, CompletionStage<T>> commands, Duration timeout) {
        CompletableFuture<StatefulRedisConnection<String, V>> connection = connection();
        return connection
                .thenCompose(open -> commands.apply(open.async()))
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((_, failure) -> {
                    if (failure != null && (!isAnswer(failure) || isReplica(failure))) {
                        giveUp(connection);
                    }
                });
    }

    private synchronized CompletableFuture<StatefulRedisConnection<String, V>> connection() {
        if (closed) {
            return CompletableFuture.failedFuture(new IllegalStateException("connections are closed"));
        }
        CompletableFuture<StatefulRedisConnection<String, V>> present = shared;
        if (present != null && (!present.isDone() || isOpen(present))) {
            return present;
        }
        shared = opener.get();
        return shared;
    }

    /** Whether a failure is Redis' own answer, so that the connection is sound. */
    public static boolean isAnswer(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof RedisCommandExecutionException;
    }

    /** Whether this Redis has become a replica: its name may lead to another one by now. */
    private static boolean isReplica(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof RedisReadOnlyException;
    }

    private static boolean isOpen(CompletableFuture<? extends StatefulRedisConnection<String, ?>> connection) {
        return !connection.isCompletedExceptionally() && connection.join().isOpen();
    }

    /**
     * Closes a connection that failed or did not answer in time, so that the next command opens another. One that is still
     * connecting has its own time-out.
     */
    private static void giveUp(CompletableFuture<? extends StatefulRedisConnection<String, ?>> connection) {
        if (connection.isDone() && isOpen(connection)) {
            connection.join().closeAsync();
        }
    }

    /** Closes the connection for good, failing what waits for an answer; completes when it is gone. */
    public synchronized CompletableFuture<?> close() {
        closed = true;
        CompletableFuture<StatefulRedisConnection<String, V>> present = shared;
        if (present == null || !present.isDone() || !isOpen(present)) {
            return CompletableFuture.completedFuture(null);
        }
        return present.join().closeAsync();
    }
}
