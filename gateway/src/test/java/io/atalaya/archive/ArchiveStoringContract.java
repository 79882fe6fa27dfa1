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
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.log.EventLog.Entry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every archive promises of what it stores and of what it refuses. Confined to the test. */
abstract class ArchiveStoringContract extends ArchiveFixture {
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

    static List<Long> letterOffsets(List<DeadLetter> letters) {
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
}
