package io.atalaya.hub;

import io.atalaya.event.Topic;
import io.atalaya.log.EventLog;
import io.atalaya.protocol.Wire;
import io.atalaya.slow.Handling;
import io.atalaya.slow.Origin;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Some events on their way to the shards, encoded once for the sessions with one wire. Immutable but for the count of shards that still have to drain
 * it; the one that counts to zero releases the bytes.
 *
 * <p>The frames stand one behind the other in one buffer in log order, so that a session which gets neighbouring
 * events gets them as one slice.
 */
final class Delivery {
    /** Behind every offset of the log, so that no replay has taken it. */
    static final long EPHEMERAL = Long.MAX_VALUE;

    private final Wire wire;
    private final ByteBuf frames;
    private final List<Item> items;
    private final long routedNanos;
    private final AtomicInteger shardsLeft;
    private final Runnable onDrained;

    /**
     * @param topics where the event goes
     * @param start first byte of the event's frame
     * @param end the byte after its last
     * @param origin of the event
     * @param offset where it stands in the log; {@link #EPHEMERAL} for one that is not logged
     * @param epoch of that offset
     * @param handling how it may be given up where a client reads too slowly; null keeps it
     * @param wanted the event itself when its acknowledgement is wanted
     * @param counted whether the fan-out has been counted already; null where only one shard hears of it, once
     */
    record Item(
            List<Topic> topics,
            int start,
            int end,
            Origin origin,
            long offset,
            long epoch,
            @Nullable Handling handling,
            EventLog.@Nullable Entry wanted,
            @Nullable AtomicBoolean counted) {
        /** Whether the caller is the first shard that found somebody for the event, and so counts its fan-out. */
        boolean isFirstFanout() {
            return counted == null || (!counted.getPlain() && counted.compareAndSet(false, true));
        }
    }

    /**
     * @param frames owned by the delivery
     * @param routedNanos when the router made it
     * @param shards how many shards will drain it (at least 1)
     * @param onDrained called once, by the last of them
     */
    Delivery(Wire wire, ByteBuf frames, List<Item> items, long routedNanos, int shards, Runnable onDrained) {
        this.wire = wire;
        this.frames = frames;
        this.items = items;
        this.routedNanos = routedNanos;
        this.shardsLeft = new AtomicInteger(shards);
        this.onDrained = onDrained;
    }

    Wire wire() {
        return wire;
    }

    ByteBuf frames() {
        return frames;
    }

    List<Item> items() {
        return items;
    }

    long routedNanos() {
        return routedNanos;
    }

    /** A shard is done with it: everything is written or dropped, and slices that live on are retained. */
    void onShardDrained() {
        if (shardsLeft.decrementAndGet() == 0) {
            frames.release();
            onDrained.run();
        }
    }
}
