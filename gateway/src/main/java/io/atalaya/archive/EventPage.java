package io.atalaya.archive;

import io.atalaya.log.EventLog.Entry;
import java.util.List;
import java.util.Optional;

/**
 * A page of events. Immutable.
 *
 * @param entries in the order of the query, at most its limit
 * @param next the key of the last of them, to go on after; present exactly when the query selected more events than
 *     this page shows
 */
public record EventPage(List<Entry> entries, Optional<EventKey> next) {
    public EventPage {
        entries = List.copyOf(entries);
    }

    /**
     * The page of what a store found.
     *
     * @param found in the order of the query, one more than its limit when there is more
     */
    public static EventPage of(EventQuery query, List<Entry> found) {
        if (found.size() <= query.limit()) {
            return new EventPage(found, Optional.empty());
        }
        List<Entry> shown = found.subList(0, query.limit());
        return new EventPage(shown, Optional.of(EventKey.of(query.time(), shown.getLast())));
    }
}
