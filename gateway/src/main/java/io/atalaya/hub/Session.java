package io.atalaya.hub;

import io.atalaya.auth.Principal;
import io.atalaya.event.Cursor;
import io.atalaya.event.Topic;
import io.atalaya.hub.Lane.Subscribers;
import io.atalaya.hub.Lane.Subscriptions;
import io.atalaya.log.EventLog;
import io.atalaya.profile.Endpoint;
import io.atalaya.progress.Progress;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.WebSocketFrames;
import io.atalaya.protocol.Wire;
import io.atalaya.rate.SlidingWindow;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connected client, from the end of its authentication to its close. Confined to the event loop of its shard for
 * life.
 *
 * <pre>
 *   open ──close(reason) / onClientClose / onInactive──► ended
 * </pre>
 *
 * A session that has ended is in no index, counts nothing and sends nothing more; its channel closes when the client
 * has answered the close frame, or after a grace period.
 */
public final class Session {
    private static final long CLOSE_GRACE_MILLIS = 2_000;

    private final long id;
    private final Lane lane;
    private final ChannelHandlerContext ctx;
    private final Endpoint endpoint;
    private final Principal principal;
    private final Admission.Slot slot;
    private final Outbound outbound;

    private final Subscriptions subscriptions;
    private int shardPosition;
    private boolean ended;
    private boolean initialStateSent;

    private final ShardCounters.Tally tally;
    private long roundTripNanos;
    private final long joinedNanos;
    private long subscribedNanos;
    private @Nullable Cursor start;

    private long lastMessageNanos;
    private long nextPingNanos;
    private long pingSentNanos;
    private final Tenure tenure;
    private @Nullable SlidingWindow messages;
    private @Nullable Companion companion;

    /** Whoever brings a session back to where its client was. Called on the session's loop. */
    public interface Companion {
        /** An event whose acknowledgement is wanted was delivered live. */
        void onDelivered(EventLog.Entry entry);

        /** The socket has taken everything that waited for it. */
        void onNothingPending();

        /** The session has ended. */
        void onEnded();
    }

    /**
     * @param ctx context to write frames from: nothing between it and the socket may encode
     * @param slot released when the session ends
     */
    Session(
            long id,
            Lane lane,
            ChannelHandlerContext ctx,
            Endpoint endpoint,
            Principal principal,
            Admission.Slot slot) {
        this.id = id;
        this.lane = lane;
        this.ctx = ctx;
        this.endpoint = endpoint;
        this.principal = principal;
        this.slot = slot;
        this.tally = lane.counters().onJoined(endpoint.name(), principal.tenant());
        this.outbound = new Outbound(this, ctx, lane, tally);
        this.subscriptions = new Subscriptions(lane, outbound);
        long nowNanos = shard().nowNanos();
        this.joinedNanos = nowNanos;
        this.subscribedNanos = nowNanos;
        this.lastMessageNanos = nowNanos;
        this.nextPingNanos = nowNanos + lane.pingNanos();
        this.tenure = new Tenure(this, nowNanos);
    }

