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
import io.atalaya.archive.EventQuery.Order;
import io.atalaya.archive.EventQuery.Time;
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every archive promises. An implementation inherits it with {@link #open}, {@link #refuse} and
 * {@link #acceptAll}; {@link ArchiveModelContract} compares it with a model.
 */
@Timeout(120)
public abstract class ArchiveContract extends ArchiveStoringContract {
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
