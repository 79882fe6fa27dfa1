package io.atalaya.live;

import io.atalaya.http.BodyStream;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

/**
 * Everyone who watches a stream of server-sent events. Thread-safe: a concurrent set. A viewer that does not read loses
 * events and delays nobody: what it has not taken stays within its connection's write buffer, and nothing is added.
 */
public final class Viewers {
    /** Media type of the streams. */
    public static final String EVENT_STREAM = "text/event-stream; charset=utf-8";

    private static final byte[] SIGN_OF_LIFE = ": \n\n".getBytes(StandardCharsets.UTF_8);
    private static final int SILENT_SWEEPS = 10;
    private static final int STUCK_SWEEPS = 60;

    private final int most;
    private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();
    private final LongAdder lost = new LongAdder();

    /** @param most how many there may be */
    public Viewers(int most) {
        this.most = most;
    }

    /** Whether one more may come. */
    public boolean haveRoom() {
        return viewers.size() < most;
    }

    public int size() {
        return viewers.size();
    }

    /** Events that viewers did not get because they did not read. */
    public long lost() {
        return lost.sum();
    }

    /**
     * Enters a viewer until its connection closes.
     *
     * @param welcome whether it may stay; asked once a sweep
     */
    public Viewer add(BodyStream stream, BooleanSupplier welcome) {
        var viewer = new Viewer(stream, welcome, lost);
        viewers.add(viewer);
        stream.onClosed(() -> viewers.remove(viewer));
        return viewer;
    }

    /** Sends an event, encoded once, to everyone who keeps up. */
    public void broadcast(byte[] event) {
        viewers.forEach(viewer -> viewer.send(event));
    }

    /** To be called once a second: ends those that may not stay or are stuck, and gives the silent a sign of life. */
    public void sweep() {
        viewers.forEach(Viewer::onSweep);
    }

    /** Ends every stream. */
    public void close() {
        viewers.forEach(viewer -> viewer.stream.close());
    }

    /** An event as bytes of the stream; {@code json} has no line break. */
    public static byte[] event(String name, byte[] json) {
        byte[] head = ("event: " + name + "\ndata: ").getBytes(StandardCharsets.UTF_8);
        var event = new byte[head.length + json.length + 2];
        System.arraycopy(head, 0, event, 0, head.length);
        System.arraycopy(json, 0, event, head.length, json.length);
        event[event.length - 2] = '\n';
        event[event.length - 1] = '\n';
        return event;
    }

    /** One of them. Thread-safe, but for what belongs to whoever sweeps. */
    public static final class Viewer {
        private final BodyStream stream;
        private final BooleanSupplier welcome;
        private final LongAdder lost;
        private volatile boolean spoken;
        private int silentSweeps;
        private int stuckSweeps;

        private Viewer(BodyStream stream, BooleanSupplier welcome, LongAdder lost) {
            this.stream = stream;
            this.welcome = welcome;
            this.lost = lost;
        }

        /** Sends an event unless the viewer is behind; returns whether it did. */
        public boolean send(byte[] event) {
            if (!stream.isWritable()) {
                lost.increment();
                return false;
            }
            spoken = true;
            stream.write(Unpooled.wrappedBuffer(event));
            return true;
        }

        private void onSweep() {
            stuckSweeps = stream.isWritable() ? 0 : stuckSweeps + 1;
            silentSweeps = spoken ? 0 : silentSweeps + 1;
            spoken = false;
            if (!welcome.getAsBoolean() || stuckSweeps >= STUCK_SWEEPS) {
                stream.close();
            } else if (silentSweeps >= SILENT_SWEEPS && send(SIGN_OF_LIFE)) {
                silentSweeps = 0;
            }
        }
    }
}
