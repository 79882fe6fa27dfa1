package io.atalaya.sqlite.log;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.log.EventLog.Appended;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.EventLog.Identity;
import io.atalaya.log.LogConfig;
import io.atalaya.log.LogException;
import io.atalaya.sqlite.IdHash;
import io.atalaya.sqlite.IdHash.Fingerprint;
import io.atalaya.sqlite.Packs;
import io.atalaya.sqlite.SqliteFile;
import io.atalaya.sqlite.Writer;
import io.atalaya.sqlite.Writer.Append;
import io.atalaya.sqlite.pack.Pack;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Stores appends, many with one transaction and one wait for the disk, and refuses duplicates. Confined to the writer.
 * What it remembers changes only when a transaction has been committed.
 */
final class GroupCommit {
    private final Connection connection;
    private final LogConfig config;
    private final long epoch;
    private final IdHash hash;
    private final IdWindow ids;
    private final Retention retention;
    private final Packs packs;
    private final Chunks chunks;

    private long head;
    private Gathering gathering = new Gathering(0, 0);

    GroupCommit(Connection connection, LogConfig config, SqliteFile file, Retention retention) throws SQLException {
        this.connection = connection;
        this.config = config;
        this.epoch = file.epoch();
        this.retention = retention;
        hash = file.idHash();
        packs = new Packs(connection);
        chunks = new Chunks(connection);
        Chunk uncovered = Startup.uncovered(connection, hash);
        ids = Startup.ids(connection, uncovered, maxIds());
        retention.onCommitted(uncovered);
        head = uncovered.lastOffset();
    }

    /** An append that takes effect, with its outcomes. */
    record Done(Append append, List<Appended> outcomes) {}

    /** An append that has none. */
    record Refused(Append append, LogException why) {}

    /** What became of a group. */
    record Outcome(List<Entry> stored, List<Done> done, List<Refused> refused) {}

    /** What one transaction is to store. */
    private static final class Gathering {
        final long atMillis;
        final List<Entry> stored = new ArrayList<>();
        final List<Done> done = new ArrayList<>();
        final List<Refused> refused = new ArrayList<>();
        final Chunk facts;

        Gathering(long firstOffset, long atMillis) {
            this.facts = new Chunk(firstOffset);
            this.atMillis = atMillis;
        }
    }

    /** The offset of the newest event committed. */
    long head() {
        return head;
    }

    /** The offset of the oldest id that is remembered. */
    long firstRemembered() {
        return ids.first();
    }

    /** Stores a group: each append whole or not at all. */
    Outcome commit(List<Append> group) {
        gathering = new Gathering(head + 1, retention.millis());
        try {
            Writer.transact(connection, _ -> {
                forgetExpired();
                for (Append append : group) {
                    gather(append);
                }
                packs.insert(head + 1, gathering.stored);
                return gathering;
            });
        } catch (SQLException | RuntimeException failure) {
            ids.removeFrom(head + 1);
            LogException why = Writer.unavailable(failure);
            return new Outcome(
                    List.of(),
                    List.of(),
                    group.stream().map(append -> new Refused(append, why)).toList());
        }
        head += gathering.stored.size();
        retention.onCommitted(gathering.facts);
        forgetSurplus();
        return new Outcome(gathering.stored, gathering.done, gathering.refused);
    }

    private void gather(Append append) throws SQLException {
        if (retention.isFull(gathering.stored.size(), gathering.facts.bytes())) {
            gathering.refused.add(new Refused(
                    append, new LogException(LogException.Reason.FULL, "log: full of events that are not archived")));
            return;
        }
        var outcomes = new ArrayList<Appended>(append.events().size());
        for (Event event : append.events()) {
            outcomes.add(gather(event));
        }
        gathering.done.add(new Done(append, outcomes));
    }

    private Appended gather(Event event) throws SQLException {
        Fingerprint fingerprint = hash.of(event.tenant(), event.id());
        long earlier = ids.find(fingerprint.first(), offset -> isAt(offset, event, fingerprint));
        if (earlier != 0) {
            return new Appended.Duplicate(new Cursor(epoch, earlier));
        }
        var cursor = new Cursor(epoch, head + gathering.stored.size() + 1);
        ids.add(fingerprint.first());
        gathering.facts.add(fingerprint, gathering.atMillis, event.body().open().length);
        gathering.stored.add(new Entry(cursor, gathering.atMillis, event));
        return new Appended.Stored(cursor);
    }

    /** Compares identities as long as the row is there, then the other half of the fingerprints. */
    private boolean isAt(long offset, Event event, Fingerprint fingerprint) throws SQLException {
        if (offset > head) {
            Event stored = gathering.stored.get((int) (offset - head - 1)).event();
            return Identity.of(stored).equals(Identity.of(event));
        }
        Optional<Pack> pack = packs.around(offset);
        if (pack.isPresent()) {
            return pack.get().tenant(offset).equals(event.tenant().value())
                    && pack.get().id(offset).equals(event.id().value());
        }
        return chunkOf(offset).fingerprint(offset).equals(fingerprint);
    }

    private Chunk chunkOf(long offset) throws SQLException {
        Chunk newest = retention.newest();
        return newest.has(offset) ? newest : chunks.around(offset);
    }

    private int maxIds() {
        return Math.min(config.maxRememberedIds(), IdWindow.MAX_IDS);
    }

    private void forgetExpired() throws SQLException {
        long windowMillis = config.dedupeWindow().toMillis();
        while (ids.size() > 0) {
            long offset = ids.first();
            if (gathering.atMillis - chunkOf(offset).atMillis(offset) < windowMillis) {
                return;
            }
            ids.removeFirst();
        }
    }

    private void forgetSurplus() {
        while (ids.size() > maxIds()) {
            ids.removeFirst();
        }
    }
}
