package io.atalaya.sqlite;

import io.atalaya.log.LogException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A few connections for reading, each lent to one borrower at a time. Thread-safe: a queue. May block. */
public final class Readers implements AutoCloseable {
    private static final int WAIT_SECONDS = 30;

    private final ArrayBlockingQueue<EventReader> idle;
    private final List<EventReader> all;
    private volatile boolean closed;

    /** A read with a borrowed connection. */
    @FunctionalInterface
    public interface Read<T> {
        T with(EventReader reader) throws SQLException;
    }

    public Readers(SqliteFile file, Positions positions, int count) throws SQLException {
        var opened = new ArrayList<EventReader>(count);
        for (int i = 0; i < count; i++) {
            opened.add(new EventReader(file.reader(), positions));
        }
        all = List.copyOf(opened);
        idle = new ArrayBlockingQueue<>(count, true, all);
    }

    /** @throws LogException when the disk fails, or no connection comes free */
    public <T> T read(Read<T> read) {
        EventReader reader = closed ? null : borrow();
        if (reader == null) {
            throw new LogException(
                    closed ? LogException.Reason.CLOSED : LogException.Reason.UNAVAILABLE,
                    closed ? "log: closed (expected: open)" : "log file: too many readers (expected: try again)");
        }
        try {
            return read.with(reader);
        } catch (SQLException failure) {
            throw Writer.unavailable(failure);
        } finally {
            idle.add(reader);
        }
    }

    private @Nullable EventReader borrow() {
        try {
            return idle.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** How many connections there are. */
    public int size() {
        return all.size();
    }

    /** How many of them nobody uses. */
    public int idle() {
        return idle.size();
    }

    /** Waits for the reads that are under way. */
    @Override
    public void close() throws SQLException {
        closed = true;
        for (int i = 0; i < all.size(); i++) {
            EventReader reader = borrow();
            if (reader != null) {
                reader.close();
            }
        }
    }
}
