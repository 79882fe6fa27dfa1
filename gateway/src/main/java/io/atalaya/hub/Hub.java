package io.atalaya.hub;

import io.atalaya.auth.Authenticator.Standing;
import io.atalaya.auth.Principal;
import io.atalaya.event.TenantId;
import io.atalaya.event.Topic;
import io.atalaya.metrics.CappedLabels;
import io.atalaya.metrics.LabelSet;
import io.atalaya.progress.Attendance;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.Wire;
import io.atalaya.routing.EventRoutes;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All shards of this process. Thread-safe: immutable after construction but for what the shards and the directories own.
 */
public final class Hub {
    /** Most event loops of one process; the directory keeps one bit for each. */
    public static final int MAX_SHARDS = 64;

    private static final long DRAIN_STEP_MILLIS = 50;

    private final List<Shard> shards = new ArrayList<>();
    private final Map<EventLoop, Shard> byLoop = new ConcurrentHashMap<>();
    private final TopicDirectory socketTopics = new TopicDirectory();
    private final TopicDirectory streamTopics = new TopicDirectory();
    private final Admission admission;
    private final Router router;
    private final Standings standings;
    private final HubConfig config;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final AtomicLong revocations = new AtomicLong();
    private volatile boolean draining;
    private final LabelSet types;
    private final CappedLabels tenants;

    /**
     * @param loops one shard is made for each; at most {@link #MAX_SHARDS}
     * @param standings asked when a session's credential is due
     * @param clock wall clock, for the expiry of credentials
     * @param nanoClock monotonic clock
     */
    public Hub(
            Iterable<EventExecutor> loops,
            EventRoutes routes,
            HubConfig config,
            Standings standings,
            InstantSource clock,
            LongSupplier nanoClock) {
        this.config = config;
        this.standings = standings;
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.admission = new Admission(config);
        this.types = LabelSet.of(routes.types());
        this.tenants = new CappedLabels(config.countedTenants());
        this.router = new Router(routes, this, config);
        for (EventExecutor executor : loops) {
            if (shards.size() == MAX_SHARDS) {
                throw new IllegalArgumentException(
                        "event loops: more than %d (expected: at most that many)".formatted(MAX_SHARDS));
            }
            var loop = (EventLoop) executor;
            var shard = new Shard(shards.size(), loop, this, config);
            shards.add(shard);
            byLoop.put(loop, shard);
        }
    }

    /** Answers whether a principal accepted earlier may stay. Thread-safe; never blocks; never fails. */
    @FunctionalInterface
    public interface Standings {
        CompletionStage<Standing> of(Principal principal);
    }

    /** Starts the periodic work of every shard. */
    public void start() {
        shards.forEach(Shard::start);
    }

    /** The shard of an event loop. */
    public Shard shardOf(EventLoop loop) {
        Shard shard = byLoop.get(loop);
        if (shard == null) {
            throw new IllegalArgumentException("event loop: %s (expected: one of the hub's)".formatted(loop));
        }
        return shard;
    }

    /** Takes events to the shards. */
    public Router router() {
        return router;
    }

    /** Grants sessions. */
    public Admission admission() {
        return admission;
    }