    public long id() {
        return id;
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    public Principal principal() {
        return principal;
    }

    /** The role that let the client in, for counting; an endpoint's own, so that there are few. */
    String role() {
        return endpoint.roles().stream()
                .filter(principal.roles()::contains)
                .min(Comparator.naturalOrder())
                .orElse(ShardSnapshot.Lives.NO_ROLE);
    }

    /** For frames to {@link #reply} with. */
    public ByteBufAllocator allocator() {
        return ctx.alloc();
    }

    /** The shard that owns this session. */
    public Shard shard() {
        return lane.shard();
    }

    /** How the client is reached. */
    public Wire wire() {
        return lane.wire();
    }

    Outbound outbound() {
        return outbound;
    }

    /** Whether the session is over. */
    public boolean hasEnded() {
        return ended;
    }

    long silentNanos(long nowNanos) {
        return nowNanos - lastMessageNanos;
    }

    /** When the session began, on the monotonic clock. */
    long joinedNanos() {
        return joinedNanos;
    }

    /** The latest round trip of a ping; 0 when none was measured. */
    long roundTripNanos() {
        return roundTripNanos;
    }

    /** Where the client's packets come from. */
    public SocketAddress remoteAddress() {
        return ctx.channel().remoteAddress();
    }

    /** The topics that the session is subscribed to. */
    public Set<Topic> topics() {
        return subscriptions.topics();
    }

    int shardPosition() {
        return shardPosition;
    }

    void onShardPosition(int position) {
        shardPosition = position;
    }

    /** Subscribes to exactly {@code wanted}: leaves what is not in it, joins what is new. */
    public void subscribe(Set<Topic> wanted) {
        if (!ended && subscriptions.change(wanted)) {
            subscribedNanos = shard().nowNanos();
        }
    }

    /** The array of {@code subscribers} has moved this session to {@code position}. */
    void onMoved(Subscribers subscribers, int position) {
        subscriptions.onMoved(subscribers, position);
    }

    /**
     * The client sent a text message. Any message shows that it is alive.
     *
     * @return whether the message may be acted upon; false when the session has ended, now or before
     */
    public boolean onMessage() {
        if (ended) {
            return false;
        }
        long nowNanos = shard().nowNanos();
        lane.counters().clientMessages++;
        SlidingWindow window = messages;
        if (window == null) {
            HubConfig config = shard().config();
            window = new SlidingWindow(
                    config.messagesPerWindow(), config.messageWindow().toNanos());
            messages = window;
        }
        if (!window.allows(nowNanos)) {
            close(CloseReason.RATE_LIMITED);
            return false;
        }
        lastMessageNanos = nowNanos;
        return true;
    }

    /** The client said something that the gateway does not understand. */
    public void onUnknownMessage() {
        lane.counters().unknownClientMessages++;
    }

    /**
     * The client sent a command of the profile. What becomes of it is to be told by {@link #onCommandFailed} or
     * {@link #onCommandAnswered}.
     *
     * @return when, for the latter
     */
    public long onCommand(String name) {
        lane.counters().onCommand(name);
        return shard().nowNanos();
    }

    /** A command could not be carried out. */
    public void onCommandFailed(String name) {
        lane.counters().onCommandFailed(name);
    }

    /**
     * A command was answered, whether well or not.
     *
     * @param sinceNanos what {@link #onCommand} returned
     */
    public void onCommandAnswered(String name, long sinceNanos) {
        lane.counters().onCommandAnswered(name, shard().nowNanos() - sinceNanos);
    }

    /** The client has been sent what it asked for first; only the first call counts. */
    public void onInitialStateSent() {
        if (!initialStateSent && !ended) {
            initialStateSent = true;
            lane.counters().initialState.record(shard().nowNanos() - joinedNanos, 1);
        }
    }

    /** The client answered a ping of ours; a stray pong is ignored. Pongs do not count as activity. */
    public void onPong(long payload) {
        if (pingSentNanos != 0 && payload == pingSentNanos) {
            roundTripNanos = shard().nowNanos() - pingSentNanos;
            lane.counters().roundTrip.record(roundTripNanos, 1);
            pingSentNanos = 0;
        }
    }

    /** Sends a frame that is not a delivery; takes ownership of it. */
    public void reply(ByteBuf frame) {
        if (ended) {
            frame.release();
        } else {
            outbound.reply(frame);
        }
    }

    /** What the session gets begins behind {@code position}. */
    public void startsAfter(Cursor position) {
        start = position;
    }

    /** A replay is about to deliver the last that it has up to {@code position}. */
    public void onReplayedThrough(Cursor position) {
        outbound.onReplayedThrough(position.offset());
    }

    /** When its topics have changed for the last time, on the monotonic clock. */
    long subscribedNanos() {
        return subscribedNanos;
    }

    /** What it gets begins behind this; null when that has not been said. */
    @Nullable
    Cursor start() {
        return start;
    }

    /** From now on durable events are left to {@code replay}, which reads them from the log. */
    public void leaveDurableTo(Companion replay) {
        companion = replay;
        outbound.leaveDurable();
    }

    /** The companion has delivered everything durable up to {@code position}; what comes after is delivered live. */
    public void goLive(Cursor position) {
        onInitialStateSent();
        outbound.takeDurableAfter(position);
    }

    /** Nobody needs to hear of the session any longer. */
    public void dismissCompanion() {
        companion = null;
    }

    /** Whoever accompanies the session, if somebody does. */
    public @Nullable Companion companion() {
        return companion;
    }

    void onDelivered(EventLog.Entry entry) {
        if (companion != null) {
            companion.onDelivered(entry);
        }
    }

    /**
     * Delivers events that were chosen for this session alone; takes ownership of {@code frames}, which hold them one
     * behind the other.
     */
    public void deliver(DeliveryBook.Kind kind, ByteBuf frames, int events) {
        if (!ended && events > 0) {
            lane.counters().onMatched(kind, events);
            outbound.deliver(frames, events);
        }
        frames.release();
    }

    /** Whether the socket has taken everything that was delivered. */
    public boolean hasNothingPending() {
        return outbound.pending() == 0;
    }

    void onNothingPending() {
        if (companion != null) {
            companion.onNothingPending();
        }
    }

    /**
     * The socket has taken what waited for it. A client that cannot say anything shows no other sign of life.
     */
    void onTaken() {
        if (!wire().isTwoWay()) {
            lastMessageNanos = shard().nowNanos();
        }
    }

    /** Called by the shard's sweep. */
    void onSweep(long nowNanos, Instant now) {
        HubConfig config = shard().config();
        if (!wire().isTwoWay() && outbound.isIdle()) {
            onTaken();
        }
        if (silentNanos(nowNanos) >= config.heartbeatTimeout().toNanos()) {
            close(CloseReason.HEARTBEAT_TIMEOUT);
            return;
        }
        if (tenure.hasExpired(now)) {
            close(CloseReason.TOKEN_ENDED);
            return;
        }
        messages = silentNanos(nowNanos) > config.messageWindow().toNanos() ? null : messages;
        tenure.onSweep(nowNanos);
        if (lane.pingNanos() != 0 && nowNanos - nextPingNanos >= 0) {
            nextPingNanos = nowNanos + lane.pingNanos();
            pingSentNanos = nowNanos;
            reply(wire().ping(ctx.alloc(), nowNanos));
        }
    }

    /**
     * Asks whether the principal still stands and closes the session when it does not, or when that can still not be
     * found out after a while.
     *
     * @param next runs on the loop when the session stays
     */
    public void recheck(Runnable next) {
        tenure.recheck(shard().nowNanos(), next);
    }

    /**
     * Ends the session from our side: a last frame that says why, then the channel, once the client has answered or,
     * where it cannot, has been sent everything.
     */
    public void close(CloseReason reason) {
        if (ended) {
            return;
        }
        lane.counters().onClosed(reason);
        end(reason.name().toLowerCase(Locale.ROOT));
        ByteBuf last = wire().close(ctx.alloc(), reason);
        if (wire().isTwoWay()) {
            ctx.writeAndFlush(last, ctx.voidPromise());
        } else {
            ctx.writeAndFlush(last).addListener(ChannelFutureListener.CLOSE);
        }
        ctx.executor().schedule(() -> ctx.close(), CLOSE_GRACE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Something broke in here while something was done for this session. It ends, so that its client comes back for what it
     * has missed; nobody else notices.
     */
    void onFault(Throwable fault) {
        try {
            if (ended) {
                ctx.close();
            } else {
                close(CloseReason.INTERNAL_ERROR);
            }
        } catch (RuntimeException | OutOfMemoryError again) {
            fault.addSuppressed(again);
            ctx.close();
        }
        shard().onFault(this, fault);
    }

    /** The client sent a close frame: answers it (RFC 6455 section 5.5.1) and closes the channel. */
    public void onClientClose(int code) {
        if (ended) {
            ctx.close();
            return;
        }
        lane.counters().closedByClient++;
        end("closed_by_client");
        ctx.writeAndFlush(WebSocketFrames.closeEcho(ctx.alloc(), code)).addListener(_ -> ctx.close());
    }

    /** The client closed the connection in order: without close frames, its only way to say that it leaves. */
    public void onEndOfInput() {
        if (!ended) {
            lane.counters().closedByClient++;
            end("closed_by_client");
        }
    }

    /** The connection is gone. */
    public void onInactive() {
        if (!ended) {
            lane.counters().connectionsLost++;
            end("connection_lost");
        }
    }

    private void end(String reason) {
        ended = true;
        lane.counters().lifetime.record(shard().nowNanos() - joinedNanos, 1);
        Progress last = SessionView.progress(this, Optional.of(new Progress.End(shard().now(), reason)));
        subscriptions.leaveAll();
        outbound.abandon();
        lane.counters().onLeft(tally);
        lane.counters().onEnded(role());
        shard().onEnded(this, last);
        slot.release();
        Companion left = companion;
        companion = null;
        if (left != null) {
            left.onEnded();
        }
    }
}
