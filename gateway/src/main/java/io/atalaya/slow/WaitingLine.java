package io.atalaya.slow;

import io.atalaya.event.Cursor;
import io.atalaya.protocol.RecoveryFrames;
import io.atalaya.protocol.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The frames that wait for one client, in order. Confined to the session's event loop.
 *
 * <pre>
 *   add ─► [kept][latest of k][droppable][gap: 3 dropped][kept] ─► take
 *               ▲ a later one       │ no room: becomes, or joins, a gap in its place
 *               └ takes its turn at the end, and this one is gone
 * </pre>
 *
 * <p>It counts what it needs in memory, so that its bound is one: the frames' bytes, and for each some more.
 */
public final class WaitingLine {
    private static final int NODE_BYTES = 96;
    private static final int GAP_BYTES = NODE_BYTES + 96;

    private final Wire wire;
    private final Fate fate;
    private final ArrayDeque<Node> droppable = new ArrayDeque<>();
    private final Map<String, Node> latest = new HashMap<>();
    private @Nullable Node first;
    private @Nullable Node last;
    private long bytes;
    private int events;

    /** Hears of events that will not be delivered. */
    public interface Fate {
        /** A later event has replaced one of this type. */
        void onConflated(String type);

        /** There was no room for an event of this type. */
        void onDropped(String type);
    }

    /**
     * What {@link #take} took.
     *
     * @param frames owned by the caller
     * @param parts the deliveries in it, in order; gaps are none
     * @param through the furthest log offset among them; 0 when none is of the log
     */
    public record Batch(ByteBuf frames, List<Part> parts, long through) {}

    /**
     * Deliveries that stand together. Immutable.
     *
     * @param origin of the oldest of them; null when their latency is not measured
     */
    public record Part(int events, @Nullable Origin origin) {}

    private static final class Node {
        private final byte[] frame;
        private final int events;
        private final @Nullable Handling handling;
        private final @Nullable Origin origin;
        private final long offset;
        private int dropped;
        private @Nullable Cursor droppedThrough;
        private @Nullable Node before;
        private @Nullable Node after;

        private Node(byte[] frame, int events, @Nullable Handling handling, @Nullable Origin origin, long offset) {
            this.frame = frame;
            this.events = events;
            this.handling = handling;
            this.origin = origin;
            this.offset = offset;
        }

        private boolean isGap() {
            return dropped > 0;
        }

        private int bytes() {
            return isGap() ? GAP_BYTES : NODE_BYTES + frame.length;
        }
    }

    /** @param wire how gaps are told */
    public WaitingLine(Wire wire, Fate fate) {
        this.wire = wire;
        this.fate = fate;
    }

    /** Deliveries that wait. */
    public int events() {
        return events;
    }

    /** What the line needs in memory. */
    public long bytes() {
        return bytes;
    }

    public boolean isEmpty() {
        return first == null;
    }

    /**
     * Adds frames at the end.
     *
     * @param frame one or several frames, one behind the other
     * @param deliveries how many they are; 1 with a handling
     * @param handling how they may be given up; null keeps them
     * @param origin of the oldest of them; null when their latency is not measured
     * @param offset where the last of them stands in the log; 0 when it is not of the log
     * @param room bytes that the line may need
     * @return false when what has to be kept needs more than {@code room}
     */
    public boolean add(
            byte[] frame,
            int deliveries,
            @Nullable Handling handling,
            @Nullable Origin origin,
            long offset,
            long room) {
        var node = new Node(frame, deliveries, handling, origin, offset);
        append(node);
        if (handling != null) {
            if (handling.latestOf() == null) {
                droppable.add(node);
            } else {
                conflate(handling.latestOf(), node);
            }
        }
        while (bytes > room && !droppable.isEmpty()) {
            drop(droppable.remove());
        }
        return bytes <= room;
    }

    private void append(Node node) {
        node.before = last;
        if (last == null) {
            first = node;
        } else {
            last.after = node;
        }
        last = node;
        bytes += node.bytes();
        events += node.events;
    }

    private void conflate(String key, Node node) {
        Node earlier = latest.put(key, node);
        if (earlier != null) {
            remove(earlier);
            fate.onConflated(typeOf(earlier));
        }
    }

    private static String typeOf(Node node) {
        return node.handling == null ? "" : node.handling.type();
    }

    private void drop(Node node) {
        fate.onDropped(typeOf(node));
        Cursor cursor = node.handling == null ? null : node.handling.cursor();
        Node before = node.before;
        if (before != null && before.isGap()) {
            widen(before, 1, cursor);
        } else {
            var gap = new Node(new byte[0], 0, null, null, 0);
            gap.dropped = 1;
            gap.droppedThrough = cursor;
            insertBefore(node, gap);
        }
        remove(node);
    }

    private static void widen(Node gap, int by, @Nullable Cursor through) {
        gap.dropped += by;
        if (through != null) {
            gap.droppedThrough = through;
        }
    }

    private void insertBefore(Node place, Node node) {
        node.before = place.before;
        node.after = place;
        if (place.before == null) {
            first = node;
        } else {
            place.before.after = node;
        }
        place.before = node;
        bytes += node.bytes();
    }

    private void remove(Node node) {
        Node before = node.before;
        Node after = node.after;
        if (before == null) {
            first = after;
        } else {
            before.after = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.before = before;
        }
        bytes -= node.bytes();
        events -= node.events;
        if (before != null && after != null && before.isGap() && after.isGap()) {
            widen(before, after.dropped, after.droppedThrough);
            remove(after);
        }
    }

    /** Takes the first frames, as many as fit into {@code maxBytes} and at least one. The line is not empty. */
    public Batch take(ByteBufAllocator allocator, int maxBytes) {
        int room = firstBytes(maxBytes);
        ByteBuf frames = allocator.directBuffer(room);
        var parts = new ArrayList<Part>();
        long through = 0;
        for (Node node = first; node != null && room >= frameBytes(node); node = first) {
            room -= frameBytes(node);
            if (node.isGap()) {
                RecoveryFrames.writeSlowGap(wire, frames, node.dropped, node.droppedThrough);
            } else {
                frames.writeBytes(node.frame);
                parts.add(new Part(node.events, node.origin));
            }
            through = Math.max(through, node.offset);
            forget(node);
        }
        return new Batch(frames, parts, through);
    }

    /** Bytes of the first frames, at least one, as far as they fit: memory is asked for before anything is taken. */
    private int firstBytes(int maxBytes) {
        int sum = 0;
        for (Node node = first; node != null && (sum == 0 || sum + frameBytes(node) <= maxBytes); node = node.after) {
            sum += frameBytes(node);
        }
        return sum;
    }

    private static int frameBytes(Node node) {
        return node.isGap() ? GAP_BYTES : node.frame.length;
    }

    private void forget(Node node) {
        remove(node);
        if (node.handling != null) {
            if (node.handling.latestOf() == null) {
                droppable.remove(); // both are in order: it is the first of them
            } else {
                latest.remove(node.handling.latestOf(), node);
            }
        }
    }
}
