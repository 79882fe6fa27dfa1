package io.atalaya.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.atalaya.event.Cursor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the gateway says about positions in the log, as text frames. Stateless. */
public final class RecoveryFrames {
    private RecoveryFrames() {}

    /** The answer to {@code since=now}: where the client stands. The caller owns the frame. */
    public static ByteBuf position(ByteBufAllocator allocator, Cursor cursor) {
        return text(allocator, "{\"type\":\"position\",\"cursor\":\"" + cursor + "\"}");
    }

    /**
     * A position could not be continued from: what lies before {@code cursor} will not come. The caller owns the frame.
     *
     * @param reason its name in lower case is what the client reads
     */
    public static ByteBuf gap(ByteBufAllocator allocator, Enum<?> reason, Cursor cursor) {
        String word = reason.name().toLowerCase(Locale.ROOT);
        return text(allocator, "{\"type\":\"gap\",\"reason\":\"" + word + "\",\"cursor\":\"" + cursor + "\"}");
    }

    /**
     * Appends the frame that stands where events were dropped because the client reads too slowly.
     *
     * @param through position of the last of them; null when none of them was logged
     */
    public static void writeSlowGap(ByteBuf out, int dropped, @Nullable Cursor through) {
        String cursor = through == null ? "" : ",\"cursor\":\"" + through + "\"";
        byte[] json =
                ("{\"type\":\"gap\",\"reason\":\"slow\",\"dropped\":" + dropped + cursor + "}").getBytes(US_ASCII);
        WebSocketFrames.writeTextHeader(out, json.length);
        out.writeBytes(json);
    }

    private static ByteBuf text(ByteBufAllocator allocator, String json) {
        return WebSocketFrames.text(allocator, json.getBytes(US_ASCII));
    }
}
