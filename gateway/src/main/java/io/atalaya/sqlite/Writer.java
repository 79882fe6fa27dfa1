package io.atalaya.sqlite;

import io.atalaya.event.Event;
import io.atalaya.log.EventLog.Appended;
import io.atalaya.log.LogException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes, and its queue. Thread-safe: anybody may queue work and nobody waits to do so; the
 * connection and the duties belong to the thread. It is a platform thread, because native calls would pin a virtual
 * one. The queue is bounded by those who queue: the intake's uncommitted events, one archive.
 */
public final class Writer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
    private static final int GROUP_EVENTS = 4_096;

    /** What a transaction other than an append writes, roughly: a dozen pages. */
    private static final long JOB_BYTES = 100_000;

    private static final int BYTES_BESIDE_BODY = 150;
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Connection connection;
    private final Duties duties;
    private final LinkedTransferQueue<Work> queue = new LinkedTransferQueue<>();
    private final Precedence<Job<?>> patient = new Precedence<>();
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean ended;

    /** What the thread does besides single transactions. Its methods are called by the thread. */
    public interface Duties {
        /** Stores what has gathered as one transaction; completes every append. */
        void commit(List<Append> group);

        /**
         * Does a bounded piece of what can wait.
         *
         * @param idle whether nothing else is to do
         * @return whether there is more of it
         */
        boolean tidy(boolean idle);

        /** So much has been written, roughly. */
        void onWritten(long bytes);
    }

    /** Something to write within a transaction of its own. */
    @FunctionalInterface
    public interface Transaction<T> {
        T run(Connection connection) throws SQLException;
    }

    /** Something to do. */
    public sealed interface Work {}

    /** Events to store, all or none. */
    public record Append(List<Event> events, CompletableFuture<List<Appended>> outcome) implements Work {}

    private record Job<T>(Transaction<T> transaction, CompletableFuture<T> outcome, boolean patient) implements Work {}

    private record Errand<T>(Transaction<T> errand, CompletableFuture<T> outcome) implements Work {}

    private record Stop() implements Work {}

    public Writer(Connection connection, Duties duties) {
        this.connection = connection;
        this.duties = duties;
        this.thread = Thread.ofPlatform().name("atalaya-log-writer").unstarted(this::work);
    }

    public void start() {
        thread.start();
    }

    public CompletableFuture<List<Appended>> append(List<Event> events) {
        var append = new Append(events, new CompletableFuture<>());
        enqueue(append);
        return append.outcome();
    }

    /** Completes when the transaction has been committed, or exceptionally with {@link LogException}. */
    public <T> CompletableFuture<T> transact(Transaction<T> transaction) {
        return enqueue(new Job<>(transaction, new CompletableFuture<T>(), false));
    }

    /** As {@link #transact}, but appends go before, as long as {@link Precedence} lets them. */
    public <T> CompletableFuture<T> transactPatiently(Transaction<T> transaction) {
        return enqueue(new Job<>(transaction, new CompletableFuture<T>(), true));
    }

    /** Runs something that is no transaction, between two of them. */
    <T> CompletableFuture<T> perform(Transaction<T> errand) {
        var one = new Errand<>(errand, new CompletableFuture<T>());
        enqueue(one);
        return one.outcome();
    }

    private <T> CompletableFuture<T> enqueue(Job<T> job) {
        enqueue((Work) job);
        return job.outcome();
    }

    private void enqueue(Work work) {
        if (closed) {
            refuse(work);
            return;
        }
        queue.add(work);
        if (ended) {
            refuseRest();
        }
    }

    private void work() {
        try {
            boolean more = false;
            while (true) {
                Work work = next(more);
                switch (work) {
                    case null -> more = rest();
                    case Append append -> {
                        commit(group(append));
                        patient.onAppend();
                        more = duties.tidy(false);
                    }
                    case Job<?> job when job.patient() -> patient.add(job);
                    case Job<?> job -> run(job);
                    case Errand<?> errand -> run(errand);
                    case Stop _ -> {
                        for (Job<?> left = patient.rest(); left != null; left = patient.rest()) {
                            run(left);
                        }
                        return;
                    }
                }
            }
        } finally {
            closed = true;
            ended = true;
            refuseRest();
        }
    }

    private void commit(List<Append> group) {
        try {
            duties.commit(group);
            duties.onWritten(bytesOf(group));
        } catch (RuntimeException | Error failure) {
            // a fault of ours: the thread ends, but nobody waits for ever
            LOG.atError().setCause(failure).log("the log's writer ends");
            group.forEach(append -> append.outcome()
                    .completeExceptionally(
                            new LogException(LogException.Reason.UNAVAILABLE, "log: " + failure, failure)));
            throw failure;
        }
    }

    private static long bytesOf(List<Append> group) {
        long bytes = 0;
        for (Append append : group) {
            for (Event event : append.events()) {
                bytes += BYTES_BESIDE_BODY + event.body().open().length;
            }
        }
        return bytes;
    }

    /** Returns null when something that can wait is to be done now. */
    private @Nullable Work next(boolean more) {
        try {
            long wait = more ? 0 : IDLE_NANOS;
            if (!patient.isEmpty()) {
                long now = System.nanoTime();
                if (patient.isOverdue(now)) {
                    return null;
                }
                wait = Math.min(wait, patient.nanosLeft(now));
            }
            return queue.poll(wait, TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            // nobody interrupts it; to stop it is work like any other
            return null;
        }
    }

    /** Nothing is urgent: does what can wait. Returns whether there is more of it. */
    private boolean rest() {
        long start = System.nanoTime();
        Job<?> job = patient.due(start);
        if (job == null) {
            return duties.tidy(true);
        }
        run(job);
        patient.onDone(start, System.nanoTime());
        return false;
    }

    /** What has gathered since the last commit shares the next one. */
    private List<Append> group(Append first) {
        var group = new ArrayList<Append>();
        group.add(first);
        int events = first.events().size();
        while (events < GROUP_EVENTS && queue.peek() instanceof Append next) {
            queue.remove();
            group.add(next);
            events += next.events().size();
        }
        return group;
    }

    private <T> void run(Errand<T> one) {
        try {
            one.outcome().complete(one.errand().run(connection));
        } catch (SQLException | RuntimeException failure) {
            one.outcome().completeExceptionally(unavailable(failure));
        }
    }

    private <T> void run(Job<T> job) {
        try {
            job.outcome().complete(transact(connection, job.transaction()));
            duties.onWritten(JOB_BYTES);
        } catch (SQLException | RuntimeException failure) {
            job.outcome().completeExceptionally(unavailable(failure));
        }
    }

    /** Runs a transaction on a connection that has none open. */
    public static <T> T transact(Connection connection, Transaction<T> transaction) throws SQLException {
        SqliteFile.execute(connection, "BEGIN IMMEDIATE");
        try {
            T result = transaction.run(connection);
            SqliteFile.execute(connection, "COMMIT");
            return result;
        } catch (SQLException | RuntimeException failure) {
            rollBack(connection);
            throw failure;
        }
    }

    private static void rollBack(Connection connection) {
        try {
            SqliteFile.execute(connection, "ROLLBACK");
        } catch (SQLException alreadyDone) {
            // some errors end the transaction by themselves
            LOG.atDebug().setCause(alreadyDone).log("nothing to roll back");
        }
    }

    public static LogException unavailable(Exception cause) {
        return cause instanceof LogException known
                ? known
                : new LogException(LogException.Reason.UNAVAILABLE, "log file: " + cause.getMessage(), cause);
    }

    private void refuseRest() {
        for (Job<?> left = patient.rest(); left != null; left = patient.rest()) {
            refuse(left);
        }
        for (Work left = queue.poll(); left != null; left = queue.poll()) {
            refuse(left);
        }
    }

    private static void refuse(Work work) {
        var closed = new LogException(LogException.Reason.CLOSED, "log: closed (expected: open)");
        switch (work) {
            case Append append -> append.outcome().completeExceptionally(closed);
            case Job<?> job -> job.outcome().completeExceptionally(closed);
            case Errand<?> errand -> errand.outcome().completeExceptionally(closed);
            case Stop _ -> {}
        }
    }

    /** Refuses what comes from now on, does what is queued and returns when the thread has ended. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            queue.add(new Stop());
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
