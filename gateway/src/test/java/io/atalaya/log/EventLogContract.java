package io.atalaya.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Appended;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.EventLog.Slice;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every log promises. An implementation inherits it with {@link #create}. */
@Timeout(60)
public abstract class EventLogContract extends EventLogStoringContract {
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
