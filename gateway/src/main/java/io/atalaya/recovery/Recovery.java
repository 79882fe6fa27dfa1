package io.atalaya.recovery;

import io.atalaya.ack.AckDesk;
import io.atalaya.ack.AckReport;
import io.atalaya.ack.AckStore;
import io.atalaya.ack.Recipient;
import io.atalaya.auth.Principal;
import io.atalaya.event.Cursor;
import io.atalaya.hub.Session;
import io.atalaya.log.EventLog;
import io.atalaya.profile.Endpoint.FirstMessage;
import io.atalaya.protocol.RecoveryFrames;
import io.atalaya.retained.RetainedStates;
import io.atalaya.routing.EventRoutes;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Takes sessions from where their clients are to live delivery. Thread-safe: immutable, made of thread-safe parts. */
public final class Recovery {
    private static final int MOST_CHUNK_BYTES = 256 * 1024;
    private static final long TICK_NANOS = 1_000_000_000L;

    private final RecoveryContext context;
    private final RetainedStates states;
    private final int maxChunkBytes;

    /**
     * Runs things elsewhere and later. Immutable.
     *
     * @param worker runs what may block; unbounded, like virtual threads
     */
    public record Pace(Executor worker, Later later, LongSupplier nanoClock, InstantSource clock) {
        /** Real time. */
        public static Pace system(Executor worker, InstantSource clock) {
            Later later =
                    (delayNanos, task) -> CompletableFuture.delayedExecutor(delayNanos, TimeUnit.NANOSECONDS, worker)
                            .execute(task);
            return new Pace(worker, later, System::nanoTime, clock);
        }
    }

    /** Runs something later. Thread-safe; never blocks. */
    @FunctionalInterface
    public interface Later {
        void after(long delayNanos, Runnable task);
    }

    /** What is read and written. Immutable; everything in it is thread-safe. */
    public record Stores(EventLog log, AckStore acks) {}

    /** @param maxOutboundBytes what may wait for one session's socket; a chunk is smaller */
    public Recovery(RecoveryConfig config, Stores stores, EventRoutes routes, int maxOutboundBytes, Pace pace) {
        var queue = new ReadQueue(config, pace);
        var desk = new AckDesk(stores.acks(), pace.worker(), pace.later()::after);
        var acks = new Acknowledgements(desk, routes, pace.clock());
        this.context = new RecoveryContext(stores.log(), routes, queue, acks, pace, new RecoveryCounters());
        this.states = new RetainedStates(stores.log(), routes, pace.clock());
        this.maxChunkBytes = Math.min(MOST_CHUNK_BYTES, maxOutboundBytes / 2);
    }

    /** Starts what runs by itself: resends and expiry, where the profile has something to acknowledge. */
    public void start() {
        if (context.routes().wantsAcks()) {
            tick();
        }
    }

    /** Lets expire and sends again what is due. */
    void tickOnce() {
        context.acks().onTick();
    }

    private void tick() {
        tickOnce();
        context.pace().later().after(TICK_NANOS, this::tick);
    }

    /**
     * Begins where the client wants to. On the session's loop, right after it has joined: before the loop delivers
     * anything to it.
     */
    public void begin(Session session, Wish wish) {
        Optional<FirstMessage> first = session.endpoint().firstMessage();
        boolean resumes = wish.since() instanceof Since.After || wish.since() instanceof Since.Unreadable;
        if (first.isPresent() && !resumes) {
            session.startsAfter(head(session));
            new Opening(context, states, session, first.get(), maxChunkBytes)
                    .start(position -> start(session, wish, position, true));
        } else {
            beginSilently(session, wish);
        }
    }

    private void beginSilently(Session session, Wish wish) {
        boolean wantsAcks = context.routes().wantsAcks();
        switch (wish.since()) {
            case Since.Unsaid _ -> {
                Cursor head = head(session);
                session.startsAfter(head);
                if (wantsAcks) {
                    start(session, wish, head, true);
                }
            }
            case Since.Now _ -> {
                Cursor head = head(session);
                session.reply(RecoveryFrames.position(session.allocator(), head));
                start(session, wish, head, true);
            }
            case Since.After after -> start(session, wish, after.cursor(), false);
            // a position that the log answers as one of another epoch
            case Since.Unreadable _ ->
                start(session, wish, new Cursor(head(session).epoch() ^ 1, 0), false);
        }
    }

    private Cursor head(Session session) {
        return context.log().head(session.principal().tenant());
    }

    private void start(Session session, Wish wish, Cursor position, boolean atHead) {
        session.startsAfter(position);
        var replay = new Replay(context, session, position, atHead, maxChunkBytes);
        if (context.routes().wantsAcks()) {
            Principal who = session.principal();
            var recipient = new Recipient(who.tenant(), who.scheme(), who.subject(), wish.clientId());
            new AckedSession(context, session, recipient, replay).start();
        } else {
            replay.start();
        }
    }

    /**
     * The client has acknowledged events. On the session's loop.
     *
     * @return false when nothing is to be acknowledged here
     */
    public boolean onAcknowledged(Session session, List<String> ids) {
        if (!(session.companion() instanceof AckedSession acked) || ids.isEmpty()) {
            return false;
        }
        ids.forEach(acked::acknowledge);
        return true;
    }

    /** What replays have done so far. */
    public RecoveryTotals totals() {
        return context.counters().totals(context.queue().size());
    }

    /** How acknowledgements go. */
    public AckReport acknowledgements() {
        return context.acks().desk().report();
    }

    /** The desk that answers who got an event. */
    public AckDesk desk() {
        return context.acks().desk();
    }

    /** Recipients that are connected and acknowledge. */
    int recipients() {
        return context.acks().recipients();
    }
}
