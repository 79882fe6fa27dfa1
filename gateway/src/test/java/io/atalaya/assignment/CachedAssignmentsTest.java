package io.atalaya.assignment;

import static io.atalaya.assignment.AssignmentStoreTest.known;
import static io.atalaya.assignment.AssignmentStoreTest.sector;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.TenantId;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CachedAssignmentsTest {
    private static final TenantId ONE = new TenantId("1");
    private static final TenantId TWO = new TenantId("2");
    private static final AssignmentConfig CONFIG = new AssignmentConfig(
            new AssignmentConfig.FileConfig(Optional.empty()), ZoneOffset.UTC, Duration.ofMinutes(5), 100);

    private final Queue<CompletableFuture<List<Assignment>>> asked = new ArrayDeque<>();
    private final List<Runnable> deadlines = new ArrayList<>();
    private long nowNanos = 2; // even, as the cache drops the last bit
    private final CachedAssignments.Timer timer = (delay, deadline) -> {
        assertThat(delay).isEqualTo(CachedAssignments.TIMEOUT);
        deadlines.add(deadline);
        return CompletableFuture.completedFuture(null);
    };
    private final CachedAssignments cache = new CachedAssignments(this::ask, CONFIG, () -> nowNanos, timer);

    @Test
    void asksOnceAndAnswersAtOnceFromThenOn() {
        var first = cache.of(ONE, "7");
        answer(sector(5));

        assertThat(first.toCompletableFuture()).isCompletedWithValue(List.of(sector(5)));
        assertThat(known(cache, ONE, "7")).containsExactly(sector(5));
        assertThat(cache.counts()).isEqualTo(new CachedAssignments.Counts(1, 0, 0));
    }

    @Test
    void asksAgainWhenTheAnswerIsTooOldAndNotBefore() {
        cache.of(ONE, "7");
        answer(sector(5));

        nowNanos += Duration.ofMinutes(5).toNanos() - 1;
        assertThat(known(cache, ONE, "7")).containsExactly(sector(5));

        nowNanos += 1;
        var again = cache.of(ONE, "7");
        answer(sector(6));
        assertThat(again.toCompletableFuture()).isCompletedWithValue(List.of(sector(6)));
    }

    @Test
    void keepsTenantsApart() {
        cache.of(ONE, "7");
        answer(sector(5));

        assertThat(cache.of(TWO, "7").toCompletableFuture()).isNotDone();
    }

    @Test
    void refreshGoesPastTheCacheAndRefillsIt() {
        cache.of(ONE, "7");
        answer(sector(5));

        var fresh = cache.refresh(ONE, "7");
        answer(sector(6));

        assertThat(fresh.toCompletableFuture()).isCompletedWithValue(List.of(sector(6)));
        assertThat(known(cache, ONE, "7")).containsExactly(sector(6));
    }

    @Test
    void keepsTheAnswerToTheQuestionAskedLast() {
        cache.refresh(ONE, "7");
        cache.refresh(ONE, "7");
        var older = asked.remove();
        answer(sector(6));
        older.complete(List.of(sector(5)));

        assertThat(known(cache, ONE, "7")).containsExactly(sector(6));
    }

    @Test
    void degradesToNothingAndAsksAgainWhenTheSourceFails() {
        var first = cache.of(ONE, "7");
        asked.remove().completeExceptionally(new IllegalStateException("down"));
        var second = cache.of(ONE, "7");
        answer(sector(5));

        assertThat(first.toCompletableFuture()).isCompletedWithValue(List.of());
        assertThat(second.toCompletableFuture()).isCompletedWithValue(List.of(sector(5)));
        assertThat(cache.counts()).isEqualTo(new CachedAssignments.Counts(2, 1, 0));
    }

    @Test
    void degradesToNothingWhenTheSourceThrows() {
        var broken = new CachedAssignments(
                (_, _) -> {
                    throw new IllegalStateException("down");
                },
                CONFIG,
                () -> nowNanos,
                timer);

        assertThat(known(broken, ONE, "7")).isEmpty();
        assertThat(broken.refresh(ONE, "7").toCompletableFuture()).isCompletedWithValue(List.of());
        assertThat(broken.counts()).isEqualTo(new CachedAssignments.Counts(2, 2, 0));
    }

    @Test
    void degradesToNothingWhenTheSourceIsSilent() {
        var answer = cache.of(ONE, "7");

        deadlines.getFirst().run();

        assertThat(answer.toCompletableFuture()).isCompletedWithValue(List.of());
        assertThat(cache.counts()).isEqualTo(new CachedAssignments.Counts(1, 0, 1));
        assertThat(cache.of(ONE, "7").toCompletableFuture()).isNotDone();
    }

    @Test
    void refreshDegradesToWhatWasKnown() {
        cache.of(ONE, "7");
        answer(sector(5));

        var refreshed = cache.refresh(ONE, "7");
        asked.remove().completeExceptionally(new IllegalStateException("down"));

        assertThat(refreshed.toCompletableFuture()).isCompletedWithValue(List.of(sector(5)));
    }

    @Test
    void forgetsWhatWasEdited() {
        cache.of(ONE, "7");
        answer(sector(5));

        cache.forget(ONE, "7");

        assertThat(cache.of(ONE, "7").toCompletableFuture()).isNotDone();
    }

    @Test
    void asksOnceForManyCallersAtTheSameTime() throws Exception {
        var questions = new AtomicInteger();
        var pending = new CompletableFuture<List<Assignment>>();
        var shared = new CachedAssignments(
                (_, _) -> {
                    questions.incrementAndGet();
                    return pending;
                },
                CONFIG,
                () -> 1L,
                timerThatNeverEnds());
        var start = new CountDownLatch(1);
        List<Future<CompletionStage<List<Assignment>>>> callers = new ArrayList<>();

        try (var threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 64; i++) {
                callers.add(threads.submit(() -> {
                    start.await();
                    return shared.of(ONE, "7");
                }));
            }
            start.countDown();
            for (var caller : callers) {
                caller.get();
            }
            pending.complete(List.of(sector(5)));
            for (var caller : callers) {
                assertThat(caller.get().toCompletableFuture().get()).containsExactly(sector(5));
            }
        }

        assertThat(questions).hasValue(1);
    }

    private static CachedAssignments.Timer timerThatNeverEnds() {
        return (_, _) -> new CompletableFuture<Void>();
    }

    private CompletionStage<List<Assignment>> ask(TenantId tenant, String subject) {
        var answer = new CompletableFuture<List<Assignment>>();
        asked.add(answer);
        return answer;
    }

    private void answer(Assignment assignment) {
        asked.remove().complete(List.of(assignment));
    }
}
