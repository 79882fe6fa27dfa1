package io.atalaya.hub;

import io.atalaya.event.Cursor;
import io.atalaya.protocol.CloseReason;
import io.atalaya.slow.Handling;
import io.atalaya.slow.WaitingLine;
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
 * accepted everything before it. Until then the session lags and further deliveries stand in a {@link WaitingLine} of its
 * own, where they can still be given up; when the marker completes, the first of them are written and marked in their
 * turn. So a slow reader holds its own bytes and never a shared buffer, and what it holds, in the outbound buffer and in
 * the line, is bounded.
 */
final class Outbound {
    private static final Cursor EVERYTHING_DURABLE = new Cursor(0, Delivery.EPHEMERAL - 1);
    private static final long UNTIMED = Long.MIN_VALUE;

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

    /** Offset of the last event of the log that was handed to the socket, or is in the run. */
    private long written;

    /** The same of what the socket has accepted, and when it did so; set with every flush. */
    private long accepted;

    private long acceptedNanos;
    private int givenUp;

    private @Nullable Cursor replayedThrough;
    private @Nullable WaitingLine waiting;

    private int unmarked;
    private int marked;
    private int markers;
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
        return unmarked + marked + (waiting == null ? 0 : waiting.events());
    }

    /** Offset up to which the socket has accepted everything that was for the session. */
    long through() {
        return pending() == 0 ? written : accepted;
    }

    /** When the socket accepted something for the last time, on the monotonic clock; 0 when it never did. */
    long acceptedNanos() {
        return acceptedNanos;
    }

    /** Deliveries that a slow reader was spared. */
    int givenUp() {
        return givenUp;
    }

    boolean isReplaying() {
        return replayedThrough != null && replayedThrough.offset() == EVERYTHING_DURABLE.offset();
    }

    /** What follows is the last that a replay has up to {@code offset}. */
    void onReplayedThrough(long offset) {
        written = offset;
    }

    /** A replay takes over what is durable: live offers of it are repetitions from now on. */
    void leaveDurable() {
        replayedThrough = EVERYTHING_DURABLE;
    }

    /** The replay has delivered everything up to {@code position}. */
    void takeDurableAfter(Cursor position) {
        replayedThrough = position;
    }

    /** In another epoch the same offset stands for another event. */
    private static boolean isLeftToReplay(Delivery.Item item, Cursor through) {
        return item.offset() <= through.offset()
                && (through.offset() == EVERYTHING_DURABLE.offset() || item.epoch() == through.epoch());
    }

    /**
     * Takes one delivery.
     *
     * @param stamp names the event within the shard; a session that sees the same one twice has it already
     * @return whether this is the first since the last flush, so that the caller must flush
     */
    @SuppressWarnings("ReferenceEquality") // the same buffer is meant, not one of the same content
    boolean offer(ByteBuf frames, Delivery.Item item, long stamp) {
        if (stamp == lastStamp || (replayedThrough != null && isLeftToReplay(item, replayedThrough))) {
            shard.counters().duplicate++;
            return false;
        }
        lastStamp = stamp;
        if (item.wanted() != null) {
            session.onDelivered(item.wanted());
        }
        if (markers > 0) {
            standInLine(frames, item);
            return false;
        }
        if (runFrames == frames && runEnd == item.start() && runEnd - runStart < shard.mostUnflushedBytes()) {
            unmarked++;
            runEnd = item.end();
            onWritten(item);
            return false;
        }
        return startRun(frames, item);
    }

    private void onWritten(Delivery.Item item) {
        long offset = item.offset();
        if (offset != Delivery.EPHEMERAL) {
            written = offset;
        }
    }

    private boolean startRun(ByteBuf frames, Delivery.Item item) {
        boolean first = runFrames == null;
        if (first) {
            oldestNanos = item.acceptedNanos();
        } else {
            endRun();
            if (abandoned) {
                shard.counters().closed++;
                return false;
            }
            if (markers > 0) {
                standInLine(frames, item);
                return false;
            }
        }
        unmarked++;
        runFrames = frames;
        runStart = item.start();
        runEnd = item.end();
        onWritten(item);
        return first;
    }

    /** Much at once is flushed at once, so that a reader which does not keep up is noticed while events can still wait. */
    private void endRun() {
        ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
        long unflushed = runEnd - runStart + (buffer == null ? 0 : buffer.totalPendingWriteBytes());
        if (unflushed < shard.mostUnflushedBytes()) {
            queueRun(false);
        } else {
            flush();
        }
    }

    private void standInLine(ByteBuf frames, Delivery.Item item) {
        byte[] frame = new byte[item.end() - item.start()];
        frames.getBytes(item.start(), frame);
        long offset = item.offset() == Delivery.EPHEMERAL ? 0 : item.offset();
        standInLine(frame, 1, item.handling(), item.acceptedNanos(), offset);
    }

    private void standInLine(byte[] frame, int events, @Nullable Handling handling, long sinceNanos, long offset) {
        WaitingLine line = waiting;
        if (line == null) {
            line = new WaitingLine(new GivenUp());
            waiting = line;
        }
        ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
        long unsent = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        if (!line.add(
                frame, events, handling, sinceNanos, offset, shard.config().maxOutboundBytes() - unsent)) {
            session.close(CloseReason.SLOW_CONSUMER);
        }
    }

    /** Counts what does not wait any longer. */
    private final class GivenUp implements WaitingLine.Fate {
        @Override
        public void onConflated(String type) {
            givenUp++;
            shard.counters().onConflated(type);
        }

        @Override
        public void onDropped(String type) {
            givenUp++;
            shard.onDropped(session, type);
        }
    }

    /**
     * Takes deliveries that are for this session alone, and flushes. Their latency is not that of live delivery and is
     * not recorded. Not during a drain.
     */
    void deliver(ByteBuf frames, int events) {
        if (markers > 0) {
            byte[] bytes = new byte[frames.readableBytes()];
            frames.getBytes(frames.readerIndex(), bytes);
            standInLine(bytes, events, null, UNTIMED, 0);
            return;
        }
        unmarked += events;
        oldestNanos = UNTIMED;
        runFrames = frames;
        runStart = frames.readerIndex();
        runEnd = frames.writerIndex();
        flush();
    }

    /** Writes the run out and flushes. Closes the session when it reads too slowly. */
    void flush() {
        if (abandoned || runFrames == null) {
            return;
        }
        Socket socket = direct;
        if (socket != null && writeRun(socket)) {
            onEverythingAccepted();
            return;
        }
        queueRun(socket != null);
        flushQueue();
    }

    private void flushQueue() {
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

    /** The socket has taken what was in the outbound buffer: the first of those that wait take their turn. */
    private void writeWaiting() {
        while (waiting != null && markers == 0 && !abandoned) {
            WaitingLine.Batch batch = waiting.take(ctx.alloc(), shard.mostUnflushedBytes());
            if (waiting.isEmpty()) {
                waiting = null;
            }
            unmarked += batch.events();
            oldestNanos = batch.sinceNanos();
            written = Math.max(written, batch.through());
            direct = null;
            ctx.channel().unsafe().write(batch.frames(), ctx.voidPromise());
            flushQueue();
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
        onAccepted(unmarked, oldestNanos, written);
        unmarked = 0;
    }

    private void onAccepted(int events, long sinceNanos, long through) {
        ShardCounters counters = shard.counters();
        long nowNanos = shard.nowNanos();
        counters.sent += events;
        accepted = through;
        acceptedNanos = nowNanos;
        if (sinceNanos != UNTIMED) {
            counters.latency.record(nowNanos - sinceNanos, events);
        }
    }

    private void mark() {
        int events = unmarked;
        long sinceNanos = oldestNanos;
        long through = written;
        marked += events;
        unmarked = 0;
        markers++;
        ctx.write(Unpooled.EMPTY_BUFFER).addListener(write -> onMarker(write.isSuccess(), events, sinceNanos, through));
        ctx.flush();
    }

    private void onMarker(boolean succeeded, int events, long sinceNanos, long through) {
        if (!succeeded || abandoned) {
            return;
        }
        markers--;
        marked -= events;
        onAccepted(events, sinceNanos, through);
        writeWaiting();
        if (pending() == 0) {
            session.onNothingPending();
        }
    }

    /** The session ends: what is pending will not be counted as sent, whatever the socket still takes. */
    void abandon() {
        abandoned = true;
        direct = null;
        runFrames = null;
        shard.counters().closed += pending();
        waiting = null;
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
        if (buffer.isEmpty() && markers == 0) {
            openDirect();
        } else if (buffer.totalPendingWriteBytes() > 2L * shard.config().maxOutboundBytes()) {
            session.close(CloseReason.SLOW_CONSUMER);
        }
    }
}
