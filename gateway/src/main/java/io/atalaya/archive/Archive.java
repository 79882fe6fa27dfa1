package io.atalaya.archive;

import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The SQL store of events. Thread-safe; every method may block and throws {@link ArchiveException} when the store
 * cannot do its part, after which nothing of the call has taken effect (or, where only the answer was lost, all of it:
 * every method that changes something may be repeated).
 *
 * <ul>
 *   <li><b>Identity</b> of an entry is its log position, {@link Entry#cursor}. An entry is either archived or a dead
 *       letter, never both.
 *   <li><b>What comes back</b> is what was stored: cursor, {@link Entry#atMillis}, tenant, id, type, scope and the body
 *       byte for byte. The event's timestamp is kept to the microsecond, rounded down; {@code acceptedNanos} comes back
 *       as 0 and {@code durable} as true.
 *   <li><b>Several processes</b> may use one store at the same time, also with the same entries.
 *   <li><b>Two clocks.</b> {@link EventQuery.Time#ARRIVAL} is {@link Entry#atMillis}, which statistics and retention go
 *       by; {@link EventQuery.Time#EVENT} is the event's own timestamp.
 * </ul>
 */
public interface Archive extends AutoCloseable {
    /** Which members events can be filtered and counted by. */
    ArchiveFields fields();

    /**
     * Stores entries, all or none. Those that are archived or dead letters already change nothing, nor does a repetition
     * within the list. Counts, statistics and entries change in one transaction.
     *
     * @param entries in any order, of any logs
     * @return how many were new
     * @throws ArchiveException {@code REJECTED} when the store refuses one of them for what it is; which one is not said
     */
    int store(List<Entry> entries);

    /**
     * Keeps an entry that the store refuses as a dead letter. Does nothing when it is archived or a dead letter already.
     * Takes whatever can be an entry, so {@code REJECTED} is not expected of it.
     *
     * @return whether it is a new dead letter
     */
    boolean bury(Entry entry, Rejection rejection);

    /**
     * A page of archived events. Events stored meanwhile move none already passed: pages that follow each other by
     * {@link EventPage#next} show every event that was there from the start exactly once.
     *
     * @throws IllegalArgumentException when the query filters by a member that is not one of {@link #fields}
     */
    EventPage events(EventQuery query);

    /**
     * How many events a query selects, whatever its page: {@code after}, {@code skip} and {@code limit} are ignored.
     *
     * @throws IllegalArgumentException as {@link #events} does
     */
    long count(EventQuery query);

    /** The archived event with this id that arrived last. */
    Optional<Entry> find(TenantId tenant, EventId id);

    /** Statistics of all tenants' archived events; from roll-ups, never from a scan of the events. */
    Statistics statistics(Instant now);

    /** Statistics of one tenant's archived events; empty ones for a tenant without any. */
    Statistics statistics(TenantId tenant, Instant now);

    /**
     * Retention: deletes archived events that arrived before an instant, oldest first, and, where room is left, dead
     * letters that did, oldest first too; in one transaction with the counts and statistics.
     *
     * @param before events whose arrival is before it go; one that arrived then stays
     * @param most at most so many of both together (at least 1); 0 deleted means that nothing is left to delete
     * @return how many archived events and how many dead letters were deleted
     */
    Purged purge(Instant before, int most);

    /** Exact counts over all logs, as stored: they survive restarts and include what other processes did. */
    Counts counts();

    /**
     * Exact counts of the entries of one log.
     *
     * @param epoch the log's, as in {@link io.atalaya.event.Cursor#epoch}
     */
    Counts counts(long epoch);

    /** What the store refused. */
    DeadLetters deadLetters();

    /** A sign of life: returns when the store has answered a trivial question. */
    void probe();

    /** What it takes on a server of its own; empty for one in a file of ours, where it is part of what the disk holds. */
    Optional<Size> size();

    /** How the connections to the store are used; never blocks. */
    Connections connections();

    /** Releases everything; calls under way may fail with {@code UNAVAILABLE}. Closing twice does nothing. */
    @Override
    void close();

    /**
     * In which state entries are, each in exactly one. Immutable.
     *
     * @param archived events that can be queried now
     * @param deadLettered refused, kept as dead letters now
     * @param purged archived once, deleted by retention
     * @param discarded dead letters deleted, by retention or by an operator
     */
    record Counts(long archived, long deadLettered, long purged, long discarded) {
        public Counts {
            if (archived < 0 || deadLettered < 0 || purged < 0 || discarded < 0) {
                throw new IllegalArgumentException("counts: %d archived, %d dead-lettered, %d purged, %d discarded"
                                .formatted(archived, deadLettered, purged, discarded)
                        + " (expected: 0 or more each)");
            }
        }

        /** Nothing yet. */
        public static Counts zero() {
            return new Counts(0, 0, 0, 0);
        }

        /** All entries that the archive ever took. */
        public long taken() {
            return archived + deadLettered + purged + discarded;
        }

        /** All events that were ever archived, whether they are still there or not; never falls. */
        public long everArchived() {
            return archived + purged;
        }

        public Counts plus(Counts other) {
            return new Counts(
                    archived + other.archived,
                    deadLettered + other.deadLettered,
                    purged + other.purged,
                    discarded + other.discarded);
        }
    }

    /** What a purge deleted. Immutable. */
    record Purged(int events, int deadLetters) {
        public Purged {
            if (events < 0 || deadLetters < 0) {
                throw new IllegalArgumentException(
                        "purged: %d, %d (expected: 0 or more)".formatted(events, deadLetters));
            }
        }

        public int total() {
            return events + deadLetters;
        }
    }

    /**
     * What the store takes of its server's disk. Immutable.
     *
     * @param bytes the whole database, whatever else is in it
     * @param relations tables and indexes of the archive, the largest first
     */
    record Size(long bytes, List<Relation> relations) {
        public Size {
            relations = List.copyOf(relations);
        }
    }

    /**
     * A table, without its indexes, or an index. Immutable.
     *
     * @param index whether it is one
     */
    record Relation(String name, boolean index, long bytes) {}

    /**
     * The pool of connections. Immutable.
     *
     * @param active in use
     * @param idle open and free
     * @param waiting callers that wait for one
     * @param max most that there may be
     */
    record Connections(int active, int idle, int waiting, int max) {}
}
