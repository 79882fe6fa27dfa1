package io.atalaya.log;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The log contract. Thread-safe.
 *
 * <ul>
 *   <li><b>Acknowledged means committed.</b> The stage of {@link #append} completes only after the events are as safe
 *       as the implementation promises; many appends may share one commit.
 *   <li><b>Order.</b> The {@link CommitListener} hears of every event stored while it listens exactly once. What it
 *       hears of one tenant is in offset order, one call at a time, and can be read (and is {@link #recent}) by then.
 *   <li><b>Duplicates</b> are refused here and only here, by (tenant, id), within the de-duplication window.
 *   <li><b>Bounded.</b> Events older than the retention are forgotten from the oldest end, but never before an archive
 *       has confirmed them ({@link #backlog}); reading before it answers {@link Slice.Gap}. A log whose bound is full
 *       of events that are not confirmed refuses appends with {@link LogException.Reason#FULL}.
 * </ul>
 *
 * <p>A cursor is valid within the tenant that it was given out for; offsets of one tenant grow, with gaps where other
 * tenants' events stand.
 */
public interface EventLog extends AutoCloseable {
    /**
     * Appends durable events in their order, all or none. Never blocks the caller.
     *
     * @return one {@link Appended} an event, in the same order; completes exceptionally with {@link LogException} when
     *     nothing was stored. Over a network the answer itself may be lost: then {@link LogException.Reason#UNAVAILABLE}
     *     says that it is not known, and the same append again stores what is missing and only that
     */
    CompletionStage<List<Appended>> append(List<Event> events);

    /**
     * Reads a tenant's events forward. May block on a disk or a network: not for event loops.
     *
     * @param after the position to read after; offset 0 of the current epoch reads from the very first event
     * @param max at most so many events (at least 1); how many of other tenants are passed over is bounded too
     * @throws LogException when the log cannot be read now
     */
    Slice read(TenantId tenant, Cursor after, int max);

    /**
     * All of a tenant's events after a position, from memory. Never blocks, so that an event loop can close the last
     * step between replay and live delivery: nothing that the listener has heard of is missing.
     *
     * @param after a position that {@link #read} or {@link #head} gave
     * @param max at most so many events
     * @return empty when they are more than {@code max}, or memory does not reach back so far: {@link #read} them
     */
    Optional<Slice.Entries> recent(TenantId tenant, Cursor after, int max);

    /** The position of the newest committed event that concerns the tenant or stands before it; never blocks. */
    Cursor head(TenantId tenant);

    /** What an archive has still to take; to be used by one thread. */
    Backlog backlog();

    /** A consistent account of what the log holds. */
    Totals totals();

    /** Stops taking appends, commits those already taken and releases everything. */
    @Override
    void close();

    /** What became of one event of an append. */
    sealed interface Appended {
        /** Where the event stands in the log. */
        Cursor cursor();

        /** The event is new and stored. */
        record Stored(Cursor cursor) implements Appended {}

        /** An event with this tenant and id was stored before, at {@code cursor}; nothing was added. */
        record Duplicate(Cursor cursor) implements Appended {}
    }

    /**
     * An event with its position.
     *
     * @param atMillis when the log took it, in milliseconds since 1970 UTC; never falls along the log, whatever the
     *     clock does
     */
    record Entry(Cursor cursor, long atMillis, Event event) {}

    /** The answer to a read. */
    sealed interface Slice {
        /**
         * Events in order.
         *
         * @param through every event of the tenant after the position asked for and up to this one is in
         *     {@code entries}; equal to the head when there is no more
         */
        record Entries(List<Entry> entries, Cursor through) implements Slice {
            public Entries {
                entries = List.copyOf(entries);
            }
        }

        /** The position cannot be continued from. */
        record Gap(Reason reason, Cursor resumeAfter) implements Slice {}

        /** Why a position cannot be continued from. */
        enum Reason {
            /** Events after it were already forgotten. */
            RETENTION,
            /** It is ahead of the head. */
            AHEAD,
            /** It belongs to another epoch. */
            EPOCH
        }
    }

    /**
     * The oldest events that no archive has confirmed. Confined to one thread; may block.
     *
     * <p>Where several processes share a log, each event is handed to one of them at a time.
     */
    interface Backlog {
        /**
         * The next events to archive, oldest first; those taken before and not confirmed come again.
         *
         * @param max at most so many events (at least 1)
         * @return empty when nothing is left to take
         * @throws LogException when the log cannot be read now
         */
        List<Entry> take(int max);

        /**
         * The events are archived, or kept elsewhere for good: the log may forget them.
         *
         * @param taken what the latest {@link #take} returned, or its first part
         * @throws LogException when it cannot be noted now; they will come again
         */
        void confirm(List<Entry> taken);
    }

    /**
     * @param logged events stored since the epoch began, whoever stored them
     * @param confirmed those of them that an archive has confirmed
     * @param retained events still readable
     * @param retainedBytes bytes of their bodies
     */
    record Totals(long logged, long confirmed, long retained, long retainedBytes) {
        /** Events that an archive has still to take. */
        public long backlog() {
            return logged - confirmed;
        }
    }

    /** Hears of committed events; must not block or throw. */
    @FunctionalInterface
    interface CommitListener {
        void onCommitted(List<Entry> entries);
    }

    /** A key of the de-duplication window. */
    record Identity(TenantId tenant, EventId id) {
        public static Identity of(Event event) {
            return new Identity(event.tenant(), event.id());
        }
    }
}
