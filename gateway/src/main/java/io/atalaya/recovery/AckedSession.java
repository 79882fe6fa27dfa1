package io.atalaya.recovery;

import io.atalaya.ack.AckStore.Change;
import io.atalaya.ack.AckStore.Waiting;
import io.atalaya.ack.Recipient;
import io.atalaya.event.Cursor;
import io.atalaya.event.Topic;
import io.atalaya.hub.DeliveryBook.Kind;
import io.atalaya.hub.Session;
import io.atalaya.log.EventLog;
import io.atalaya.profile.EventType;
import io.atalaya.protocol.Wire;
import io.netty.buffer.ByteBuf;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A session whose client acknowledges: reports what was sent, and sends again. Confined to the session's event loop, but
 * for {@link #sendAgain}.
 *
 * <pre>
 *   start ─► redelivering: what the recipient has not acknowledged, page by page, in log order
 *               └─► the replay ─► live: now and then an event that was not acknowledged in time
 * </pre>
 */
final class AckedSession implements Session.Companion {
    private static final int EVENTS_PER_PAGE = 64;

    private final RecoveryContext context;
    private final Session session;
    private final Recipient recipient;
    private final Replay replay;
    private final Set<Cursor> redelivered = new HashSet<>();
    private @Nullable Cursor lastOfPage;
    private boolean redelivering = true;
    private boolean waitingForRoom;

    AckedSession(RecoveryContext context, Session session, Recipient recipient, Replay replay) {
        this.context = context;
        this.session = session;
        this.recipient = recipient;
        this.replay = replay;
    }

    Recipient recipient() {
        return recipient;
    }

    /** Begins; to be called before the loop delivers anything to the session. */
    void start() {
        session.leaveDurableTo(this);
        context.acks().onOpened(this);
        askForPage();
    }

    private void askForPage() {
        context.acks().desk().awaiting(recipient, Optional.ofNullable(lastOfPage), EVENTS_PER_PAGE, this::onAnswer);
    }

    private void onAnswer(List<Waiting> page) {
        onLoop(() -> onPage(page));
    }

    private void onLoop(Runnable task) {
        try {
            session.shard().execute(task);
        } catch (RejectedExecutionException _) {
            // the loop has stopped, and the session with it
        }
    }

    private void onPage(List<Waiting> page) {
        if (session.hasEnded()) {
            return;
        }
        Wire wire = session.wire();
        int bytes = 0;
        int taken = 0;
        Set<Topic> topics = session.topics();
        ByteBuf frames = session.allocator().directBuffer();
        int events = 0;
        for (Waiting waiting : page) {
            bytes += wire.maxLength(waiting.entry().event());
            if (bytes > replay.maxBytes() && taken > 0) {
                break;
            }
            taken++;
            lastOfPage = waiting.entry().cursor();
            if (Chunk.isFor(topics, waiting.entry().event(), context.routes())) {
                encode(waiting, frames);
                events++;
            }
        }
        session.deliver(Kind.RESEND, frames, events);
        if (page.isEmpty()) {
            redelivering = false;
            replay.start(this, redelivered);
        } else if (session.hasNothingPending()) {
            askForPage();
        } else {
            waitingForRoom = true;
        }
    }

    private void encode(Waiting waiting, ByteBuf frames) {
        EventLog.Entry entry = waiting.entry();
        session.wire().encodeAgain(entry.event(), entry.cursor(), frames);
        redelivered.add(entry.cursor());
        context.acks().postpone(waiting);
    }

    /** An event that was not acknowledged in time, for the live session. Callable by any thread. */
    void sendAgain(Waiting waiting) {
        onLoop(() -> {
            EventLog.Entry entry = waiting.entry();
            // what is still under way needs no repetition, and what the session may no longer see gets none
            if (!session.hasEnded()
                    && replay.isLive()
                    && session.hasNothingPending()
                    && Chunk.isFor(session.topics(), entry.event(), context.routes())) {
                Wire wire = session.wire();
                ByteBuf frame = session.allocator().directBuffer(wire.maxLength(entry.event()));
                wire.encodeAgain(entry.event(), entry.cursor(), frame);
                session.deliver(Kind.RESEND, frame, 1);
            }
        });
    }

    /** The client has acknowledged an event. */
    void acknowledge(String id) {
        context.acks().acknowledge(recipient, id);
    }

    @Override
    public void onDelivered(EventLog.Entry entry) {
        EventType.Ack ack = context.routes().ruleOf(entry.event()).ack().orElse(EventType.Ack.DEFAULT);
        long nowMillis = context.clock().millis();
        context.acks()
                .desk()
                .report(new Change.Delivered(
                        recipient,
                        entry,
                        nowMillis,
                        nowMillis + ack.timeout().toMillis(),
                        nowMillis + ack.expires().toMillis()));
    }

    @Override
    public void onNothingPending() {
        if (!redelivering) {
            replay.onNothingPending();
        } else if (waitingForRoom) {
            waitingForRoom = false;
            askForPage();
        }
    }

    @Override
    public void onEnded() {
        context.acks().onClosed(this);
        replay.onEnded();
    }
}
