package io.atalaya.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Appended;
import io.atalaya.log.EventLog.CommitListener;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.EventLog.Slice;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every log promises. An implementation inherits it with {@link #create}. */
@Timeout(60)
public abstract class EventLogContract {
    private static final TenantId TENANT = new TenantId("1");
    private static final TenantId OTHER = new TenantId("2");
    private static final LogConfig ROOMY =
            new LogConfig(10_000, 1L << 30, Duration.ofHours(24), Duration.ofMinutes(10), 100_000, false);

    private static final LogConfig ARCHIVED =
            new LogConfig(5, 1L << 30, Duration.ofHours(24), Duration.ofMinutes(10), 100_000, true);

    /** Wall clock of the log under test, in milliseconds since 1970; moved by the tests alone. */
    private final AtomicLong millis = new AtomicLong(1_000_000);

    private final List<Entry> heard = Collections.synchronizedList(new ArrayList<>());
    private final List<EventLog> opened = new ArrayList<>();

    /** A new, empty log. */
    protected abstract EventLog create(LogConfig config, InstantSource clock, CommitListener listener);

    private EventLog open(LogConfig config) {
        EventLog log = create(config, () -> Instant.ofEpochMilli(millis.get()), heard::addAll);
        opened.add(log);
        return log;
    }

    @AfterEach
    final void closeEverything() {
        opened.forEach(EventLog::close);
    }

    /** An event with this id, whose body is as long as asked for. */
    protected static Event event(TenantId tenant, String id, int openLength) {
        String start = "{\"id\":\"" + id + "\",\"x\":\"";
        String open = start + "x".repeat(Math.max(0, openLength - start.length() - 1)) + "\"";
        return new Event(
                tenant,
                new EventId(id),
                "TYPE",
                Map.of("branch_id", "3"),
                new Event.Body(open.getBytes(UTF_8)),
                Instant.ofEpochSecond(1_000),
                5,
                true);
    }

    /** An event of the usual tenant. */
    protected static Event event(String id) {
        return event(TENANT, id, 0);
    }

    /** Appends and waits for the outcome. */
    protected static List<Appended> append(EventLog log, Event... events) {
        return log.append(List.of(events))
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    private static Cursor at(EventLog log, long offset) {
        return new Cursor(log.head(TENANT).epoch(), offset);
    }

    private static List<Entry> read(EventLog log, long after) {
        return read(log, TENANT, after);
    }

    private static List<Entry> read(EventLog log, TenantId tenant, long after) {
        var all = new ArrayList<Entry>();
        Cursor at = new Cursor(log.head(tenant).epoch(), after);
        Cursor head = log.head(tenant);
        do {
            Slice slice = log.read(tenant, at, 10_000);
            assertThat(slice).isInstanceOf(Slice.Entries.class);
            all.addAll(((Slice.Entries) slice).entries());
            at = ((Slice.Entries) slice).through();
        } while (at.offset() < head.offset());
        return all;
    }

    private static List<String> ids(List<Entry> entries) {
        return entries.stream().map(entry -> entry.event().id().value()).toList();
    }

    private static List<Long> offsets(List<Appended> outcomes) {
        return outcomes.stream().map(outcome -> outcome.cursor().offset()).toList();
    }

    private void pass(Duration time) {
        millis.addAndGet(time.toMillis());
    }

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

    private static void assertGapThenRest(EventLog log, long after, String... rest) {
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

    @Test
    void theListenerHasHeardBeforeTheAppendCompletes() {
        EventLog log = open(ROOMY);
        var heardAtCompletion = new ArrayList<Integer>();

        log.append(List.of(event("a"), event("b")))
                .thenAccept(_ -> heardAtCompletion.add(heard.size()))
                .toCompletableFuture()
                .join();

        assertThat(heardAtCompletion).containsExactly(2);
    }

    @Test
    void afterTheCloseNothingIsStored() {
        EventLog log = open(ROOMY);
        append(log, event("a"));
        log.close();
        log.close();

        assertThatThrownBy(() ->
                        log.append(List.of(event("b"))).toCompletableFuture().get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(LogException.class);
        assertThat(ids(heard)).containsExactly("a");
    }

    @Test
    void whatWasTakenBeforeTheCloseIsCommitted() {
        EventLog log = open(ROOMY);
        var pending = new ArrayList<java.util.concurrent.CompletableFuture<List<Appended>>>();
        for (int i = 0; i < 50; i++) {
            pending.add(log.append(List.of(event("e" + i))).toCompletableFuture());
        }

        log.close();

        assertThat(pending)
                .allSatisfy(
                        one -> assertThat(one.get(30, TimeUnit.SECONDS)).hasOnlyElementsOfType(Appended.Stored.class));
        assertThat(heard).hasSize(50);
    }

    @Test
    void concurrentAppendsAreEachWholeAndAllInOneOrder() throws Exception {
        EventLog log = open(ROOMY);
        int threads = 4;
        int appends = 100;
        var ended = new AtomicBoolean();
        Thread reader = Thread.ofPlatform().start(() -> {
            while (!ended.get()) {
                assertWhole(log);
            }
        });
        inParallel(threads, thread -> {
            for (int i = 0; i < appends; i++) {
                String id = thread + "-" + i + "-";
                List<Appended> outcomes =
                        append(log, event(id + 0), event(id + 1), event(id + 2), event(id + 3), event(id + 4));
                long first = outcomes.getFirst().cursor().offset();
                assertThat(offsets(outcomes)).containsExactly(first, first + 1, first + 2, first + 3, first + 4);
            }
        });
        ended.set(true);
        reader.join();

        int total = threads * appends * 5;
        assertThat(heard)
                .extracting(entry -> entry.cursor().offset())
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, total).boxed().toList());
        assertThat(ids(read(log, 0))).isEqualTo(ids(heard)).doesNotHaveDuplicates();
    }

    private static void assertWhole(EventLog log) {
        assertThat(log.head(TENANT).offset() % 5).isZero();
        assertThat(read(log, 0).size() % 5).isZero();
    }

    @Test
    void oneIdAppendedByManyAtOnceIsStoredOnce() throws Exception {
        EventLog log = open(ROOMY);
        int rounds = 100;
        var stored = new AtomicLong();
        inParallel(4, _ -> {
            for (int i = 0; i < rounds; i++) {
                if (append(log, event("same-" + i)).getFirst() instanceof Appended.Stored) {
                    stored.incrementAndGet();
                }
            }
        });

        assertThat(stored).hasValue(rounds);
        assertThat(log.totals().logged()).isEqualTo(rounds);
        assertThat(new HashSet<>(ids(heard))).hasSize(rounds);
    }

    private interface Work {
        void run(int thread);
    }

    private static void inParallel(int threads, Work work) throws Exception {
        var together = new CyclicBarrier(threads);
        try (var executor = Executors.newFixedThreadPool(threads)) {
            var running = new ArrayList<Future<?>>();
            for (int thread = 0; thread < threads; thread++) {
                int own = thread;
                running.add(executor.submit(() -> {
                    together.await();
                    work.run(own);
                    return null;
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesWithAListAndASet(long seed) {
        var random = new Random(seed);
        var config = new LogConfig(20, 1_500, Duration.ofSeconds(60), Duration.ofSeconds(40), 100_000, false);
        EventLog log = open(config);
        var model = new ModelLog(config);
        for (int step = 0; step < 300; step++) {
            String when = "seed %d, step %d".formatted(seed, step);
            pass(Duration.ofSeconds(random.nextInt(6)));
            var events = new Event[random.nextInt(6)];
            Arrays.setAll(
                    events,
                    _ -> event(
                            random.nextBoolean() ? TENANT : OTHER, "" + random.nextInt(60), 30 + random.nextInt(120)));
            assertThat(offsets(append(log, events))).as(when).isEqualTo(model.append(events, millis.get()));
            long after = random.nextLong(model.size() + 1);
            TenantId tenant = random.nextBoolean() ? TENANT : OTHER;
            switch (log.read(tenant, at(log, after), 1_000)) {
                case Slice.Entries entries ->
                    assertThat(ids(entries.entries())).as(when).isEqualTo(model.after(after, tenant));
                case Slice.Gap gap -> assertThat(after).as("%s, %s", when, gap).isLessThan(model.forgotten());
            }
            assertThat(log.totals().retained()).as(when).isEqualTo(model.size() - model.forgotten());
        }
        assertThat(ids(heard)).isEqualTo(model.after(0));
    }

    @Test
    void aReadSeesOneTenantAndSaysHowFarItLooked() {
        EventLog log = open(ROOMY);
        append(log, event("a"), event(OTHER, "b", 0), event("c"), event(OTHER, "d", 0));

        assertThat(ids(read(log, TENANT, 0))).containsExactly("a", "c");
        assertThat(ids(read(log, OTHER, 0))).containsExactly("b", "d");
        assertThat(log.recent(TENANT, at(log, 0), 10)).hasValueSatisfying(recent -> {
            assertThat(ids(recent.entries())).containsExactly("a", "c");
            assertThat(recent.through()).isEqualTo(log.head(TENANT));
        });
    }

    @Test
    void whatIsHeardIsRecent() {
        var missing = new ArrayList<Entry>();
        var self = new EventLog[1];
        EventLog log = create(ROOMY, () -> Instant.ofEpochMilli(millis.get()), entries -> {
            Cursor before = new Cursor(
                    entries.getFirst().cursor().epoch(),
                    entries.getFirst().cursor().offset() - 1);
            var recent = self[0].recent(entries.getFirst().event().tenant(), before, 100)
                    .orElseThrow();
            entries.stream().filter(entry -> !recent.entries().contains(entry)).forEach(missing::add);
        });
        opened.add(log);
        self[0] = log;

        append(log, event("a"), event("b"));
        append(log, event("c"));

        assertThat(missing).isEmpty();
    }

    @Test
    void moreThanAskedForIsNotRecent() {
        EventLog log = open(ROOMY);
        append(log, event("a"), event("b"), event("c"));

        assertThat(log.recent(TENANT, at(log, 1), 2)).isPresent();
        assertThat(log.recent(TENANT, at(log, 0), 2)).isEmpty();
    }

    @Test
    void timesAlongTheLogNeverFallWhateverTheClockDoes() {
        EventLog log = open(ROOMY);
        append(log, event("a"));
        millis.addAndGet(-60_000);
        append(log, event("b"));
        millis.addAndGet(120_000);
        append(log, event("c"));

        assertThat(read(log, 0)).extracting(Entry::atMillis).isSorted();
        assertThat(read(log, 0).getLast().atMillis()).isEqualTo(1_060_000);
    }

    @Test
    void theBacklogIsHandedOutInOrderUntilItIsConfirmed() {
        EventLog log = open(ARCHIVED);
        append(log, event("a"), event(OTHER, "b", 0), event("c"));
        EventLog.Backlog backlog = log.backlog();

        List<Entry> taken = backlog.take(2);
        assertThat(ids(taken)).containsExactly("a", "b");
        assertThat(ids(backlog.take(2))).containsExactly("a", "b");
        backlog.confirm(taken.subList(0, 1));
        assertThat(log.totals().backlog()).isEqualTo(2);

        taken = backlog.take(10);
        assertThat(ids(taken)).containsExactly("b", "c");
        backlog.confirm(taken);
        assertThat(backlog.take(10)).isEmpty();
        assertThat(log.totals().confirmed()).isEqualTo(3);
    }

    @Test
    void whatIsNotConfirmedIsKeptBeyondTheBoundsAndThenRefusesAppends() {
        EventLog log = open(ARCHIVED);
        append(log, event("a"), event("b"), event("c"), event("d"), event("e"), event("f"));

        assertThat(ids(read(log, 0))).hasSize(6);
        assertThatThrownBy(() -> append(log, event("g")))
                .cause()
                .isInstanceOfSatisfying(
                        LogException.class,
                        failure -> assertThat(failure.reason()).isEqualTo(LogException.Reason.FULL));

        log.backlog().confirm(log.backlog().take(2));
        append(log, event("g"));
        assertThat(ids(heard)).endsWith("f", "g");
    }
}
