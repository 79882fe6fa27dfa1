package io.atalaya.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Writes an event as the frame that every WebSocket gets: the published members, {@code id}, {@code ts}, and for a
 * durable event its {@code cursor}. Stateless.
 */
public final class EventFrames {
    private static final byte[] CURSOR_MEMBER = ",\"cursor\":\"".getBytes(US_ASCII);
    static final byte[] CURSOR_END = "\"}".getBytes(US_ASCII);
    static final byte[] REDELIVERED_END = "\",\"redelivered\":true}".getBytes(US_ASCII);

    /** The most bytes of a frame beyond the open body of its event. */
    static final int MOST_OVERHEAD = 10 + CURSOR_MEMBER.length + 30 + REDELIVERED_END.length;

    private EventFrames() {}

    /** Appends the event's frame. */
    public static void encode(Event event, @Nullable Cursor cursor, ByteBuf out) {
        if (cursor == null) {
            byte[] open = event.body().open();
            WebSocketFrames.writeTextHeader(out, open.length + 1);
            out.writeBytes(open).writeByte('}');
            return;
        }
        write(event, cursor, CURSOR_END, out);
    }

    /** Appends the frame of an event that its recipient may have had before: {@code redelivered} is its last member. */
    public static void encodeAgain(Event event, Cursor cursor, ByteBuf out) {
        write(event, cursor, REDELIVERED_END, out);
    }

    private static void write(Event event, Cursor cursor, byte[] end, ByteBuf out) {
        byte[] open = event.body().open();
        byte[] position = cursor.toString().getBytes(US_ASCII);
        int length = open.length + CURSOR_MEMBER.length + position.length + end.length;
        WebSocketFrames.writeTextHeader(out, length);
        out.writeBytes(open);
        writeCursor(position, end, out);
    }

    /** Closes an open body behind its cursor. */
    static void writeCursor(byte[] position, byte[] end, ByteBuf out) {
        out.writeBytes(CURSOR_MEMBER).writeBytes(position).writeBytes(end);
    }
}
