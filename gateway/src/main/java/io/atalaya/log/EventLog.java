package io.atalaya.log;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The log contract. Thread-safe.
 *
 * <ul>
 *   <li><b>Acknowledged means committed.</b> The stage of {@link #append} completes only after the events are as safe
 *       as the implementation promises; many appends may share one commit.
 *   <li><b>Order.</b> The {@link CommitListener} hears of every stored event exactly once, in offset order, one call
 *       at a time, and before the stage of its append completes.
 *   <li><b>Duplicates</b> are refused here and only here, by (tenant, id), within the de-duplication window.
 *   <li><b>Bounded.</b> Events older than the retention are forgotten from the oldest end; reading before it answers
 *       {@link Slice.Gap}.
 * </ul>
 */
public interface EventLog extends AutoCloseable {
    /**
     * Appends durable events in their order, all or none. Never blocks the caller.
     *
     * @return one {@link Appended} an event, in the same order; completes exceptionally with {@link LogException} when
     *     nothing was stored
     */
    CompletionStage<List<Appended>> append(List<Event> events);

    /**
     * Reads forward.
     *
     * @param after the position to read after; offset 0 of the current epoch reads from the very first event
     * @param max at most so many events (at least 1)
     */
    Slice read(Cursor after, int max);

    /** The position of the newest committed event; offset 0 when the log is empty. */
    Cursor head();

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

    /** An event with its position. */
    record Entry(Cursor cursor, Event event) {}

    /** The answer to a read. */
    sealed interface Slice {
        /** Events in order; empty when {@code after} is the head. */
        record Entries(List<Entry> entries) implements Slice {
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
     * @param logged events stored since the epoch began
     * @param retained events still readable
     * @param retainedBytes bytes of their bodies
     */
    record Totals(long logged, long retained, long retainedBytes) {}

    /** Hears of committed events. Called by one thread at a time, in offset order; must not block or throw. */
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
