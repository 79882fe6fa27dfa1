package io.atalaya.recovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.event.Cursor;
import io.atalaya.event.Topic;
import io.atalaya.hub.Session;
import io.atalaya.log.EventLog;
import io.atalaya.log.LogException;
import io.atalaya.profile.Endpoint.FirstMessage;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.WebSocketFrames;
import io.atalaya.retained.RetainedStates;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session that is told first how things are. Confined to the session's event loop; only {@link #read} runs elsewhere, on
 * what it is given.
 *
 * <p>The session is subscribed before the message is made, but what is durable is left to the replay that follows, which
 * begins where the message ends: nothing is missed between the two, and nothing comes twice.
 */
final class Opening implements Session.Companion {
    private static final Logger LOG = LoggerFactory.getLogger(Opening.class);
    private static final long RETRY_NANOS = 500_000_000L;

    private final RecoveryContext context;
    private final RetainedStates states;
    private final Session session;
    private final FirstMessage message;
    private final int maxBytes;
    private Consumer<Cursor> next = _ -> {};

    /** @param maxBytes longest message */
    Opening(RecoveryContext context, RetainedStates states, Session session, FirstMessage message, int maxBytes) {
        this.context = context;
        this.states = states;
        this.session = session;
        this.message = message;
        this.maxBytes = maxBytes;
    }

    /**
     * Begins; to be called before the loop delivers anything to the session.
     *
     * @param then takes the session on, from the position that the message ends at
     */
    void start(Consumer<Cursor> then) {
        next = then;
        session.leaveDurableTo(this);
        request();
    }

    private void request() {
        Set<Topic> topics = session.topics();
        context.queue().add(() -> read(topics));
    }

    /** Makes the message and returns how many events that took. Callable by any thread; may block. */
    private int read(Set<Topic> topics) {
        try {
            RetainedStates.State state = states.of(message, session.principal().tenant(), topics, maxBytes);
            onLoop(() -> onState(state, topics));
            return state.looked();
        } catch (LogException failure) {
            context.counters().readFailures.increment();
            LOG.atDebug().setCause(failure).log("first message: the log could not be read; trying again");
            context.pace().later().after(RETRY_NANOS, () -> onLoop(this::retry));
            return 0;
        } catch (RuntimeException fault) {
            LOG.atError().setCause(fault).log("first message failed");
            onLoop(() -> session.close(CloseReason.INTERNAL_ERROR));
            return 0;
        }
    }

    private void onLoop(Runnable task) {
        try {
            session.shard().execute(task);
        } catch (RejectedExecutionException _) {
            // the loop has stopped, and the session with it
        }
    }

    private void retry() {
        if (!session.hasEnded()) {
            request();
        }
    }

    private void onState(RetainedStates.State state, Set<Topic> topics) {
        if (session.hasEnded()) {
            return;
        }
        if (!topics.equals(session.topics())) {
            request(); // what the session may see has changed meanwhile
            return;
        }
        session.reply(WebSocketFrames.text(session.allocator(), state.json().getBytes(UTF_8)));
        next.accept(state.position());
    }

    @Override
    public void onDelivered(EventLog.Entry entry) {
        // nothing durable is delivered yet
    }

    @Override
    public void onNothingPending() {
        // nothing is waited for
    }

    @Override
    public void onEnded() {
        // whoever reads finds the session ended
    }
}
