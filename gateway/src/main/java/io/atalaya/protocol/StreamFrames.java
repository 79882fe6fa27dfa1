package io.atalaya.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events as bytes (HTML standard, section 9.2.5): {@code id} is the cursor where there is one, {@code data}
 * the same JSON as in a WebSocket frame, in one line. Stateless.
 */
final class StreamFrames {
    /** A comment: read by nobody, noticed by everybody. */
    static final byte[] HEARTBEAT = ": hb\n\n".getBytes(US_ASCII);

    private static final byte[] ID = "id: ".getBytes(US_ASCII);
    private static final byte[] DATA = "data: ".getBytes(US_ASCII);
    private static final byte[] END = "\n\n".getBytes(US_ASCII);
    private static final int LONGEST_CURSOR = 30;

    /** The lines around the body, and the members that a WebSocket frame has as well. */
    static final int MOST_OVERHEAD =
            ID.length + LONGEST_CURSOR + 1 + DATA.length + EventFrames.MOST_OVERHEAD + END.length;

    private StreamFrames() {}

    static void encode(Event event, @Nullable Cursor cursor, ByteBuf out) {
        if (cursor == null) {
            out.writeBytes(DATA);
            writeInOneLine(event.body().open(), out);
            out.writeByte('}').writeBytes(END);
            return;
        }
        byte[] position = cursor.toString().getBytes(US_ASCII);
        writeId(position, out);
        out.writeBytes(DATA);
        writeInOneLine(event.body().open(), out);
        EventFrames.writeCursor(position, EventFrames.CURSOR_END, out);
        out.writeBytes(END);
    }

    /** Without {@code id}: the event's cursor is an old one, and a client must not go back to it. */
    static void encodeAgain(Event event, Cursor cursor, ByteBuf out) {
        out.writeBytes(DATA);
        writeInOneLine(event.body().open(), out);
        EventFrames.writeCursor(cursor.toString().getBytes(US_ASCII), EventFrames.REDELIVERED_END, out);
        out.writeBytes(END);
    }

    static void encodeNotice(byte[] json, @Nullable Cursor cursor, ByteBuf out) {
        if (cursor != null) {
            writeId(cursor.toString().getBytes(US_ASCII), out);
        }
        out.writeBytes(DATA);
        writeInOneLine(json, out);
        out.writeBytes(END);
    }

    /** An event of its own type, so that no handler of messages sees it. */
    static ByteBuf close(ByteBufAllocator allocator, CloseReason reason) {
        String text = "event: close\ndata: {\"code\":" + reason.code() + ",\"reason\":\"" + reason.text() + "\"}\n\n";
        byte[] bytes = text.getBytes(US_ASCII);
        return allocator.directBuffer(bytes.length).writeBytes(bytes);
    }

    private static void writeId(byte[] position, ByteBuf out) {
        out.writeBytes(ID).writeBytes(position).writeByte('\n');
    }

    /** Line breaks stand only between the tokens of JSON (RFC 8259 section 7), where a space means the same. */
    private static void writeInOneLine(byte[] json, ByteBuf out) {
        int start = out.writerIndex();
        out.writeBytes(json);
        for (int i = 0; i < json.length; i++) {
            if (json[i] == '\n' || json[i] == '\r') {
                out.setByte(start + i, ' ');
            }
        }
    }
}
