package io.atalaya.recovery;

import io.atalaya.event.Cursor;
import io.atalaya.hub.DeliveryBook.Kind;
import io.atalaya.hub.Session;
import io.atalaya.log.EventLog;
import io.atalaya.log.EventLog.Slice;
import io.atalaya.log.LogException;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.RecoveryFrames;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session on its way from a position in the log to live delivery. Confined to the session's event loop; only
 * {@link #read} runs elsewhere, on what it is given.
 *
 * <pre>
 *           ┌──────────────────── retry ◄─ log unavailable ─┐
 *           ▼                                               │
 *   ──► reading ── its turn in the ReadQueue: the log is read, filtered, encoded
 *        ▲  ▲  │
 *        │  │  ├─ gap ─────────────► told to the client; goes on where the log says
 *        │  │  └─ chunk ──► written ──► the socket keeps some of it? ── yes ──► waiting for room ─┐
 *        │  │                              no │                                                   │
 *        │  └──────── the log goes on ────────┤                                                   │
 *        │                                    └─ at its end: last step ──► live                   │
 *        └────────────────────────────────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <p><b>Why nothing is missed or repeated.</b> The session is subscribed before the replay begins, but what is durable
 * is left to the replay until the last step. That step runs on the loop and asks the log for everything after the
 * replay's position that anybody has been told of: whatever the shard has passed over for this session is in it. From
 * then on what stands up to there is a repetition, and everything behind it is delivered live.
 *
 * <p><b>Why it costs little.</b> A session has at most one chunk in memory, read only when the socket has taken the one
 * before; a client that reads slowly is replayed to slowly.
 */
final class Replay implements Session.Companion {
    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);
    private static final int MOST_EVENTS_PER_READING = 1_024;
    private static final int LEAST_EVENTS_PER_READING = 16;
    private static final int EVENTS_OF_LAST_STEP = 256;
    private static final long RETRY_NANOS = 500_000_000L;

    private final RecoveryContext context;
    private final Session session;
    private final boolean atHead;
    private final int maxBytes;
    private Cursor position;
    private Set<Cursor> except = Set.of();
    private @Nullable AckedSession acked;
    private boolean started;
    private boolean live;
    private int nextReading = MOST_EVENTS_PER_READING / 4;
    private boolean waitingForRoom;

    /**
     * @param position where the client is
     * @param atHead whether the log has just given it, so that there is hardly anything to read
     * @param maxBytes most bytes of a chunk
     */
    Replay(RecoveryContext context, Session session, Cursor position, boolean atHead, int maxBytes) {
        this.context = context;
        this.session = session;
        this.position = position;
        this.atHead = atHead;
        this.maxBytes = maxBytes;
    }

    /** Begins; to be called before the loop delivers anything to the session. */
    void start() {
        session.leaveDurableTo(this);
        begin();
    }

    /**
     * Begins with a session that is {@code companion}'s, which hears of what has to be acknowledged.
     *
     * @param redelivered positions that the session has got already; not modified any more
     */
    void start(AckedSession companion, Set<Cursor> redelivered) {
        acked = companion;
        except = redelivered;
        begin();
    }

    private void begin() {
        started = true;
        context.counters().started.increment();
        if (atHead) {
            goOn(true);
        } else {
            request();
        }
    }

    int maxBytes() {
        return maxBytes;
    }

    boolean isLive() {
        return live;
    }

    private Chunk.Filter filter() {
        return new Chunk.Filter(session.topics(), except);
    }

    private void request() {
        Cursor after = position;
        int most = nextReading;
        Chunk.Filter filter = filter();
        context.queue().add(() -> read(after, most, filter));
    }

    /** Reads and encodes a chunk and returns how many events that took. Callable by any thread; may block. */
    private int read(Cursor after, int most, Chunk.Filter filter) {
        try {
            Cursor head = context.log().head(session.principal().tenant());
            Slice slice = context.log().read(session.principal().tenant(), after, most);
            return switch (slice) {
                case Slice.Gap gap -> {
                    onLoop(() -> onGap(gap), () -> {});
                    yield 0;
                }
                case Slice.Entries entries -> {
                    Chunk chunk = Chunk.of(entries, context.routes(), filter, maxBytes);
                    context.counters().eventsRead.add(chunk.looked());
                    boolean atEnd = chunk.through().compareTo(head) >= 0;
                    onLoop(() -> onChunk(chunk, atEnd), chunk::discard);
                    yield chunk.looked();
                }
            };
        } catch (LogException | OutOfMemoryError failure) {
            context.counters().readFailures.increment();
            LOG.atDebug().setCause(failure).log("replay: the log could not be read; trying again");
            context.pace().later().after(RETRY_NANOS, () -> onLoop(this::retry, () -> {}));
            return 0;
        } catch (RuntimeException fault) {
            LOG.atError().setCause(fault).log("replay failed");
            onLoop(() -> session.close(CloseReason.INTERNAL_ERROR), () -> {});
            return 0;
        }
    }

    private void onLoop(Runnable task, Runnable otherwise) {
        try {
            session.shard().execute(task);
        } catch (RejectedExecutionException _) {
            otherwise.run(); // the loop has stopped, and the session with it
        }
    }

    private void retry() {
        if (!session.hasEnded()) {
            request();
        }
    }

    private void onGap(Slice.Gap gap) {
        if (session.hasEnded()) {
            return;
        }
        context.counters().onGap(gap.reason());
        position = gap.resumeAfter();
        session.startsAfter(position);
        session.reply(RecoveryFrames.gap(session.allocator(), gap.reason(), position));
        retry();
    }

    private void onChunk(Chunk chunk, boolean atEnd) {
        if (session.hasEnded()) {
            chunk.discard();
        } else if (chunk.filter().topics().equals(session.topics())) {
            nextReading = Math.clamp(2L * chunk.looked(), LEAST_EVENTS_PER_READING, MOST_EVENTS_PER_READING);
            deliver(chunk);
            goOn(atEnd);
        } else {
            chunk.discard(); // what the session may see has changed meanwhile
            request();
        }
    }

    private void deliver(Chunk chunk) {
        position = chunk.through();
        session.onReplayedThrough(position);
        session.deliver(Kind.REPLAY, chunk.frames(), chunk.events());
        if (acked != null) {
            chunk.wanted().forEach(acked::onDelivered);
        }
    }

    private void goOn(boolean atEnd) {
        if (session.hasEnded() || (atEnd && session.hasNothingPending() && takeLastStep())) {
            return;
        }
        if (session.hasNothingPending()) {
            request();
        } else {
            waitingForRoom = true;
        }
    }

    /** Whether the session is live now. */
    private boolean takeLastStep() {
        Optional<Slice.Entries> rest =
                context.log().recent(session.principal().tenant(), position, EVENTS_OF_LAST_STEP);
        if (rest.isEmpty()) {
            return false;
        }
        Chunk last = Chunk.of(rest.get(), context.routes(), filter(), maxBytes);
        deliver(last);
        if (!last.through().equals(rest.get().through())) {
            return false;
        }
        if (!session.hasEnded()) {
            context.counters().completed.increment();
            live = true;
            except = Set.of();
            session.goLive(last.through());
            if (acked == null) {
                session.dismissCompanion();
            }
        }
        return true;
    }

    @Override
    public void onNothingPending() {
        if (waitingForRoom) {
            waitingForRoom = false;
            request();
        }
    }

    @Override
    public void onDelivered(EventLog.Entry entry) {
        // without types that have to be acknowledged nothing is reported
    }

    @Override
    public void onEnded() {
        if (started && !live) {
            context.counters().abandoned.increment();
        }
    }
}