    /** Every topic with a subscriber at this moment. */
    public Set<Topic> topics() {
        return Stream.of(socketTopics, streamTopics)
                .flatMap(directory -> directory.topics().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The event types whose latencies are told apart. */
    LabelSet types() {
        return types;
    }

    /** The tenants that are counted by name. */
    public CappedLabels tenants() {
        return tenants;
    }

    /** How many shards there are. */
    int shards() {
        return shards.size();
    }

    /** Who subscribes to what, among the sessions with a wire. */
    TopicDirectory directory(Wire wire) {
        return switch (wire) {
            case WEBSOCKET -> socketTopics;
            case SSE -> streamTopics;
        };
    }

    Standings standings() {
        return standings;
    }

    long nowNanos() {
        return nanoClock.getAsLong();
    }

    java.time.Instant now() {
        return clock.instant();
    }

    void offer(Delivery delivery, long mask) {
        for (long rest = mask; rest != 0; rest &= rest - 1) {
            shards.get(Long.numberOfTrailingZeros(rest)).offer(delivery);
        }
    }

    /** Runs {@code question} on every shard's loop and gathers the answers. Callable by any thread. */
    public <T> CompletableFuture<List<T>> ask(Function<Shard, T> question) {
        List<CompletableFuture<T>> answers = askEach(question);
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(_ -> answers.stream().map(CompletableFuture::join).toList());
    }

    /** Who of a tenant is connected and who has left lately: an answer a shard. Callable by any thread. */
    public List<CompletableFuture<Attendance>> attendance(TenantId tenant) {
        return askEach(shard -> shard.attendance(tenant));
    }

    private <T> List<CompletableFuture<T>> askEach(Function<Shard, T> question) {
        var answers = new ArrayList<CompletableFuture<T>>();
        for (Shard shard : shards) {
            var answer = new CompletableFuture<T>();
            shard.execute(() -> {
                try {
                    answer.complete(question.apply(shard));
                } catch (RuntimeException failure) {
                    answer.completeExceptionally(failure);
                }
            });
            answers.add(answer);
        }
        return answers;
    }

    /** The shards' counters added up; each shard's part is consistent in itself. */
    public CompletableFuture<ShardSnapshot> snapshot() {
        return ask(Shard::snapshot).thenApply(parts -> parts.stream().reduce(ShardSnapshot.EMPTY, ShardSnapshot::plus));
    }

    /** What the shards' counters alone tell; costs no look at any session. */
    public CompletableFuture<ShardSnapshot.Pulse> pulse() {
        return ask(Shard::pulse)
                .thenApply(parts -> parts.stream().reduce(ShardSnapshot.Pulse.NONE, ShardSnapshot.Pulse::plus));
    }

    /** The deliveries' book, balanced for each shard at one moment; the only thing asked of a session is what is pending. */
    public CompletableFuture<ShardSnapshot.Account> account() {
        return ask(Shard::account)
                .thenApply(parts -> parts.stream().reduce(ShardSnapshot.Account.NONE, ShardSnapshot.Account::plus));
    }

    /** Who is there, by tenant and endpoint; several entries where several shards have sessions of both. */
    public CompletableFuture<List<ShardSnapshot.Crowd>> crowds() {
        return ask(Shard::crowds)
                .thenApply(parts -> parts.stream().flatMap(List::stream).toList());
    }

    /**
     * A credential was revoked just now. Whoever was authenticated before is asked about again when it joins, so that no
     * connection slips between the check of its credential and the search for sessions to close. Callable by any thread.
     */
    public void onRevoked() {
        revocations.incrementAndGet();
    }

    /** How many revocations this process has seen; one that is higher at the join than at the check calls for another. */
    public long revocations() {
        return revocations.get();
    }

    /** Open sessions that {@code wanted} accepts, as operators see them. */
    public CompletableFuture<List<SessionView>> sessions(Function<SessionView, Boolean> wanted) {
        return ask(shard -> shard.sessions().stream()
                        .map(SessionView::of)
                        .filter(wanted::apply)
                        .toList())
                .thenApply(parts -> parts.stream().flatMap(Collection::stream).toList());
    }

    /** Closes every open session that {@code wanted} accepts and returns how many there were. */
    public CompletableFuture<Integer> close(Function<SessionView, Boolean> wanted, CloseReason reason) {
        return ask(shard -> {
                    List<Session> chosen = shard.sessions().stream()
                            .filter(session -> wanted.apply(SessionView.of(session)))
                            .toList();
                    chosen.forEach(session -> session.close(reason));
                    return chosen.size();
                })
                .thenApply(counts -> counts.stream().mapToInt(Integer::intValue).sum());
    }

    /** Whether sessions are being closed for good: who has not joined yet is told so instead. */
    public boolean isDraining() {
        return draining;
    }

    /** Closes all sessions with 1001, spread evenly over the configured drain; completes when none is left. */
    public CompletableFuture<Void> drain() {
        draining = true;
        var drained = new ArrayList<CompletableFuture<Void>>();
        for (Shard shard : shards) {
            var done = new CompletableFuture<Void>();
            drained.add(done);
            shard.execute(() -> {
                long steps = Math.max(1, config.drain().toMillis() / DRAIN_STEP_MILLIS);
                int each = (int) Math.ceilDiv(Math.max(1, shard.sessions().size()), steps);
                drainStep(shard, each, done);
            });
        }
        return CompletableFuture.allOf(drained.toArray(CompletableFuture[]::new))
                .orTimeout(config.drain().plus(Duration.ofSeconds(5)).toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void drainStep(Shard shard, int each, CompletableFuture<Void> done) {
        if (shard.closeSome(each, CloseReason.SHUTDOWN) == 0) {
            done.complete(null);
        } else {
            shard.schedule(() -> drainStep(shard, each, done), DRAIN_STEP_MILLIS);
        }
    }
}
