package io.atalaya.archive;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The contract of an archive as plain lists: the model that others are compared with, and the archive of tests that
 * need one with faults at will. Thread-safe: every method holds the object's monitor.
 */
public final class ModelArchive implements Archive, DeadLetters {
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;

    private final ArchiveFields fields;
    private final InstantSource clock;
    private final Map<Cursor, Entry> archived = new TreeMap<>();
    private final Map<Cursor, DeadLetter> dead = new TreeMap<>();
    private final Map<Long, Counts> counts = new TreeMap<>();
    private final Set<String> refused = new HashSet<>();
    private boolean down;
    private int calls;

    public ModelArchive(ArchiveFields fields, InstantSource clock) {
        this.fields = fields;
        this.clock = clock;
    }

    /** From now on events of this type are refused, with this type as the rejection's code. */
    public synchronized void refuse(String type) {
        refused.add(type);
    }

    /** From now on nothing is refused. */
    public synchronized void acceptAll() {
        refused.clear();
    }

    /** While it is down every call fails. */
    public synchronized void down(boolean value) {
        down = value;
    }

    /** Calls of {@link #store}, whether they worked or not. */
    public synchronized int storeCalls() {
        return calls;
    }

    /** The archived entries by log position. */
    public synchronized List<Entry> entries() {
        return List.copyOf(archived.values());
    }

    private void requireUp() {
        if (down) {
            throw ArchiveException.unavailable("archive: down (expected: up)", null);
        }
    }

    private void requireAccepted(Event event) {
        if (refused.contains(event.type())) {
            throw ArchiveException.rejected(new Rejection(event.type(), "refused by the test"), null);
        }
    }

    @Override
    public ArchiveFields fields() {
        return fields;
    }

    @Override
    public synchronized int store(List<Entry> entries) {
        calls++;
        requireUp();
        List<Entry> fresh = entries.stream()
                .filter(entry -> !archived.containsKey(entry.cursor()) && !dead.containsKey(entry.cursor()))
                .toList();
        fresh.forEach(entry -> requireAccepted(entry.event()));
        int before = archived.size();
        for (Entry entry : fresh) {
            if (archived.put(entry.cursor(), kept(entry)) == null) {
                count(entry, 1, 0, 0, 0);
            }
        }
        return archived.size() - before;
    }

    /** An entry as an archive gives it back. */
    static Entry kept(Entry entry) {
        Event event = entry.event();
        long micros = EventQuery.Time.EVENT.of(entry);
        return new Entry(
                entry.cursor(),
                entry.atMillis(),
                new Event(
                        event.tenant(),
                        event.id(),
                        event.type(),
                        event.scope(),
                        event.body(),
                        EventQuery.Time.EVENT.instant(micros),
                        0,
                        true));
    }

    private void count(Entry entry, int archivedMore, int deadMore, int purgedMore, int discardedMore) {
        counts.compute(entry.cursor().epoch(), (_, before) -> {
            Counts old = before == null ? Counts.zero() : before;
            return new Counts(
                    old.archived() + archivedMore,
                    old.deadLettered() + deadMore,
                    old.purged() + purgedMore,
                    old.discarded() + discardedMore);
        });
    }

    @Override
    public synchronized boolean bury(Entry entry, Rejection rejection) {
        requireUp();
        if (archived.containsKey(entry.cursor()) || dead.containsKey(entry.cursor())) {
            return false;
        }
        Instant now = Instant.ofEpochMilli(clock.millis());
        dead.put(entry.cursor(), new DeadLetter(kept(entry), rejection, 1, now));
        count(entry, 0, 1, 0, 0);
        return true;
    }

    @Override
    public synchronized EventPage events(EventQuery query) {
        requireUp();
        List<Entry> found = selected(query)
                .filter(entry ->
                        query.after().isEmpty() || isBehind(query, query.after().get(), entry))
                .sorted(order(query))
                .skip(query.skip())
                .limit(query.limit() + 1L)
                .toList();
        return EventPage.of(query, found);
    }

    private Stream<Entry> selected(EventQuery query) {
        fields.requireKnown(query);
        return archived.values().stream().filter(query::selects);
    }

    private static boolean isBehind(EventQuery query, EventKey key, Entry entry) {
        int compared = EventKey.of(query.time(), entry).compareTo(key);
        return query.order() == EventQuery.Order.OLDEST_FIRST ? compared > 0 : compared < 0;
    }

    private static Comparator<Entry> order(EventQuery query) {
        Comparator<Entry> oldest = Comparator.comparing(entry -> EventKey.of(query.time(), entry));
        return query.order() == EventQuery.Order.OLDEST_FIRST ? oldest : oldest.reversed();
    }

    @Override
    public synchronized long count(EventQuery query) {
        requireUp();
        return selected(query).count();
    }

    @Override
    public synchronized Optional<Entry> find(TenantId tenant, EventId id) {
        requireUp();
        return archived.values().stream()
                .filter(entry -> entry.event().tenant().equals(tenant)
                        && entry.event().id().equals(id))
                .max(Comparator.comparing(entry -> EventKey.of(EventQuery.Time.ARRIVAL, entry)));
    }

