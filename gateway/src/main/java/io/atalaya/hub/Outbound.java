package io.atalaya.hub;

import io.atalaya.protocol.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Everything that leaves for one session: batching, the bound for slow readers, and the fate of each delivery.
 * Confined to the shard's event loop.
 *
 * <p>Deliveries collect as a <em>run</em>, a stretch of neighbouring frames in one shared buffer, which costs no
 * object. A flush writes the run in one of two ways:
 *
 * <pre>
 *   straight to the socket ──it does not take all, or a reply──► through Netty's outbound buffer
 *             ▲                                                              │
 *             └──────────────── nothing waits there after a flush ───────────┘
 * </pre>
 *
 * The <em>direct</em> way touches this object and the native socket and makes no object: with thousands of sessions,
 * what a delivery touches in memory is what it costs. It is open only while nothing of the session waits in the
 * outbound buffer, so that bytes never overtake each other; transports without a native socket never open it. A direct
 * write that fails is repeated the other way, where the channel meets the failure and closes.
 *
 * <p>When bytes stay behind, an empty <em>marker</em> is written after them; its promise completes when the socket has
 * accepted everything before it. Until then the session lags: its runs are copied, so that a slow reader holds its own
 * bytes and never a whole shared buffer, and what the socket has not yet accepted is bounded: the bytes, and for each
 * stretch of them what Netty needs to keep it.
 */
final class Outbound {
    private final Session session;
    private final ChannelHandlerContext ctx;
    private final Shard shard;

    /** The socket while the direct way is open. */
    private @Nullable Socket direct;

    private @Nullable ByteBuf runFrames;
    private int runStart;
    private int runEnd;
    private long oldestNanos;
    private long lastStamp;

    private int unmarked;
    private int marked;
    private boolean abandoned;

    Outbound(Session session, ChannelHandlerContext ctx, Shard shard) {
        this.session = session;
        this.ctx = ctx;
        this.shard = shard;
    }

    Session session() {
        return session;
    }

    /** Deliveries whose fate is open. */
    int pending() {
        return unmarked + marked;
    }

    /**
     * Takes one delivery.
     *
     * @param stamp names the event within the shard; a session that sees the same one twice has it already
     * @return whether this is the first since the last flush, so that the caller must flush
     */
    @SuppressWarnings("ReferenceEquality") // the same buffer is meant, not one of the same content
    boolean offer(ByteBuf frames, Delivery.Item item, long stamp) {
        if (stamp == lastStamp) {
            shard.counters().duplicate++;
            return false;
        }
        lastStamp = stamp;
        unmarked++;
        if (runFrames == frames && runEnd == item.start()) {
            runEnd = item.end();
            return false;
        }
        boolean first = runFrames == null;
        if (first) {
            oldestNanos = item.acceptedNanos();
        } else {
            queueRun(marked > 0);
        }
        runFrames = frames;
        runStart = item.start();
        runEnd = item.end();
        return first;
    }

    /** Writes the run out and flushes. Closes the session when it reads too slowly. */
    void flush() {
        if (abandoned) {
            return;
        }
        Socket socket = direct;
        if (socket != null && writeRun(socket)) {
            onEverythingAccepted();
            return;
        }
        queueRun(socket != null || marked > 0);
        Channel.Unsafe channel = ctx.channel().unsafe();
        channel.flush();
        ChannelOutboundBuffer buffer = channel.outboundBuffer();
        if (buffer == null) {
            return; // the channel has just failed; its end abandons what is pending
        }
        if (buffer.isEmpty()) {
            onEverythingAccepted();
            openDirect();
        } else if (buffer.totalPendingWriteBytes() > shard.config().maxOutboundBytes()) {
            session.close(CloseReason.SLOW_CONSUMER);
        } else {
            mark();
        }
    }

    /** Writes the run straight to the socket and returns whether it took all; if not, the rest is the run. */
    private boolean writeRun(Socket socket) {
        ByteBuf frames = runFrames;
        if (frames == null || !frames.hasMemoryAddress() || !socket.isOpen()) {
            return false;
        }
        try {
            runStart += socket.sendAddress(frames.memoryAddress(), runStart, runEnd);
        } catch (IOException _) {
            return false;
        }
        if (runStart < runEnd) {
            return false;
        }
        runFrames = null;
        return true;
    }

    /** Hands the run to the outbound buffer; ready-made frames need no handler, so it goes past the pipeline. */
    private void queueRun(boolean copied) {
        direct = null;
        ByteBuf frames = runFrames;
        if (frames == null) {
            return;
        }
        runFrames = null;
        int length = runEnd - runStart;
        ByteBuf bytes = copied
                ? ctx.alloc().directBuffer(length).writeBytes(frames, runStart, length)
                : frames.retainedSlice(runStart, length);
        ctx.channel().unsafe().write(bytes, ctx.voidPromise());
    }

    /** Nothing waits in the outbound buffer: from now on runs may go past it, where the transport has a native socket. */
    private void openDirect() {
        direct = ctx.channel() instanceof UnixChannel channel && channel.fd() instanceof Socket socket ? socket : null;
    }

    private void onEverythingAccepted() {
        onAccepted(unmarked, oldestNanos);
        unmarked = 0;
    }

    private void onAccepted(int events, long sinceNanos) {
        ShardCounters counters = shard.counters();
        counters.sent += events;
        counters.latency.record(shard.nowNanos() - sinceNanos, events);
    }

    private void mark() {
        int events = unmarked;
        long sinceNanos = oldestNanos;
        marked += events;
        unmarked = 0;
        ctx.write(Unpooled.EMPTY_BUFFER).addListener(write -> onMarker(write.isSuccess(), events, sinceNanos));
        ctx.flush();
    }

    private void onMarker(boolean accepted, int events, long sinceNanos) {
        if (accepted && !abandoned) {
            marked -= events;
            onAccepted(events, sinceNanos);
        }
    }

    /** The session ends: what is pending will not be counted as sent, whatever the socket still takes. */
    void abandon() {
        abandoned = true;
        direct = null;
        runFrames = null;
        shard.counters().closed += pending();
        unmarked = 0;
        marked = 0;
    }

    /** Writes something that is not a delivery, in order with what was flushed before, and flushes. */
    void reply(ByteBuf frame) {
        direct = null;
        ctx.writeAndFlush(frame, ctx.voidPromise());
        ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
        if (buffer == null || abandoned) {
            return;
        }
        if (buffer.isEmpty()) {
            openDirect();
        } else if (buffer.totalPendingWriteBytes() > 2L * shard.config().maxOutboundBytes()) {
            session.close(CloseReason.SLOW_CONSUMER);
        }
    }
}
