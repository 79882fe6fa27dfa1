package io.atalaya.archive;

import static io.atalaya.archive.Entries.EPOCH;
import static io.atalaya.archive.Entries.START;
import static io.atalaya.archive.Entries.TENANT;
import static io.atalaya.archive.Entries.entries;
import static io.atalaya.archive.Entries.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.archive.Archive.Counts;
import io.atalaya.archive.Archive.Purged;
import io.atalaya.archive.DeadLetters.DeadLetter;
import io.atalaya.archive.DeadLetters.Redriven;
import io.atalaya.archive.EventQuery.Order;
import io.atalaya.archive.EventQuery.Time;
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every archive promises. An implementation inherits it with {@link #open}, {@link #refuse} and
 * {@link #acceptAll}; {@link ArchiveModelContract} compares it with a model.
 */
@Timeout(120)
public abstract class ArchiveContract {
    static final ArchiveFields FIELDS = new ArchiveFields(List.of("branch_id", "service"), Optional.of("service"));
    private static final Rejection REASON = new Rejection("odd", "not to the taste of the test");
    private static final TenantId OTHER = new TenantId("2");

    /** Wall clock of the archive under test, in milliseconds since 1970. */
    private final AtomicLong millis = new AtomicLong(START.toEpochMilli());

    private final List<Archive> opened = new ArrayList<>();

    /**
     * Opens the store of this test, which is empty at the first call; every later call is another process with the same
     * store.
     *
     * @param clock for {@link DeadLetter#buried}
     */
    protected abstract Archive open(ArchiveFields fields, InstantSource clock);

    /** From now on the store itself refuses to archive events of this type. */
    protected abstract void refuse(String type);

    /** From now on the store refuses nothing. */
    protected abstract void acceptAll();

    /** Where a log shares the file with the archive: puts entries that are going to be stored or buried into it. */
    protected void onLogged(List<Entry> entries) {}

    /** The fields that the suite opens archives with. */
    protected static ArchiveFields fields() {
        return FIELDS;
    }

    final Archive open() {
        Archive archive = open(FIELDS, () -> Instant.ofEpochMilli(millis.get()));
        opened.add(archive);
        return archive;
    }

    @AfterEach
    final void closeEverything() {
        opened.forEach(Archive::close);
    }

    final int store(Archive archive, List<Entry> entries) {
        onLogged(entries);
        return archive.store(entries);
    }

    final boolean bury(Archive archive, Entry entry) {
        onLogged(List.of(entry));
        return archive.bury(entry, REASON);
    }

    static void assertSame(List<Entry> actual, List<Entry> expected) {
        assertThat(actual)
                .usingRecursiveFieldByFieldElementComparator()
                .isEqualTo(expected.stream().map(ModelArchive::kept).toList());
    }

    private static List<Long> offsets(EventPage page) {
        return page.entries().stream().map(entry -> entry.cursor().offset()).toList();
    }

    private static EventQuery all() {
        return EventQuery.of(TENANT);
    }

    private static List<Entry> oldest(Archive archive) {
        return archive.events(EventQuery.everyTenant().in(Order.OLDEST_FIRST).limitedTo(1_000))
                .entries();
    }

    @Test
    void anEmptyArchiveHoldsNothing() {
        Archive archive = open();

        assertThat(archive.events(all())).isEqualTo(new EventPage(List.of(), Optional.empty()));
        assertThat(archive.count(EventQuery.everyTenant())).isZero();
        assertThat(archive.find(TENANT, new EventId("e1"))).isEmpty();
        assertThat(archive.statistics(START)).isEqualTo(Statistics.empty());
        assertThat(archive.statistics(TENANT, START)).isEqualTo(Statistics.empty());
        assertThat(archive.counts()).isEqualTo(Counts.zero());
        assertThat(archive.counts(EPOCH)).isEqualTo(Counts.zero());
        assertThat(archive.deadLetters().page(null, null, 10)).isEmpty();
        assertThat(archive.deadLetters().summary()).isEqualTo(new DeadLetters.Summary(0, Map.of(), Optional.empty()));
        assertThat(archive.purge(START.plusSeconds(9), 10)).isEqualTo(new Purged(0, 0));
        assertThat(archive.store(List.of())).isZero();
        assertThat(archive.fields()).isEqualTo(FIELDS);
        archive.probe();
    }

    @Test
    void anEntryComesBackAsItWasStored() {
        Archive archive = open();
        Event event = Entries.event(
                OTHER,
                "a.b:c_d-e",
                "Ty'pe \\ \"x\" ñ",
                Map.of("branch_id", "3", "service", "a'b\"\\\t\n{}=,ñ", "other_member", ""),
                Instant.parse("1969-12-31T23:59:59.123456789Z"));
        Entry stored = entry(new Cursor(0xFFFF_FFFFL, 1L << 40), START.plusMillis(7), event);

        assertThat(store(archive, List.of(stored))).isEqualTo(1);

        assertSame(archive.events(EventQuery.of(OTHER)).entries(), List.of(stored));
        assertSame(archive.find(OTHER, event.id()).stream().toList(), List.of(stored));
        assertThat(archive.events(EventQuery.of(OTHER).ofType(event.type())).entries())
                .hasSize(1);
        assertThat(archive.events(EventQuery.of(OTHER).where("service", "a'b\"\\\t\n{}=,ñ"))
                        .entries())
                .hasSize(1);
    }

    @Test
    void whatIsStoredSurvivesTheProcess() {
        Archive first = open();
        store(first, entries(1, 3));
        bury(first, entry(4));
        first.close();
        first.close();

        Archive second = open();

        assertSame(oldest(second), entries(1, 3));
        assertThat(second.counts(EPOCH)).isEqualTo(new Counts(3, 1, 0, 0));
        assertThat(second.statistics(START).total()).isEqualTo(3);
        assertThat(second.deadLetters().find(new Cursor(EPOCH, 4))).isPresent();
    }

    @Test
    void storingAgainChangesNothing() {
        Archive archive = open();
        assertThat(store(archive, entries(1, 5))).isEqualTo(5);
        Statistics before = archive.statistics(START);

        assertThat(store(archive, entries(1, 5))).isZero();

        assertThat(archive.count(all())).isEqualTo(5);
        assertThat(archive.counts()).isEqualTo(new Counts(5, 0, 0, 0));
        assertThat(archive.statistics(START)).isEqualTo(before);
    }

    @Test
    void whatOverlapsIsStoredOnce() {
        Archive archive = open();
        store(archive, entries(3, 5));

        List<Entry> repeated =
                Stream.concat(entries(1, 7).stream(), entries(6, 7).stream()).toList();
        assertThat(store(archive, repeated)).isEqualTo(4);

        assertSame(oldest(archive), entries(1, 7));
        assertThat(archive.counts()).isEqualTo(new Counts(7, 0, 0, 0));
        assertThat(archive.statistics(START).byType()).isEqualTo(Map.of("TYPE", 7L));
    }

    @Test
    void theSamePositionOfAnotherLogIsAnotherEntry() {
        Archive archive = open();
        Entry here = entry(1);
        Entry there = entry(new Cursor(EPOCH + 1, 1), START.plusMillis(1), here.event());

        assertThat(store(archive, List.of(here, there))).isEqualTo(2);

        assertSame(oldest(archive), List.of(here, there));
        assertThat(archive.counts(EPOCH)).isEqualTo(new Counts(1, 0, 0, 0));
        assertThat(archive.counts(EPOCH + 1)).isEqualTo(new Counts(1, 0, 0, 0));
        assertThat(archive.counts()).isEqualTo(new Counts(2, 0, 0, 0));
    }

    @Test
    void aRefusedEntryLeavesTheWholeListUnstored() {
        Archive archive = open();
        store(archive, entries(1, 2));
        refuse("POISON");

        List<Entry> list = List.of(entry(2), entry(3), entry(4, "POISON"), entry(5));
        assertThatThrownBy(() -> store(archive, list)).isInstanceOfSatisfying(ArchiveException.class, refusal -> {
            assertThat(refusal.reason()).isEqualTo(ArchiveException.Reason.REJECTED);
            assertThat(refusal.rejection()).isPresent();
        });

        assertSame(oldest(archive), entries(1, 2));
        assertThat(archive.counts()).isEqualTo(new Counts(2, 0, 0, 0));
        assertThat(archive.statistics(START).total()).isEqualTo(2);
        assertThat(store(archive, List.of(entry(3), entry(5)))).isEqualTo(2);
    }

    @Test
    void aDeadLetterIsKeptOnceAndIsNotAnEvent() {
        Archive archive = open();
        millis.addAndGet(5_000);

        assertThat(bury(archive, entry(4))).isTrue();
        millis.addAndGet(5_000);
        assertThat(bury(archive, entry(4))).isFalse();
        assertThat(store(archive, entries(4, 4))).isZero();

        assertThat(archive.count(all())).isZero();
        assertThat(archive.find(TENANT, new EventId("e4"))).isEmpty();
        assertThat(archive.statistics(START).total()).isZero();
        assertThat(archive.counts()).isEqualTo(new Counts(0, 1, 0, 0));
        DeadLetter letter = archive.deadLetters().find(new Cursor(EPOCH, 4)).orElseThrow();
        assertSame(List.of(letter.entry()), List.of(entry(4)));
        assertThat(letter.rejection()).isEqualTo(REASON);
        assertThat(letter.attempts()).isEqualTo(1);
        assertThat(letter.buried()).isEqualTo(START.plusSeconds(5));
    }

    @Test
    void whatIsArchivedIsNotBuried() {
        Archive archive = open();
        store(archive, entries(1, 1));

        assertThat(bury(archive, entry(1))).isFalse();

        assertThat(archive.counts()).isEqualTo(new Counts(1, 0, 0, 0));
        assertThat(archive.deadLetters().page(null, null, 10)).isEmpty();
    }

    @Test
    void anythingThatCanBeAnEntryCanBeBuried() {
        Archive archive = open();
        Event event = new Event(
                TENANT,
                new EventId("x"),
                "nul\0, \ud83d\ude00 and an odd half",
                Map.of("branch_id", "\0", "service", "\u0001"),
                new Event.Body(new byte[] {'{', 0, (byte) 0xFF, (byte) 0xC0, '"'}),
                Instant.parse("9999-12-31T23:59:59Z"),
                5,
                true);
        Entry entry = entry(new Cursor(EPOCH, 9), START, event);

        assertThat(bury(archive, entry)).isTrue();

        assertSame(
                archive.deadLetters().page("odd", null, 10).stream()
                        .map(DeadLetter::entry)
                        .toList(),
                List.of(entry));
    }

    @Test
    void deadLettersComeInPagesByCode() {
        Archive archive = open();
        for (long offset : new long[] {5, 1, 3}) {
            bury(archive, entry(offset));
        }
        onLogged(entries(2, 2));
        archive.bury(entry(2), new Rejection("other", ""));
        DeadLetters letters = archive.deadLetters();

        assertThat(letterOffsets(letters.page(null, null, 3))).containsExactly(1L, 2L, 3L);
        assertThat(letterOffsets(letters.page(null, new Cursor(EPOCH, 3), 3))).containsExactly(5L);
        assertThat(letterOffsets(letters.page("odd", null, 2))).containsExactly(1L, 3L);
        assertThat(letterOffsets(letters.page("odd", new Cursor(EPOCH, 1), 9))).containsExactly(3L, 5L);
        assertThat(letters.page("none", null, 9)).isEmpty();
        assertThat(letters.summary())
                .isEqualTo(new DeadLetters.Summary(4, Map.of("odd", 3L, "other", 1L), Optional.of(START)));
    }

    private static List<Long> letterOffsets(List<DeadLetter> letters) {
        return letters.stream().map(letter -> letter.entry().cursor().offset()).toList();
    }

    @Test
    void aDeadLetterIsArchivedOnceItsObstacleIsGone() {
        Archive archive = open();
        refuse("POISON");
        bury(archive, entry(1, "POISON"));
        Cursor position = new Cursor(EPOCH, 1);

        assertThat(archive.deadLetters().redrive(position)).isInstanceOf(Redriven.StillRejected.class);
        DeadLetter still = archive.deadLetters().find(position).orElseThrow();
        assertThat(still.attempts()).isEqualTo(2);
        assertThat(still.buried()).isEqualTo(START);
        assertThat(still.rejection()).isNotEqualTo(REASON);
        assertThat(archive.counts()).isEqualTo(new Counts(0, 1, 0, 0));

        acceptAll();
        assertThat(archive.deadLetters().redrive(position)).isEqualTo(new Redriven.Archived());

        assertThat(archive.deadLetters().redrive(position)).isEqualTo(new Redriven.Absent());
        assertThat(archive.deadLetters().find(position)).isEmpty();
        assertSame(oldest(archive), List.of(entry(1, "POISON")));
        assertThat(archive.counts(EPOCH)).isEqualTo(new Counts(1, 0, 0, 0));
        assertThat(archive.statistics(START).byType()).isEqualTo(Map.of("POISON", 1L));
    }

    @Test
    void aDiscardedDeadLetterIsCounted() {
        Archive archive = open();
        bury(archive, entry(1));

        assertThat(archive.deadLetters().discard(new Cursor(EPOCH, 1))).isTrue();
        assertThat(archive.deadLetters().discard(new Cursor(EPOCH, 1))).isFalse();
        assertThat(archive.deadLetters().discard(new Cursor(EPOCH, 2))).isFalse();

        assertThat(archive.counts(EPOCH)).isEqualTo(new Counts(0, 0, 0, 1));
    }

    @Test
    void pagesFollowEachOtherAndInsertsMoveNothing() {
        Archive archive = open();
        store(archive, entries(1, 10));
        EventQuery query = all().limitedTo(4);

        EventPage first = archive.events(query);
        store(archive, entries(11, 13));
        EventPage second = archive.events(query.behind(first.next().orElseThrow()));
        EventPage third = archive.events(query.behind(second.next().orElseThrow()));

        assertThat(offsets(first)).containsExactly(10L, 9L, 8L, 7L);
        assertThat(offsets(second)).containsExactly(6L, 5L, 4L, 3L);
        assertThat(offsets(third)).containsExactly(2L, 1L);
        assertThat(third.next()).isEmpty();
        assertThat(archive.events(all().limitedTo(13)).next()).isEmpty();
        assertThat(archive.events(all().limitedTo(12)).next()).isPresent();
    }

    @Test
    void eventsOfOneInstantAreOrderedByPosition() {
        Archive archive = open();
        List<Entry> same = IntStream.rangeClosed(1, 9)
                .mapToObj(i -> entry(new Cursor(EPOCH + i % 2, i), START, entry(i).event()))
                .toList();
        store(archive, same);

        for (Time time : Time.values()) {
            var seen = new ArrayList<Long>();
            EventQuery query = all().by(time).in(Order.OLDEST_FIRST).limitedTo(2);
            EventPage page = archive.events(query);
            seen.addAll(offsets(page));
            while (page.next().isPresent()) {
                page = archive.events(query.behind(page.next().get()));
                seen.addAll(offsets(page));
            }
            assertThat(seen).containsExactly(2L, 4L, 6L, 8L, 1L, 3L, 5L, 7L, 9L);
        }
    }

    @Test
    void aRangeIncludesItsStartAndExcludesItsEnd() {
        Archive archive = open();
        store(archive, entries(1, 5));

        EventQuery range = all().notBefore(START.plusMillis(2)).before(START.plusMillis(4));

        assertThat(offsets(archive.events(range))).containsExactly(3L, 2L);
        assertThat(archive.count(range)).isEqualTo(2);
        EventQuery finer = all().notBefore(START.plusMillis(2).plusNanos(1))
                .before(START.plusMillis(4).plusNanos(1));
        assertThat(offsets(archive.events(finer))).containsExactly(4L, 3L);
    }

    @Test
    void aTenantSeesNothingOfAnother() {
        Archive archive = open();
        Event theirs = Entries.event(OTHER, "e1", "TYPE", Map.of("branch_id", "3"));
        store(archive, List.of(entry(1), entry(new Cursor(EPOCH, 2), START, theirs)));

        assertThat(offsets(archive.events(all().where("branch_id", "3")))).containsExactly(1L);
        assertThat(archive.find(TENANT, new EventId("e1"))
                        .orElseThrow()
                        .cursor()
                        .offset())
                .isEqualTo(1);
        assertThat(archive.find(OTHER, new EventId("e1")).orElseThrow().cursor().offset())
                .isEqualTo(2);
        assertThat(archive.find(new TenantId("3"), new EventId("e1"))).isEmpty();
        assertThat(archive.statistics(OTHER, START).total()).isEqualTo(1);
    }

    @Test
    void onlyFiltersCanBeFilteredBy() {
        Archive archive = open();
        EventQuery query = all().where("sector_id", "1");

        assertThatThrownBy(() -> archive.events(query)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> archive.count(query)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theNewestOfAnIdIsFound() {
        Archive archive = open();
        Event event = entry(1).event();
        Entry late = entry(new Cursor(EPOCH - 1, 5), START.plusSeconds(9), event);
        store(archive, List.of(entry(1), late, entry(new Cursor(EPOCH, 8), START.plusSeconds(8), event)));

        assertSame(archive.find(TENANT, event.id()).stream().toList(), List.of(late));
    }

    @Test
    void retentionDeletesTheOldestInPortions() {
        Archive archive = open();
        store(archive, entries(1, 6));
        bury(archive, entry(7));
        bury(archive, entry(9));

        Instant before = START.plusMillis(9);
        assertThat(archive.purge(before, 4)).isEqualTo(new Purged(4, 0));
        assertSame(oldest(archive), entries(5, 6));
        assertThat(archive.purge(before, 9)).isEqualTo(new Purged(2, 1));
        assertThat(archive.purge(before, 9)).isEqualTo(new Purged(0, 0));

        assertThat(archive.counts(EPOCH)).isEqualTo(new Counts(0, 1, 6, 1));
        assertThat(archive.counts().everArchived()).isEqualTo(6);
        assertThat(archive.counts().taken()).isEqualTo(8);
        assertThat(archive.statistics(START)).isEqualTo(Statistics.empty());
        assertThat(letterOffsets(archive.deadLetters().page(null, null, 9))).containsExactly(9L);
    }

    @Test
    void statisticsGoByWholeMinutesAndHours() {
        Archive archive = open();
        Instant now = START.plusSeconds(90);
        store(
                archive,
                List.of(
                        at(1, now, "A", "s1"),
                        at(2, now.minus(Duration.ofMinutes(59)), "A", "s1"),
                        at(3, now.minus(Duration.ofMinutes(60)), "B", "s2"),
                        at(4, now.minus(Duration.ofMinutes(1_439)), "B", ""),
                        at(5, now.minus(Duration.ofMinutes(1_440)), "B", "s1"),
                        at(6, now.plus(Duration.ofMinutes(3)), "A", "s3"),
                        at(7, now.minus(Duration.ofMinutes(1_381)), "C", "s3")));

        Statistics statistics = archive.statistics(now);

        assertThat(statistics.total()).isEqualTo(7);
        assertThat(statistics.byType()).isEqualTo(Map.of("A", 3L, "B", 3L, "C", 1L));
        assertThat(statistics.byMember()).isEqualTo(Map.of("s1", 3L, "s2", 1L, "s3", 2L));
        assertThat(statistics.lastHour()).isEqualTo(3);
        assertThat(statistics.last24Hours()).isEqualTo(6);
        assertThat(statistics.perMinute()).isEqualTo(0.05);
        assertThat(statistics.top(2).keySet()).containsExactly("s1", "s3");
        long hour = START.toEpochMilli();
        assertThat(statistics.byHour())
                .containsExactly(
                        new Statistics.Hour(hour - 23 * 3_600_000L, 1),
                        new Statistics.Hour(hour - 3_600_000L, 2),
                        new Statistics.Hour(hour, 2));
    }

    private static Entry at(long offset, Instant at, String type, String service) {
        Map<String, String> scope = service.isEmpty() ? Map.of() : Map.of("service", service);
        return entry(new Cursor(EPOCH, offset), at, Entries.event(TENANT, "e" + offset, type, scope));
    }

    @Test
    void statisticsNameTheMostFrequentAlone() {
        Archive archive = open();
        var list = new ArrayList<Entry>();
        for (int i = 0; i < 150; i++) {
            list.add(at(2 * i + 1, START, "T%03d".formatted(i), "s%03d".formatted(i)));
            list.add(at(2 * i + 2, START, "T%03d".formatted(i / 10), "s%03d".formatted(i / 10)));
        }
        store(archive, list);

        Statistics statistics = archive.statistics(START);

        assertThat(statistics.total()).isEqualTo(300);
        assertThat(statistics.byType())
                .hasSize(Statistics.MAX_NAMES)
                .containsEntry("T014", 11L)
                .containsKey("T099");
        assertThat(statistics.byMember()).hasSize(Statistics.MAX_NAMES).containsEntry("s000", 11L);
    }

    @Test
    void severalProcessesStoreTheSameAtOnce() throws Exception {
        onLogged(entries(1, 600));
        List<Archive> archives = List.of(open(), open(), open());
        var barrier = new CyclicBarrier(archives.size());
        try (var threads = Executors.newFixedThreadPool(archives.size())) {
            var stored = new ArrayList<Future<Integer>>();
            for (Archive archive : archives) {
                Callable<Integer> task = () -> {
                    barrier.await();
                    int fresh = 0;
                    for (int first = 1; first < 600; first += 50) {
                        fresh += storePatiently(archive, entries(first, first + 99 > 600 ? 600 : first + 99));
                    }
                    return fresh;
                };
                stored.add(threads.submit(task));
            }
            int sum = 0;
            for (Future<Integer> fresh : stored) {
                sum += fresh.get();
            }
            assertThat(sum).isEqualTo(600);
        }
        assertThat(archives.getFirst().counts(EPOCH)).isEqualTo(new Counts(600, 0, 0, 0));
        assertThat(archives.getFirst().statistics(START).total()).isEqualTo(600);
        assertSame(oldest(archives.getFirst()), entries(1, 600));
    }

    /** Two that store the same may be in each other's way for once. */
    private static int storePatiently(Archive archive, List<Entry> entries) {
        for (int attempt = 1; ; attempt++) {
            try {
                return archive.store(entries);
            } catch (ArchiveException failure) {
                if (failure.reason() != ArchiveException.Reason.UNAVAILABLE || attempt == 20) {
                    throw failure;
                }
            }
        }
    }
}
