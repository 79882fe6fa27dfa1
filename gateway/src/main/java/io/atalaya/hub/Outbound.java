package io.atalaya.hub;

import io.atalaya.event.Cursor;
import io.atalaya.protocol.CloseReason;
import io.atalaya.slow.Handling;
import io.atalaya.slow.Origin;
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

    private final Session session;
    private final ChannelHandlerContext ctx;
    private final Lane lane;
    private final ShardCounters.Tally tally;

    /** The socket while the direct way is open. */
    private @Nullable Socket direct;

    private @Nullable ByteBuf runFrames;
    private int runStart;
    private int runEnd;
    private @Nullable Origin origin;
    private int stretch;
    private @Nullable Stretch earlier;
    private long lastStamp;

    /** Offset of the last event of the log that was handed to the socket, or is in the run. */
    private long written;

    /** The same of what the socket has accepted, and when it did so; set with every flush. */
    private long accepted;

    private long acceptedNanos;

    private @Nullable Cursor replayedThrough;
    private @Nullable WaitingLine waiting;

    private int unmarked;
    private int marked;
    private int markers;
    private boolean abandoned;
    private long sent;
    private int conflated;
    private int dropped;

    /** @param tally where deliveries to sessions like this one are counted */
    Outbound(Session session, ChannelHandlerContext ctx, Lane lane, ShardCounters.Tally tally) {
        this.session = session;
        this.ctx = ctx;
        this.lane = lane;
        this.tally = tally;
    }

    /** Deliveries of one type that are neither sent nor marked, with those before them. */
    private record Stretch(
            @Nullable Origin origin, int events, @Nullable Stretch before) {}

    Session session() {
        return session;
    }

    /** Deliveries whose fate is open. */
    int pending() {
        return unmarked + marked + (waiting == null ? 0 : waiting.events());
    }

    /** Bytes that the socket has not accepted, and those that wait behind them. */
    long pendingBytes() {
        ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
        long unsent = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        return unsent + (waiting == null ? 0 : waiting.bytes());
    }

    /** Whether the socket has taken everything that was ever written to it. */
    boolean isIdle() {
        ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
        return markers == 0 && (buffer == null || buffer.isEmpty());
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
        return conflated + dropped;
    }

    boolean isReplaying() {
        return replayedThrough != null && replayedThrough.offset() == EVERYTHING_DURABLE.offset();
    }

    /** Deliveries that the socket has accepted. */
    long sent() {
        return sent;
    }

    /** Deliveries given up because a later event took their place. */
    int conflated() {
        return conflated;
    }

    /** Deliveries given up for want of room. */
    int dropped() {
        return dropped;
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
            lane.counters().duplicate++;
            return false;
        }
        if (item.wanted() != null) {
            session.onDelivered(item.wanted());
        }
        if (markers > 0) {
            standInLine(frames, item, stamp);
            return false;
        }
        if (runFrames == frames && runEnd == item.start() && runEnd - runStart < lane.mostUnflushedBytes()) {
            lastStamp = stamp;
            add(item.origin(), 1);
            runEnd = item.end();
            onWritten(item);
            return false;
        }
        return startRun(frames, item, stamp);
    }

    /** Whether the event is among those that are sent, pending or given up, even if {@link #offer} has failed since. */
    boolean hasTaken(long stamp) {
        return lastStamp == stamp;
    }

    private void onWritten(Delivery.Item item) {
        long offset = item.offset();
        if (offset != Delivery.EPHEMERAL) {
            written = offset;
        }
    }

    private boolean startRun(ByteBuf frames, Delivery.Item item, long stamp) {
        boolean first = runFrames == null;
        if (!first) {
            endRun();
            if (abandoned) {
                lane.counters().closed++;
                return false;
            }
            if (markers > 0) {
                standInLine(frames, item, stamp);
                return false;
            }
        }
        lastStamp = stamp;
        add(item.origin(), 1);
        runFrames = frames;
        runStart = item.start();
        runEnd = item.end();
        onWritten(item);
        return first;
    }

    /** Of neighbours of one type the oldest speaks for all. */
    private void add(@Nullable Origin from, int events) {
        if (unmarked == 0) {
            origin = from;
        } else if (typeOf(from) != typeOf(origin)) {
            earlier = new Stretch(origin, stretch, earlier);
            origin = from;
            stretch = 0;
        }
        stretch += events;
        unmarked += events;
    }

    private static int typeOf(@Nullable Origin origin) {
        return origin == null ? -1 : origin.type();
    }

    private void forgetUnmarked() {
        unmarked = 0;
        stretch = 0;
        origin = null;
        earlier = null;
    }

    /** Much at once is flushed at once, so that a reader which does not keep up is noticed while events can still wait. */
    private void endRun() {
        ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
        long unflushed = runEnd - runStart + (buffer == null ? 0 : buffer.totalPendingWriteBytes());
        if (unflushed < lane.mostUnflushedBytes()) {
            queueRun(false);
        } else {
            flush();
        }
    }

    private void standInLine(ByteBuf frames, Delivery.Item item, long stamp) {
        byte[] frame = new byte[item.end() - item.start()];
        frames.getBytes(item.start(), frame);
        lastStamp = stamp;
        long offset = item.offset() == Delivery.EPHEMERAL ? 0 : item.offset();
        standInLine(frame, 1, item.handling(), item.origin(), offset);
    }

    private void standInLine(
            byte[] frame, int events, @Nullable Handling handling, @Nullable Origin from, long offset) {
        WaitingLine line = waiting;
        if (line == null) {
            line = new WaitingLine(lane.wire(), new GivenUp());
            waiting = line;
        }
        ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
        long unsent = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        if (!line.add(frame, events, handling, from, offset, lane.maxOutboundBytes() - unsent)) {
            session.close(CloseReason.SLOW_CONSUMER);
        }
    }

    /** Counts what does not wait any longer. */
    private final class GivenUp implements WaitingLine.Fate {
        @Override
        public void onConflated(String type) {
            conflated++;
            lane.counters().onConflated(type);
        }

        @Override
        public void onDropped(String type) {
            dropped++;
            lane.onDropped(session, type);
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
            standInLine(bytes, events, null, null, 0);
            return;
        }
        add(null, events);
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
        } else if (buffer.totalPendingWriteBytes() > lane.maxOutboundBytes()) {
            session.close(CloseReason.SLOW_CONSUMER);
        } else {
            mark();
        }
    }

    /** The socket has taken what was in the outbound buffer: the first of those that wait take their turn. */
    private void writeWaiting() {
        while (waiting != null && markers == 0 && !abandoned) {
            WaitingLine.Batch batch = waiting.take(ctx.alloc(), lane.mostUnflushedBytes());
            if (waiting.isEmpty()) {
                waiting = null;
            }
            batch.parts().forEach(part -> add(part.origin(), part.events()));
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
        long nowNanos = lane.nowNanos();
        accepted = written;
        acceptedNanos = nowNanos;
        Origin latest = origin;
        int ofLatest = stretch;
        Stretch before = earlier;
        countSent(unmarked);
        forgetUnmarked();
        lane.measure(latest, ofLatest, nowNanos);
        if (before != null) {
            measure(before, nowNanos);
        }
    }

    /** Before anything is measured of them: whatever becomes of that, they are sent. */
    private void countSent(int events) {
        lane.counters().sent += events;
        tally.sent += events;
        sent += events;
    }

    private void measure(Stretch latest, long nowNanos) {
        for (Stretch each = latest; each != null; each = each.before()) {
            lane.measure(each.origin(), each.events(), nowNanos);
        }
    }

    private void mark() {
        int events = unmarked;
        var latest = new Stretch(origin, stretch, earlier);
        long through = written;
        marked += events;
        forgetUnmarked();
        markers++;
        ctx.write(Unpooled.EMPTY_BUFFER).addListener(write -> onMarker(write.isSuccess(), events, latest, through));
        ctx.flush();
    }

    private void onMarker(boolean succeeded, int events, Stretch latest, long through) {
        if (!succeeded || abandoned) {
            return;
        }
        try {
            onMarked(events, latest, through);
        } catch (RuntimeException | OutOfMemoryError fault) {
            session.onFault(fault);
        }
    }

    private void onMarked(int events, Stretch latest, long through) {
        markers--;
        marked -= events;
        countSent(events);
        accepted = through;
        acceptedNanos = lane.nowNanos();
        measure(latest, acceptedNanos);
        session.onTaken();
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
        lane.counters().closed += pending();
        waiting = null;
        forgetUnmarked();
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
        } else if (buffer.totalPendingWriteBytes() > 2L * lane.maxOutboundBytes()) {
            session.close(CloseReason.SLOW_CONSUMER);
        }
    }
}
