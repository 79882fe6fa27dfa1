package io.atalaya.assignment;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.atalaya.event.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers of a slower source, reused for a while. Thread-safe: the cache is, and everything else is immutable or a
 * counter.
 *
 * <p>Callers that ask for the same user at the same time share one question to the source. A known answer is there at
 * once. A source that fails, or is silent for {@link #TIMEOUT}, is counted and its failure not kept: the next caller
 * asks again. Where an answer to {@link #refresh} is due, the one that was in the cache serves instead.
 */
public final class CachedAssignments implements Assignments {
    /** How long the source may take. */
    public static final Duration TIMEOUT = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger(CachedAssignments.class);

    private final AsyncCache<Key, List<Assignment>> cache;
    private final Source source;
    private final Timer timer;
    private final LongAdder loads = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder timedOut = new LongAdder();

    /**
     * @param nanoClock the monotonic clock that answers age by
     * @param timer ends the wait for a silent source
     */
    public CachedAssignments(Source source, AssignmentConfig config, LongSupplier nanoClock, Timer timer) {
        this.source = source;
        this.timer = timer;
        this.cache = Caffeine.newBuilder()
                .maximumSize(config.cacheSize())
                .expireAfterWrite(config.cacheTtl())
                .ticker(nanoClock::getAsLong)
                .executor(Runnable::run)
                .buildAsync();
    }

    @Override
    public CompletionStage<List<Assignment>> of(TenantId tenant, String subject) {
        CompletableFuture<List<Assignment>> answer = cache.get(new Key(tenant, subject), (key, _) -> load(key));
        return orElse(answer, List.of());
    }

    @Override
    public CompletionStage<List<Assignment>> refresh(TenantId tenant, String subject) {
        var key = new Key(tenant, subject);
        List<Assignment> former = known(cache.getIfPresent(key));
        CompletableFuture<List<Assignment>> answer = load(key);
        // The question asked last wins: an older one that is answered later finds its place taken.
        cache.put(key, answer);
        return orElse(answer, former);
    }

    /** Forgets what is known of a user, so that an edit shows at once. */
    public void forget(TenantId tenant, String subject) {
        cache.synchronous().invalidate(new Key(tenant, subject));
    }

    /** What was asked of the source and what came of it. */
    public Counts counts() {
        return new Counts(loads.sum(), failed.sum(), timedOut.sum());
    }

    /** Asks the source. Completes with null where that fails, which the cache takes for "do not keep". */
    private CompletableFuture<List<Assignment>> load(Key key) {
        loads.increment();
        CompletableFuture<List<Assignment>> answer;
        try {
            answer = source.today(key.tenant(), key.subject())
                    .thenApply(List::copyOf)
                    .toCompletableFuture();
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        if (!answer.isDone()) {
            endInTime(answer);
        }
        return answer.handle((assignments, failure) -> {
            if (failure != null) {
                onFailure(key, failure);
            }
            return assignments;
        });
    }

    private void endInTime(CompletableFuture<List<Assignment>> answer) {
        Future<?> end = timer.after(
                TIMEOUT, () -> answer.completeExceptionally(new TimeoutException("no answer within " + TIMEOUT)));
        answer.whenComplete((_, _) -> end.cancel(false));
    }

    private void onFailure(Key key, Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        if (cause instanceof TimeoutException) {
            timedOut.increment();
        } else {
            failed.increment();
        }
        log.atDebug()
                .addKeyValue("tenant", key.tenant())
                .addKeyValue("error", cause)
                .log("assignments not read");
    }

    private static CompletionStage<List<Assignment>> orElse(
            CompletableFuture<List<Assignment>> answer, List<Assignment> otherwise) {
        return answer.thenApply(assignments -> Optional.ofNullable(assignments).orElse(otherwise));
    }

    private static List<Assignment> known(@Nullable CompletableFuture<List<Assignment>> answer) {
        return Optional.ofNullable(answer).map(stage -> stage.getNow(List.of())).orElse(List.of());
    }

    /** Where assignments are looked up when they are not known. Thread-safe; never blocks the caller. */
    @FunctionalInterface
    public interface Source {
        /** Today's assignments. May throw, fail, or never answer. */
        CompletionStage<List<Assignment>> today(TenantId tenant, String subject);
    }

    /** Runs something later. Thread-safe. */
    @FunctionalInterface
    public interface Timer {
        /** Runs {@code task} once, on any thread, when {@code delay} has passed, unless the answer is cancelled before. */
        Future<?> after(Duration delay, Runnable task);

        /** The time-out thread that the JVM has anyway. */
        static Timer system() {
            return (delay, task) -> CompletableFuture.runAsync(
                    task, CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS, Runnable::run));
        }
    }

    /**
     * @param loads questions to the source
     * @param failed those that failed
     * @param timedOut those that were not answered in time
     */
    public record Counts(long loads, long failed, long timedOut) {}

    private record Key(TenantId tenant, String subject) {}
}
