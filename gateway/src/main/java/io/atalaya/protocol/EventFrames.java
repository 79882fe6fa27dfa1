package io.atalaya.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Writes an event as the frame that every session gets: the published members, {@code id}, {@code ts}, and for a
 * durable event its {@code cursor}. Stateless.
 */
public final class EventFrames {
    private static final byte[] CURSOR_MEMBER = ",\"cursor\":\"".getBytes(US_ASCII);
    private static final byte[] CURSOR_END = "\"}".getBytes(US_ASCII);
    private static final int MOST_OVERHEAD = 10 + CURSOR_MEMBER.length + 30 + CURSOR_END.length;

    private EventFrames() {}

    /** The most bytes that the event's frame can take. */
    public static int maxLength(Event event) {
        return event.body().open().length + MOST_OVERHEAD;
    }

    /** Appends the event's frame. */
    public static void encode(Event event, @Nullable Cursor cursor, ByteBuf out) {
        byte[] open = event.body().open();
        if (cursor == null) {
            WebSocketFrames.writeTextHeader(out, open.length + 1);
            out.writeBytes(open).writeByte('}');
            return;
        }
        byte[] position = cursor.toString().getBytes(US_ASCII);
        int length = open.length + CURSOR_MEMBER.length + position.length + CURSOR_END.length;
        WebSocketFrames.writeTextHeader(out, length);
        out.writeBytes(open).writeBytes(CURSOR_MEMBER).writeBytes(position).writeBytes(CURSOR_END);
    }
}