    @Override
    public synchronized Statistics statistics(Instant now) {
        return statistics(_ -> true, now);
    }

    @Override
    public synchronized Statistics statistics(TenantId tenant, Instant now) {
        return statistics(entry -> entry.event().tenant().equals(tenant), now);
    }

    private Statistics statistics(Predicate<Entry> whose, Instant now) {
        requireUp();
        List<Entry> all = archived.values().stream().filter(whose).toList();
        long minute = Math.floorDiv(now.toEpochMilli(), MINUTE);
        long hour = Math.floorDiv(now.toEpochMilli(), HOUR);
        var byHour = countBy(all, entry -> Optional.of(Math.floorDiv(entry.atMillis(), HOUR)));
        return new Statistics(
                all.size(),
                countBy(all, entry -> Optional.of(entry.event().type())),
                fields.statistics()
                        .map(member -> countBy(
                                all,
                                entry -> Optional.ofNullable(
                                        entry.event().scope().get(member))))
                        .orElse(Map.of()),
                arrivedAfterMinute(all, minute - 24 * 60),
                arrivedAfterMinute(all, minute - 60),
                byHour.entrySet().stream()
                        .filter(one -> one.getKey() > hour - 24)
                        .map(one -> new Statistics.Hour(one.getKey() * HOUR, one.getValue()))
                        .toList());
    }

    private static long arrivedAfterMinute(List<Entry> entries, long minute) {
        return entries.stream()
                .filter(entry -> Math.floorDiv(entry.atMillis(), MINUTE) > minute)
                .count();
    }

    private static <T> Map<T, Long> countBy(List<Entry> entries, Function<Entry, Optional<T>> key) {
        return entries.stream()
                .map(key)
                .flatMap(Optional::stream)
                .collect(Collectors.groupingBy(one -> one, Collectors.counting()));
    }

    @Override
    public synchronized Purged purge(Instant before, int most) {
        requireUp();
        var old = new ArrayList<Entry>(arrivedBefore(before, archived.values()));
        old.addAll(arrivedBefore(
                before, dead.values().stream().map(DeadLetter::entry).toList()));
        int events = 0;
        int letters = 0;
        for (Entry entry : old.subList(0, Math.min(most, old.size()))) {
            if (archived.remove(entry.cursor()) != null) {
                count(entry, -1, 0, 1, 0);
                events++;
            } else {
                dead.remove(entry.cursor());
                count(entry, 0, -1, 0, 1);
                letters++;
            }
        }
        return new Purged(events, letters);
    }

    private static List<Entry> arrivedBefore(Instant before, Collection<Entry> entries) {
        return entries.stream()
                .filter(entry -> Instant.ofEpochMilli(entry.atMillis()).isBefore(before))
                .sorted(Comparator.comparing(entry -> EventKey.of(EventQuery.Time.ARRIVAL, entry)))
                .toList();
    }

    @Override
    public synchronized Counts counts() {
        requireUp();
        return counts.values().stream().reduce(Counts.zero(), Counts::plus);
    }

    @Override
    public synchronized Counts counts(long epoch) {
        requireUp();
        return counts.getOrDefault(epoch, Counts.zero());
    }

    @Override
    public DeadLetters deadLetters() {
        return this;
    }

    @Override
    public synchronized List<DeadLetter> page(@Nullable String code, @Nullable Cursor after, int limit) {
        requireUp();
        return dead.values().stream()
                .filter(letter -> code == null || code.equals(letter.rejection().code()))
                .filter(letter -> after == null || letter.entry().cursor().compareTo(after) > 0)
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized Optional<DeadLetter> find(Cursor position) {
        requireUp();
        return Optional.ofNullable(dead.get(position));
    }

    @Override
    public synchronized Redriven redrive(Cursor position) {
        requireUp();
        DeadLetter letter = dead.get(position);
        if (letter == null) {
            return new Redriven.Absent();
        }
        try {
            requireAccepted(letter.entry().event());
        } catch (ArchiveException refusal) {
            Rejection again = refusal.rejection().orElseThrow();
            dead.put(position, new DeadLetter(letter.entry(), again, letter.attempts() + 1, letter.buried()));
            return new Redriven.StillRejected(again);
        }
        dead.remove(position);
        archived.put(position, letter.entry());
        count(letter.entry(), 1, -1, 0, 0);
        return new Redriven.Archived();
    }

    @Override
    public synchronized boolean discard(Cursor position) {
        requireUp();
        DeadLetter letter = dead.remove(position);
        if (letter != null) {
            count(letter.entry(), 0, -1, 0, 1);
        }
        return letter != null;
    }

    @Override
    public synchronized Summary summary() {
        requireUp();
        var byCode = new HashMap<String, Long>();
        dead.values().forEach(letter -> byCode.merge(letter.rejection().code(), 1L, Long::sum));
        return new Summary(
                dead.size(),
                byCode,
                dead.values().stream().map(DeadLetter::buried).min(Comparator.naturalOrder()));
    }

    @Override
    public synchronized void probe() {
        requireUp();
    }

    @Override
    public Optional<Size> size() {
        return Optional.empty();
    }

    @Override
    public Connections connections() {
        return new Connections(0, 1, 0, 1);
    }

    @Override
    public void close() {}
}
