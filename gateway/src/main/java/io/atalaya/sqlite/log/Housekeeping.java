package io.atalaya.sqlite.log;

import io.atalaya.event.Cursor;
import io.atalaya.sqlite.Meta;
import io.atalaya.sqlite.Packs;
import io.atalaya.sqlite.SqliteFile;
import io.atalaya.sqlite.Writer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What can wait: storing the facts of events in chunks, deleting rows that neither log nor archive needs, the mark. Confined
 * to the writer. Each step is one short transaction, so that appends never wait for more.
 */
final class Housekeeping {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
    private static final long MARK_EVERY_MILLIS = 1_000;
    private static final long FEW_EVERY_MILLIS = 60_000;
    private static final long PAUSE_MILLIS = 1_000;

    /** So many events are deleted in one transaction. */
    static final int ROWS = 2_000;

    private final Connection connection;
    private final SqliteFile file;
    private final Retention retention;
    private final Packs packs;

    private long deleted;
    private long deletedMillis;
    private long pausedUntilMillis;
    private long marked;
    private long markedMillis;

    Housekeeping(Connection connection, SqliteFile file, Retention retention) throws SQLException {
        this.connection = connection;
        this.file = file;
        this.retention = retention;
        packs = new Packs(connection);
        deleted = Meta.number(connection, Meta.FLOOR);
    }

    /**
     * Does what there is enough of.
     *
     * @param firstRemembered the oldest event whose id is remembered
     * @param steps at most so many short transactions
     * @param idle whether little is enough
     * @return whether there is more
     */
    boolean tidy(long firstRemembered, int steps, boolean idle) {
        long nowMillis = retention.millis();
        if (nowMillis < pausedUntilMillis) {
            return false;
        }
        try {
            boolean more = true;
            for (int i = 0; more && i < steps; i++) {
                more = step(nowMillis, firstRemembered, idle);
            }
            mark(nowMillis);
            return more;
        } catch (SQLException | IOException | RuntimeException failure) {
            LOG.atWarn().addKeyValue("file", file.path()).setCause(failure).log("the log could not be tidied");
            pausedUntilMillis = nowMillis + PAUSE_MILLIS;
            return false;
        }
    }

    private boolean step(long nowMillis, long firstRemembered, boolean idle) throws SQLException {
        long floor = retention.trimmed().floor();
        boolean few = idle && floor > deleted && nowMillis - deletedMillis >= FEW_EVERY_MILLIS;
        long to = few || floor - deleted >= ROWS ? Math.min(floor, deleted + ROWS) : deleted;
        Chunk newest = retention.newest();
        boolean store = newest.size() >= Chunk.EVENTS || to >= newest.firstOffset();
        if (!store && to == deleted) {
            return false;
        }
        Writer.transact(connection, c -> {
            if (store) {
                Chunks.insert(c, newest);
            }
            return deleteRows(c, to, firstRemembered);
        });
        if (store) {
            retention.onStored();
        }
        if (to > deleted) {
            deleted = to;
            deletedMillis = nowMillis;
        }
        return floor - deleted >= ROWS;
    }

    private int deleteRows(Connection c, long to, long firstRemembered) throws SQLException {
        if (to == deleted) {
            return 0;
        }
        Meta.write(c, Meta.FLOOR, to);
        Chunks.deleteBefore(c, Math.min(to + 1, firstRemembered));
        return packs.deleteUpTo(deleted, to);
    }

    /** Notes how far the log goes, at most once a second. */
    private void mark(long nowMillis) throws IOException {
        if (nowMillis - markedMillis >= MARK_EVERY_MILLIS) {
            markedMillis = nowMillis;
            mark();
        }
    }

    /** Notes how far the log goes. */
    void mark() throws IOException {
        long head = retention.bounds().head();
        if (head != marked) {
            file.mark().write(new Cursor(file.epoch(), head));
            marked = head;
        }
    }
}
