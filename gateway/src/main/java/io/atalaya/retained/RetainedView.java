package io.atalaya.retained;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.TenantId;
import io.atalaya.event.Topic;
import io.atalaya.log.EventLog;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.EventLog.Slice;
import io.atalaya.profile.Endpoint.FirstMessage;
import io.atalaya.profile.Endpoint.Section;
import io.atalaya.routing.EventRoutes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a first message may hold of one tenant, up to a position of the log. Confined to whoever holds its lock, which is
 * its {@link RetainedStates}' affair.
 *
 * <p>Of each section so many events are kept that those for one session can be chosen from them, and no more bytes than a
 * bound: the oldest go first.
 */
final class RetainedView {
    /** A session sees a part of what is kept. */
    private static final int KEPT_FOR_ONE_SHOWN = 4;

    private static final int MOST_KEPT = 2_000;
    private static final long MOST_BYTES_OF_A_SECTION = 1L << 20;
    private static final int EVENTS_PER_READING = 1_000;

    private final TenantId tenant;
    private final List<Shelf> shelves = new ArrayList<>();
    private Cursor position;

    /** The events of one section, the latest last. */
    private static final class Shelf {
        private final Section section;
        private final int most;
        private final LinkedHashMap<String, Entry> entries = new LinkedHashMap<>();
        private long bytes;

        private Shelf(Section section) {
            this.section = section;
            this.most = Math.min(MOST_KEPT, KEPT_FOR_ONE_SHOWN * section.limit());
        }

        private void take(Entry entry) {
            Event event = entry.event();
            String key = section.latestBy().isEmpty()
                    ? event.id().value()
                    : event.scope().getOrDefault(section.latestBy(), "");
            boolean keyed = section.latestBy().isEmpty() || event.scope().containsKey(section.latestBy());
            if (keyed && section.until().contains(event.type())) {
                remove(key);
            } else if (keyed && section.types().contains(event.type())) {
                remove(key);
                entries.put(key, entry);
                bytes += length(entry);
                while (entries.size() > most || (bytes > MOST_BYTES_OF_A_SECTION && entries.size() > 1)) {
                    bytes -= length(entries.pollFirstEntry().getValue());
                }
            }
        }

        private void remove(String key) {
            Entry earlier = entries.remove(key);
            bytes -= earlier == null ? 0 : length(earlier);
        }

        private static int length(Entry entry) {
            return entry.event().body().open().length;
        }

        private List<Entry> newest(Set<Topic> topics, EventRoutes routes) {
            return entries.sequencedValues().reversed().stream()
                    .filter(entry -> routes.topicsOf(entry.event()).stream().anyMatch(topics::contains))
                    .limit(section.limit())
                    .toList();
        }
    }

    /** @param start position to begin reading behind */
    RetainedView(TenantId tenant, FirstMessage message, Cursor start) {
        this.tenant = tenant;
        this.position = start;
        message.sections().forEach(section -> shelves.add(new Shelf(section)));
    }

    /** Reads the log up to its head, as it is now; returns how many events that took. May block. */
    int catchUp(EventLog log) {
        Cursor head = log.head(tenant);
        int looked = 0;
        boolean more = true;
        while (more) {
            more = switch (log.read(tenant, position, EVENTS_PER_READING)) {
                case Slice.Entries(List<Entry> entries, Cursor through) -> {
                    entries.forEach(entry -> shelves.forEach(shelf -> shelf.take(entry)));
                    looked += entries.size();
                    boolean moved = !through.equals(position);
                    position = through;
                    yield moved && through.compareTo(head) < 0;
                }
                case Slice.Gap(Slice.Reason reason, Cursor resumeAfter) -> {
                    if (reason != Slice.Reason.RETENTION) {
                        shelves.forEach(shelf -> shelf.entries.clear());
                        shelves.forEach(shelf -> shelf.bytes = 0);
                    }
                    boolean moved = !resumeAfter.equals(position);
                    position = resumeAfter;
                    yield moved;
                }
            };
        }
        return looked;
    }

    Cursor position() {
        return position;
    }

    /** Of every section what is for a session with these topics, the newest first. */
    Map<Section, List<Entry>> chosen(Set<Topic> topics, EventRoutes routes) {
        var chosen = new LinkedHashMap<Section, List<Entry>>();
        shelves.forEach(shelf -> chosen.put(shelf.section, shelf.newest(topics, routes)));
        return chosen;
    }
}
