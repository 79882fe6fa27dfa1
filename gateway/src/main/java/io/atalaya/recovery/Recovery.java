package io.atalaya.recovery;

import io.atalaya.event.Cursor;
import io.atalaya.hub.Session;
import io.atalaya.log.EventLog;
import io.atalaya.protocol.RecoveryFrames;
import io.atalaya.routing.EventRoutes;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Takes sessions from where their clients are to live delivery. Thread-safe: immutable, made of thread-safe parts. */
public final class Recovery {
    private static final int MOST_CHUNK_BYTES = 256 * 1024;

    private final RecoveryContext context;
    private final int maxChunkBytes;

    /**
     * Runs things elsewhere and later. Immutable.
     *
     * @param worker runs what may block; unbounded, like virtual threads
     */
    public record Pace(Executor worker, ReadQueue.Timer timer, LongSupplier nanoClock) {
        /** Real time. */
        public static Pace system(Executor worker) {
            ReadQueue.Timer timer =
                    (delayNanos, task) -> CompletableFuture.delayedExecutor(delayNanos, TimeUnit.NANOSECONDS, worker)
                            .execute(task);
            return new Pace(worker, timer, System::nanoTime);
        }
    }

    /** @param maxOutboundBytes what may wait for one session's socket; a chunk is smaller */
    public Recovery(RecoveryConfig config, EventLog log, EventRoutes routes, int maxOutboundBytes, Pace pace) {
        var queue = new ReadQueue(config, pace.worker(), pace.timer(), pace.nanoClock());
        this.context = new RecoveryContext(log, routes, queue, pace.timer(), new RecoveryCounters());
        this.maxChunkBytes = Math.min(MOST_CHUNK_BYTES, maxOutboundBytes / 2);
    }

    /**
     * Begins where the client wants to. On the session's loop, right after it has joined: before the loop delivers
     * anything to it.
     */
    public void begin(Session session, Since since) {
        switch (since) {
            case Since.Unsaid _ -> {}
            case Since.Now _ -> {
                Cursor head = context.log().head(session.principal().tenant());
                session.reply(RecoveryFrames.position(session.allocator(), head));
                replay(session, head).startAtHead();
            }
            case Since.After after -> replay(session, after.cursor()).start();
            case Since.Unreadable _ -> replay(session, elsewhere(session)).start();
        }
    }

    /** A position that the log answers as one of another epoch. */
    private Cursor elsewhere(Session session) {
        return new Cursor(context.log().head(session.principal().tenant()).epoch() ^ 1, 0);
    }

    private Replay replay(Session session, Cursor position) {
        return new Replay(context, session, position, maxChunkBytes);
    }

    /** What replays have done so far. */
    public RecoveryTotals totals() {
        return context.counters().totals(context.queue().size());
    }
}
