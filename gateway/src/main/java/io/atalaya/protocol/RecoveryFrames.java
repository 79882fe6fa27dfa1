package io.atalaya.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.atalaya.event.Cursor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the gateway says about positions in the log. Stateless. */
public final class RecoveryFrames {
    private static final int MOST_BYTES = 160;

    private RecoveryFrames() {}

    /** The answer to {@code since=now}: where the client stands. The caller owns the frame. */
    public static ByteBuf position(Wire wire, ByteBufAllocator allocator, Cursor cursor) {
        return frame(wire, allocator, "{\"type\":\"position\",\"cursor\":\"" + cursor + "\"}", cursor);
    }

    /**
     * A position could not be continued from: what lies before {@code cursor} will not come. The caller owns the frame.
     *
     * @param reason its name in lower case is what the client reads
     */
    public static ByteBuf gap(Wire wire, ByteBufAllocator allocator, Enum<?> reason, Cursor cursor) {
        String word = reason.name().toLowerCase(Locale.ROOT);
        String json = "{\"type\":\"gap\",\"reason\":\"" + word + "\",\"cursor\":\"" + cursor + "\"}";
        return frame(wire, allocator, json, cursor);
    }

    /**
     * Appends the frame that stands where events were dropped because the client reads too slowly.
     *
     * @param through position of the last of them; null when none of them was logged
     */
    public static void writeSlowGap(Wire wire, ByteBuf out, int dropped, @Nullable Cursor through) {
        String cursor = through == null ? "" : ",\"cursor\":\"" + through + "\"";
        String json = "{\"type\":\"gap\",\"reason\":\"slow\",\"dropped\":" + dropped + cursor + "}";
        wire.encodeNotice(json.getBytes(US_ASCII), through, out);
    }

    private static ByteBuf frame(Wire wire, ByteBufAllocator allocator, String json, Cursor cursor) {
        ByteBuf out = allocator.directBuffer(MOST_BYTES);
        wire.encodeNotice(json.getBytes(US_ASCII), cursor, out);
        return out;
    }
}
