package io.atalaya.kpiapi;

import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveException;
import io.atalaya.archive.EventPage;
import io.atalaya.archive.EventQuery;
import io.atalaya.log.EventLog.Entry;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells archived events of some types again, in the order of their arrival. Confined to the thread that asks; blocks. */
final class ArchivedEvents {
    private final Archive archive;

    ArchivedEvents(Archive archive) {
        this.archive = archive;
    }

    /**
     * Tells all of them.
     *
     * @param from the earliest arrival; null for all
     * @throws ArchiveException when the archive cannot be read now
     */
    void tell(Collection<String> types, @Nullable Instant from, Consumer<Entry> hearer) {
        var lines = new PriorityQueue<Line>(
                Comparator.comparingLong(line -> line.first().atMillis()));
        for (String type : types) {
            EventQuery query = EventQuery.everyTenant()
                    .ofType(type)
                    .by(EventQuery.Time.ARRIVAL)
                    .in(EventQuery.Order.OLDEST_FIRST)
                    .limitedTo(EventQuery.MAX_LIMIT);
            var line = new Line(from == null ? query : query.notBefore(from));
            if (line.isThere()) {
                lines.add(line);
            }
        }
        for (Line line = lines.poll(); line != null; line = lines.poll()) {
            hearer.accept(line.take());
            if (line.isThere()) {
                lines.add(line);
            }
        }
    }

    /** The events of one type, page by page. */
    private final class Line {
        private final EventQuery query;
        private final Deque<Entry> page = new ArrayDeque<>();
        private Optional<EventPage> read = Optional.empty();

        Line(EventQuery query) {
            this.query = query;
        }

        /** Whether there is one more; reads on when the page is used up. */
        boolean isThere() {
            if (!page.isEmpty() || (read.isPresent() && read.get().next().isEmpty())) {
                return !page.isEmpty();
            }
            EventQuery part = read.flatMap(EventPage::next).map(query::behind).orElse(query);
            EventPage next = archive.events(part);
            page.addAll(next.entries());
            read = Optional.of(next);
            return !page.isEmpty();
        }

        Entry first() {
            return page.element();
        }

        Entry take() {
            return page.remove();
        }
    }
}
