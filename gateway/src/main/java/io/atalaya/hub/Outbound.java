package io.atalaya.hub;

import io.atalaya.protocol.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;

/**
 * Everything that leaves for one session: batching, the bound for slow readers, and the fate of each delivery.
 * Confined to the shard's event loop.
 *
 * <p>Deliveries collect as a <em>run</em>, a stretch of neighbouring frames in one shared buffer, which costs no
 * object. Ready-made frames need no handler, so runs are written past the pipeline, straight to the channel's socket
 * side. A flush turns the run into one retained slice and one system call. While the socket keeps up, that is all:
 * the outbound buffer is empty after the flush, and the run's events are sent.
 *
 * <p>When bytes stay behind, an empty <em>marker</em> is written after them; its promise completes when the socket has
 * accepted everything before it. Until then the session lags: its further runs are copied, so that a slow reader holds
 * its own bytes and never a whole shared buffer, and what the socket has not yet accepted is bounded: the bytes, and
 * for each stretch of them what Netty needs to keep it.
 */
final class Outbound {
    private static final long EVERYTHING_DURABLE = Delivery.EPHEMERAL - 1;
    private static final long UNTIMED = Long.MIN_VALUE;

    private final Session session;
    private final ChannelHandlerContext ctx;
    private final Channel.Unsafe socket;
    private final ChannelPromise noPromise;
    private final ShardCounters counters;
    private final int maxUnsentBytes;

    private @Nullable ByteBuf runFrames;
    private int runStart;
    private int runEnd;
    private long oldestNanos;
    private long lastStamp;
    private long replayedThrough;

    private int unmarked;
    private int marked;
    private boolean abandoned;

    Outbound(Session session, ChannelHandlerContext ctx, ShardCounters counters, int maxUnsentBytes) {
        this.session = session;
        this.ctx = ctx;
        this.socket = ctx.channel().unsafe();
        this.noPromise = ctx.voidPromise();
        this.counters = counters;
        this.maxUnsentBytes = maxUnsentBytes;
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
        if (stamp == lastStamp || item.offset() <= replayedThrough) {
            counters.duplicate++;
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
            writeRun();
        }
        runFrames = frames;
        runStart = item.start();
        runEnd = item.end();
        return first;
    }

    /** A replay takes over what is durable: live offers of it are repetitions from now on. */
    void leaveDurable() {
        replayedThrough = EVERYTHING_DURABLE;
    }

    /** The replay has delivered everything up to {@code offset}. */
    void takeDurableAfter(long offset) {
        replayedThrough = offset;
    }

    /**
     * Takes deliveries that are for this session alone, and flushes. Their latency is not that of live delivery and is
     * not recorded. Not during a drain.
     */
    void deliver(ByteBuf frames, int events) {
        unmarked += events;
        oldestNanos = UNTIMED;
        runFrames = frames;
        runStart = frames.readerIndex();
        runEnd = frames.writerIndex();
        flush();
    }

    private void writeRun() {
        ByteBuf frames = runFrames;
        if (frames == null) {
            return;
        }
        runFrames = null;
        int length = runEnd - runStart;
        ByteBuf bytes = marked > 0
                ? ctx.alloc().directBuffer(length).writeBytes(frames, runStart, length)
                : frames.retainedSlice(runStart, length);
        socket.write(bytes, noPromise);
    }

    /** Writes the run out and flushes. Closes the session when it reads too slowly. */
    void flush() {
        if (abandoned) {
            return;
        }
        writeRun();
        socket.flush();
        ChannelOutboundBuffer buffer = socket.outboundBuffer();
        if (buffer == null) {
            return; // the channel has just failed; its end abandons what is pending
        }
        if (buffer.isEmpty()) {
            onAccepted(unmarked, oldestNanos);
            unmarked = 0;
        } else if (buffer.totalPendingWriteBytes() > maxUnsentBytes) {
            session.close(CloseReason.SLOW_CONSUMER);
        } else {
            mark();
        }
    }

    private void onAccepted(int events, long sinceNanos) {
        counters.sent += events;
        if (sinceNanos != UNTIMED) {
            counters.latency.record(session.shard().nowNanos() - sinceNanos, events);
        }
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
            if (pending() == 0) {
                session.onNothingPending();
            }
        }
    }

    /** The session ends: what is pending will not be counted as sent, whatever the socket still takes. */
    void abandon() {
        abandoned = true;
        runFrames = null;
        counters.closed += pending();
        unmarked = 0;
        marked = 0;
    }

    /** Writes something that is not a delivery, in order with what was flushed before, and flushes. */
    void reply(ByteBuf frame) {
        ctx.writeAndFlush(frame, noPromise);
        ChannelOutboundBuffer buffer = socket.outboundBuffer();
        if (buffer != null && !abandoned && buffer.totalPendingWriteBytes() > 2L * maxUnsentBytes) {
            session.close(CloseReason.SLOW_CONSUMER);
        }
    }
}
