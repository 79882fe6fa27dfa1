package io.atalaya.protocol;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How frames reach a client: the one place that knows what a session's bytes look like. Everything is written as it goes
 * to the socket, so that one buffer serves every session with the same wire. Immutable.
 */
public enum Wire {
    /** A WebSocket (RFC 6455). */
    WEBSOCKET(true) {
        @Override
        public int maxOverhead() {
            return EventFrames.MOST_OVERHEAD;
        }

        @Override
        public void encode(Event event, @Nullable Cursor cursor, ByteBuf out) {
            EventFrames.encode(event, cursor, out);
        }

        @Override
        public void encodeAgain(Event event, Cursor cursor, ByteBuf out) {
            EventFrames.encodeAgain(event, cursor, out);
        }

        @Override
        public void encodeNotice(byte[] json, @Nullable Cursor cursor, ByteBuf out) {
            WebSocketFrames.writeTextHeader(out, json.length);
            out.writeBytes(json);
        }

        @Override
        public ByteBuf close(ByteBufAllocator allocator, CloseReason reason) {
            return WebSocketFrames.close(allocator, reason);
        }

        @Override
        public ByteBuf ping(ByteBufAllocator allocator, long payload) {
            return WebSocketFrames.ping(allocator, payload);
        }
    },

    /** A stream of server-sent events (HTML standard, section 9.2) in the body of an HTTP answer. */
    SSE(false) {
        @Override
        public int maxOverhead() {
            return StreamFrames.MOST_OVERHEAD;
        }

        @Override
        public void encode(Event event, @Nullable Cursor cursor, ByteBuf out) {
            StreamFrames.encode(event, cursor, out);
        }

        @Override
        public void encodeAgain(Event event, Cursor cursor, ByteBuf out) {
            StreamFrames.encodeAgain(event, cursor, out);
        }

        @Override
        public void encodeNotice(byte[] json, @Nullable Cursor cursor, ByteBuf out) {
            StreamFrames.encodeNotice(json, cursor, out);
        }

        @Override
        public ByteBuf close(ByteBufAllocator allocator, CloseReason reason) {
            return StreamFrames.close(allocator, reason);
        }

        @Override
        public ByteBuf ping(ByteBufAllocator allocator, long payload) {
            return Unpooled.wrappedBuffer(StreamFrames.HEARTBEAT);
        }
    };

    private final boolean twoWay;

    Wire(boolean twoWay) {
        this.twoWay = twoWay;
    }

    /** The most bytes that a frame has beyond the open body of its event. */
    public abstract int maxOverhead();

    /** Appends the frame of an event; {@code cursor} is null for one that is not logged. */
    public abstract void encode(Event event, @Nullable Cursor cursor, ByteBuf out);

    /** Appends the frame of an event that its recipient may have had before. */
    public abstract void encodeAgain(Event event, Cursor cursor, ByteBuf out);

    /**
     * Appends something that the gateway itself has to say.
     *
     * @param json an object
     * @param cursor where a client that has read this continues; null when it says nothing of that
     */
    public abstract void encodeNotice(byte[] json, @Nullable Cursor cursor, ByteBuf out);

    /** The last thing that a client is sent; the caller owns it. */
    public abstract ByteBuf close(ByteBufAllocator allocator, CloseReason reason);

    /** Shows that the connection is alive; the caller owns it. A client that can answers with the payload. */
    public abstract ByteBuf ping(ByteBufAllocator allocator, long payload);

    /** Whether clients can say something: show that they live, answer a close. */
    public boolean isTwoWay() {
        return twoWay;
    }

    /** The most bytes that an event's frame can take. */
    public int maxLength(Event event) {
        return event.body().open().length + maxOverhead();
    }

    /** The value of metric labels. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
