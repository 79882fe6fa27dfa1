package io.atalaya.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.log.EventLog.Appended;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.EventLog.Slice;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every log promises of what is appended, read and forgotten. Confined to the test. */
abstract class EventLogStoringContract extends EventLogFixture {
    @Test
    void anEmptyLogHasItsHeadBeforeTheFirstEvent() {
        EventLog log = open(ROOMY);

        Cursor head = log.head(TENANT);
        assertThat(head.offset()).isZero();
        assertThat(log.read(TENANT, head, 10)).isEqualTo(new Slice.Entries(List.of(), head));
        assertThat(log.recent(TENANT, head, 10)).contains(new Slice.Entries(List.of(), head));
        assertThat(log.backlog().take(10)).isEmpty();
        assertThat(log.totals()).isEqualTo(new EventLog.Totals(0, 0, 0, 0));
    }

    @Test
    void eventsKeepTheirOrderAndCursorsAreDense() {
        EventLog log = open(ROOMY);

        List<Appended> first = append(log, event("a"), event("b"), event("c"));
        List<Appended> second = append(log, event("d"));

        assertThat(first).hasOnlyElementsOfType(Appended.Stored.class);
        assertThat(offsets(first)).containsExactly(1L, 2L, 3L);
        assertThat(offsets(second)).containsExactly(4L);
        assertThat(log.head(TENANT)).isEqualTo(second.getFirst().cursor());
        assertThat(ids(read(log, 0))).containsExactly("a", "b", "c", "d");
        assertThat(read(log, 0))
                .extracting(Entry::cursor)
                .extracting(Cursor::offset)
                .containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void anEventComesBackAsItWasAppended() {
        EventLog log = open(ROOMY);
        Event event = event(OTHER, "a.b:c_d-e", 500);
        append(log, event);

        Event back = read(log, OTHER, 0).getFirst().event();

        assertThat(back.body().open()).isEqualTo(event.body().open());
        assertThat(back)
                .usingRecursiveComparison()
                .ignoringFields("body", "acceptedNanos")
                .isEqualTo(event);
    }

    @Test
    void aReadStartsAfterItsPositionAndEndsAtItsBound() {
        EventLog log = open(ROOMY);
        append(log, event("a"), event("b"), event("c"), event("d"));

        assertThat(ids(read(log, 2))).containsExactly("c", "d");
        assertThat(log.read(TENANT, at(log, 1), 2))
                .isInstanceOfSatisfying(
                        Slice.Entries.class,
                        entries -> assertThat(ids(entries.entries())).containsExactly("b", "c"));
        assertThat(read(log, 4)).isEmpty();
    }

    @Test
    void anAppendOfNothingDoesNothing() {
        EventLog log = open(ROOMY);

        assertThat(append(log)).isEmpty();

        assertThat(log.head(TENANT).offset()).isZero();
        assertThat(heard).isEmpty();
    }

    @Test
    void aRepeatedIdIsADuplicateOfTheFirstAndAddsNothing() {
        EventLog log = open(ROOMY);
        Cursor first = append(log, event("a")).getFirst().cursor();
        append(log, event("b"));

        List<Appended> outcomes = append(log, event("c"), event("a"), event("d"));

        assertThat(outcomes.get(1)).isEqualTo(new Appended.Duplicate(first));
        assertThat(offsets(outcomes)).containsExactly(3L, 1L, 4L);
        assertThat(ids(read(log, 0))).containsExactly("a", "b", "c", "d");
        assertThat(ids(heard)).containsExactly("a", "b", "c", "d");
        assertThat(log.totals().logged()).isEqualTo(4);
    }

    @Test
    void anIdRepeatedWithinOneAppendIsStoredOnce() {
        EventLog log = open(ROOMY);

        List<Appended> outcomes = append(log, event("a"), event("b"), event("a"), event("a"));

        Cursor first = outcomes.getFirst().cursor();
        assertThat(outcomes.subList(2, 4)).containsOnly(new Appended.Duplicate(first));
        assertThat(ids(read(log, 0))).containsExactly("a", "b");
    }

    @Test
    void anAppendOfDuplicatesOnlyIsNotHeard() {
        EventLog log = open(ROOMY);
        append(log, event("a"), event("b"));

        append(log, event("b"), event("a"));

        assertThat(heard).hasSize(2);
        assertThat(log.head(TENANT).offset()).isEqualTo(2);
    }

    @Test
    void theSameIdOfAnotherTenantIsAnotherEvent() {
        EventLog log = open(ROOMY);
        append(log, event("a"));

        List<Appended> outcomes = append(log, event(OTHER, "a", 0), event(OTHER, "a", 0));

        assertThat(outcomes.get(0)).isInstanceOf(Appended.Stored.class);
        assertThat(outcomes.get(1))
                .isEqualTo(new Appended.Duplicate(outcomes.get(0).cursor()));
    }

    @Test
    void anIdIsForgottenWhenTheWindowHasPassedSinceItWasStored() {
        EventLog log = open(ROOMY);
        append(log, event("a"));
        pass(ROOMY.dedupeWindow().minusMillis(1));
        assertThat(append(log, event("a"))).hasOnlyElementsOfType(Appended.Duplicate.class);

        pass(Duration.ofMillis(1));

        Appended again = append(log, event("a")).getFirst();
        assertThat(again).isEqualTo(new Appended.Stored(at(log, 2)));
        assertThat(append(log, event("a"))).containsExactly(new Appended.Duplicate(at(log, 2)));
    }

    @Test
    void eventsBeyondTheCountAreForgottenFromTheOldestEnd() {
        EventLog log = open(new LogConfig(3, 1L << 30, Duration.ofHours(1), Duration.ofHours(1), 1_000, false));

        append(log, event("a"), event("b"), event("c"), event("d"), event("e"));

        assertGapThenRest(log, 0, "c", "d", "e");
        assertThat(log.totals().logged()).isEqualTo(5);
        assertThat(log.totals().retained()).isEqualTo(3);
    }

    @Test
    void eventsBeyondTheBytesAreForgottenFromTheOldestEnd() {
        EventLog log = open(new LogConfig(1_000, 250, Duration.ofHours(1), Duration.ofHours(1), 1_000, false));
        for (String id : List.of("a", "b", "c", "d")) {
            append(log, event(TENANT, id, 100));
        }

        assertGapThenRest(log, 1, "c", "d");
        assertThat(log.totals()).isEqualTo(new EventLog.Totals(4, 0, 2, 200));
    }

    @Test
    void eventsBeyondTheAgeAreForgotten() {
        EventLog log = open(new LogConfig(1_000, 1L << 30, Duration.ofMinutes(2), Duration.ofHours(1), 1_000, false));
        append(log, event("a"), event("b"));
        pass(Duration.ofMinutes(1));
        append(log, event("c"));

        pass(Duration.ofMinutes(1));

        assertThat(log.totals().retained()).isEqualTo(1);
        assertGapThenRest(log, 0, "c");
        pass(Duration.ofMinutes(1));
        assertThat(log.totals()).isEqualTo(new EventLog.Totals(3, 0, 0, 0));
        assertThat(log.head(TENANT).offset()).isEqualTo(3);
        assertThat(read(log, 3)).isEmpty();
    }

    @Test
    void aForgottenEventIsStillADuplicateWithinItsWindow() {
        EventLog log = open(new LogConfig(1, 1L << 30, Duration.ofHours(1), Duration.ofHours(1), 1_000, false));
        append(log, event("a"), event("b"));

        List<Appended> outcomes = append(log, event("a"));

        assertThat(outcomes).containsExactly(new Appended.Duplicate(at(log, 1)));
    }

    static void assertGapThenRest(EventLog log, long after, String... rest) {
        Slice slice = log.read(TENANT, at(log, after), 10_000);
        assertThat(slice).isInstanceOf(Slice.Gap.class);
        var gap = (Slice.Gap) slice;
        assertThat(gap.reason()).isEqualTo(Slice.Reason.RETENTION);
        assertThat(ids(read(log, gap.resumeAfter().offset()))).containsExactly(rest);
    }

    @Test
    void aPositionAheadOfTheHeadIsAGap() {
        EventLog log = open(ROOMY);
        append(log, event("a"));

        Slice slice = log.read(TENANT, at(log, 2), 10);

        assertThat(slice).isEqualTo(new Slice.Gap(Slice.Reason.AHEAD, log.head(TENANT)));
    }

    @Test
    void aPositionOfAnotherEpochIsAGapWhateverItsOffset() {
        EventLog log = open(ROOMY);
        append(log, event("a"), event("b"));
        long epoch = log.head(TENANT).epoch() == 0 ? 1 : log.head(TENANT).epoch() - 1;

        for (long offset : new long[] {0, 1, 2, 99}) {
            Slice slice = log.read(TENANT, new Cursor(epoch, offset), 10);
            assertThat(slice).isEqualTo(new Slice.Gap(Slice.Reason.EPOCH, at(log, 0)));
        }
    }
}
