package io.atalaya.sqlite;

import io.atalaya.log.LogException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * An open file with the one thread that writes to it and its readers. Thread-safe: immutable, made of thread-safe
 * parts. Its log opens and closes it.
 */
public record SqliteStore(SqliteFile file, Positions positions, Writer writer, Readers readers) {
    /**
     * Runs a transaction on the writer and waits for its commit.
     *
     * @throws LogException when the disk fails, or the store is closed
     */
    public <T> T transact(Writer.Transaction<T> transaction) {
        return await(writer.transact(transaction));
    }

    /** As {@link #transact}, but lets appends go before for a bounded while. */
    public <T> T transactPatiently(Writer.Transaction<T> transaction) {
        return await(writer.transactPatiently(transaction));
    }

    private static <T> T await(CompletableFuture<T> outcome) {
        try {
            return outcome.join();
        } catch (CompletionException failure) {
            throw failure.getCause() instanceof LogException known
                    ? known
                    : new LogException(LogException.Reason.UNAVAILABLE, "log file: " + failure.getCause(), failure);
        }
    }
}
