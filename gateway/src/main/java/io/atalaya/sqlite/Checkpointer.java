package io.atalaya.sqlite;

import io.atalaya.log.LogException;
import io.atalaya.os.Niceness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves what is committed from the write-ahead log into the file, on a thread of its own: the one that commits would hold
 * up everybody for it. Thread-safe: the connection belongs to the thread, the count of what was written to the writer.
 *
 * <p>While events keep coming there is always a little left to move, and only an empty log starts again from its
 * beginning. So after each pass the writer moves the little that came meanwhile.
 */
public final class Checkpointer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);
    private static final String PASS = "PRAGMA wal_checkpoint(PASSIVE)";

    /** Waits for readers that still need the log, but not long, since appends wait for this. */
    private static final List<String> EMPTY =
            List.of("PRAGMA busy_timeout = 50", "PRAGMA wal_checkpoint(RESTART)", "PRAGMA busy_timeout = 5000");

    /** So much has to be written for a pass to be worth its waits for the disk. */
    private static final long WORTH_BYTES = 8L << 20;

    private static final int GIVE_WAY = 10;

    private final Connection connection;
    private final Path log;
    private final Writer writer;
    private final Semaphore due = new Semaphore(0);
    private final Thread thread;
    private volatile boolean closed;
    private long writtenBytes;

    /** @param writer of the same file */
    public Checkpointer(SqliteFile file, Writer writer) throws SQLException {
        this.connection = file.reader();
        this.log = file.writeAheadLog();
        this.writer = writer;
        this.thread =
                Thread.ofPlatform().name("atalaya-log-checkpointer").daemon().unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** To be called by the writer, after each transaction. */
    public void onWritten(long bytes) {
        writtenBytes += bytes;
        if (writtenBytes >= WORTH_BYTES) {
            writtenBytes = 0;
            due.release();
        }
    }

    private void run() {
        due.acquireUninterruptibly();
        if (!closed) {
            // not before there is something to do: the start does not wait for the link to the system call
            Niceness.yieldToOthers(GIVE_WAY);
        }
        while (!closed) {
            due.drainPermits();
            pass();
            due.acquireUninterruptibly();
        }
    }

    private void pass() {
        try {
            SqliteFile.execute(connection, PASS);
            List<String> rest = Files.size(log) > SqliteFile.LARGEST_LOG_BYTES ? EMPTY : List.of(PASS);
            writer.perform(writing -> {
                for (String statement : rest) {
                    SqliteFile.execute(writing, statement);
                }
                return rest;
            });
        } catch (SQLException | IOException | LogException failure) {
            LOG.atDebug().setCause(failure).log("the write-ahead log could not be moved now");
        }
    }

    /** Waits for a pass under way. What is left is moved when the last connection closes. */
    @Override
    public void close() throws SQLException {
        closed = true;
        due.release();
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        connection.close();
    }
}
