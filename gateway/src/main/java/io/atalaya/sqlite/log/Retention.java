package io.atalaya.sqlite.log;

import io.atalaya.log.LogConfig;
import io.atalaya.log.LogException;
import io.atalaya.log.RisingClock;
import io.atalaya.sqlite.Meta;
import io.atalaya.sqlite.Packs;
import io.atalaya.sqlite.SqliteFile;
import io.atalaya.sqlite.Writer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which of the stored events count: how far the log goes, from where on it is kept, and what is archived. Thread-safe:
 * one lock, under which a chunk may be read from the disk. Rows of events beyond the bounds are deleted later, by the
 * writer.
 */
final class Retention implements AutoCloseable {
    private final LogConfig config;
    private final RisingClock clock;
    private final Connection connection;
    private final Chunks stored;
    private final ReentrantLock lock = new ReentrantLock();

    /** The events whose facts are not stored yet. */
    private Chunk newest;

    private long floor;
    private long bytes;
    private long confirmed;

    /**
     * @param floor events after it and up to {@code head} are kept
     * @param bytes of their bodies
     */
    record Bounds(long floor, long head, long confirmed, long bytes) {
        long retained() {
            return head - floor;
        }
    }

    /** @param reader belongs to the retention from now on */
    Retention(LogConfig config, InstantSource clock, Connection reader) throws SQLException {
        this.config = config;
        this.connection = reader;
        this.stored = new Chunks(reader);
        this.clock = new RisingClock(
                clock,
                Packs.newest(reader).map(pack -> pack.atMillis(pack.last())).orElse(0L));
        this.confirmed = Meta.number(reader, Meta.CONFIRMED);
        this.floor = Meta.number(reader, Meta.FLOOR);
        this.newest = new Chunk(SqliteFile.number(reader, Startup.COVERED) + 1);
        this.bytes = SqliteFile.number(reader, "SELECT total(bytes) FROM chunks WHERE first_offset > " + floor);
        if (floor > 0 && floor + 1 < newest.firstOffset()) {
            Chunk border = stored.around(floor + 1);
            for (long offset = floor + 1; border.firstOffset() <= floor && border.has(offset); offset++) {
                bytes += border.length(offset);
            }
        }
    }

    /** Milliseconds since 1970, never falling. */
    long millis() {
        lock.lock();
        try {
            return clock.millis();
        } finally {
            lock.unlock();
        }
    }

    /** Notes committed events, which follow the head. */
    void onCommitted(Chunk facts) {
        lock.lock();
        try {
            newest.addAll(facts);
            bytes += facts.bytes();
        } finally {
            lock.unlock();
        }
    }

    /** Events up to here are archived. */
    void onConfirmed(long offset) {
        lock.lock();
        try {
            confirmed = Math.max(confirmed, offset);
        } finally {
            lock.unlock();
        }
    }

    /** The writer has stored the facts of the newest events. */
    void onStored() {
        lock.lock();
        try {
            newest = new Chunk(newest.lastOffset() + 1);
        } finally {
            lock.unlock();
        }
    }

    /** The events whose facts are not stored yet; grows by {@link #onCommitted} alone. For the writer. */
    Chunk newest() {
        lock.lock();
        try {
            return newest;
        } finally {
            lock.unlock();
        }
    }

    /** What counts, as it was trimmed last. */
    Bounds bounds() {
        lock.lock();
        try {
            return new Bounds(floor, newest.lastOffset(), confirmed, bytes);
        } finally {
            lock.unlock();
        }
    }

    /**
     * What counts now.
     *
     * @throws LogException when the disk fails
     */
    Bounds trimmed() {
        lock.lock();
        try {
            trim();
            return bounds();
        } catch (SQLException failure) {
            throw Writer.unavailable(failure);
        } finally {
            lock.unlock();
        }
    }

    private void trim() throws SQLException {
        long nowMillis = clock.millis();
        long head = newest.lastOffset();
        long end = config.archived() ? Math.min(confirmed, head) : head;
        while (floor < end) {
            Chunk chunk = newest.has(floor + 1) ? newest : stored.around(floor + 1);
            long ageMillis = nowMillis - chunk.atMillis(floor + 1);
            if (head - floor <= config.maxEvents()
                    && bytes <= config.maxBytes()
                    && ageMillis < config.maxAge().toMillis()) {
                return;
            }
            floor++;
            bytes -= chunk.length(floor);
        }
    }

    /** Whether what is not archived fills the log, so many more events included. */
    boolean isFull(int moreEvents, long moreBytes) {
        if (!config.archived()) {
            return false;
        }
        Bounds bounds = trimmed();
        return bounds.retained() + moreEvents > config.maxEvents() || bounds.bytes() + moreBytes > config.maxBytes();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
