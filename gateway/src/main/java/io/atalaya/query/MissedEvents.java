package io.atalaya.query;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.EventLog.Slice;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/**
 * Finds the newest events of a tenant that somebody may see, from the end of the log backwards. Immutable. The log is
 * read and not the archive, since it has every committed event.
 *
 * <p>A log reads forwards only, so it is read in windows of offsets from its end, each twice as wide as the one after
 * it, until enough was found or the time wanted is passed.
 */
public final class MissedEvents {
    private static final long FIRST_WINDOW = 1_024;
    private static final long WIDEST_WINDOW = 1L << 60;
    private static final int READ_AT_ONCE = 1_000;

    /** Events looked at for one answer; older ones are left out, as those before the time limit are. */
    private static final int MAX_EXAMINED = 65_536;

    private final EventLog log;

    public MissedEvents(EventLog log) {
        this.log = log;
    }

    /**
     * The newest events that {@code wanted} accepts, oldest first. May block.
     *
     * @param sinceMillis not those that the log took before, in milliseconds since 1970 UTC
     * @param max at most so many
     */
    public List<Entry> newest(TenantId tenant, long sinceMillis, int max, Predicate<Event> wanted) {
        var found = new ArrayDeque<Entry>();
        Cursor end = log.head(tenant);
        long width = FIRST_WINDOW;
        int examined = 0;
        boolean atStart = end.offset() == 0;
        while (!atStart && found.size() < max && examined < MAX_EXAMINED) {
            var start = new Cursor(end.epoch(), Math.max(0, end.offset() - width));
            var window = new Window(start, end);
            window.fill(tenant);
            examined += window.entries.size();
            boolean passed = prepend(window.entries, sinceMillis, max, wanted, found);
            atStart = passed || window.atFloor || start.offset() == 0;
            end = start;
            width = Math.min(WIDEST_WINDOW, 2 * width);
        }
        return new ArrayList<>(found);
    }

    /** @return whether the time wanted was passed */
    private static boolean prepend(
            List<Entry> window, long sinceMillis, int max, Predicate<Event> wanted, ArrayDeque<Entry> found) {
        for (int i = window.size() - 1; i >= 0 && found.size() < max; i--) {
            Entry entry = window.get(i);
            if (entry.atMillis() < sinceMillis) {
                return true;
            }
            if (wanted.test(entry.event())) {
                found.addFirst(entry);
            }
        }
        return false;
    }

    /** The events of a tenant between two positions. Confined to the reading thread. */
    private final class Window {
        private final Cursor end;
        private final List<Entry> entries = new ArrayList<>();
        private Cursor at;
        /** Nothing before the window is left in the log. */
        private boolean atFloor;

        private Window(Cursor start, Cursor end) {
            this.at = start;
            this.end = end;
        }

        void fill(TenantId tenant) {
            boolean more = true;
            while (more) {
                more = switch (log.read(tenant, at, READ_AT_ONCE)) {
                    case Slice.Entries(List<Entry> read, Cursor through) -> take(read, through);
                    case Slice.Gap(Slice.Reason reason, Cursor resumeAfter) -> {
                        atFloor = true;
                        boolean usable = reason == Slice.Reason.RETENTION
                                && resumeAfter.compareTo(at) > 0
                                && resumeAfter.compareTo(end) < 0;
                        at = resumeAfter;
                        yield usable;
                    }
                };
            }
        }

        private boolean take(Collection<Entry> read, Cursor through) {
            read.stream().filter(entry -> entry.cursor().compareTo(end) <= 0).forEach(entries::add);
            boolean moved = through.compareTo(at) > 0;
            at = through;
            return moved && at.compareTo(end) < 0;
        }
    }
}
