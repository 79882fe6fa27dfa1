package io.atalaya.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Frames from client to server: always masked (RFC 6455 section 5.3). Pure functions. */
final class ClientFrames {
    static final int TEXT = 0x1;
    static final int CLOSE = 0x8;
    static final int PONG = 0xA;

    private static final int FIN = 0x80;
    private static final int MASKED = 0x80;
    /** Longest payload of a control frame (RFC 6455 section 5.5). */
    private static final int MAX_CONTROL_BYTES = 125;

    private ClientFrames() {}

    static ByteBuf text(ByteBufAllocator allocator, String text, int mask) {
        return frame(allocator, TEXT, text.getBytes(StandardCharsets.UTF_8), mask);
    }

    static ByteBuf pong(ByteBufAllocator allocator, byte[] payload, int mask) {
        return frame(allocator, PONG, payload, mask);
    }

    /** A close frame; a reason that is too long is cut at a character's end. */
    static ByteBuf close(ByteBufAllocator allocator, CloseCode code, String reason, int mask) {
        byte[] words = reason.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(words.length, MAX_CONTROL_BYTES - 2);
        while (length < words.length && length > 0 && (words[length] & 0xC0) == 0x80) {
            length--;
        }
        byte[] payload = new byte[2 + length];
        payload[0] = (byte) (code.value() >> 8);
        payload[1] = (byte) code.value();
        System.arraycopy(words, 0, payload, 2, length);
        return frame(allocator, CLOSE, payload, mask);
    }

    private static ByteBuf frame(ByteBufAllocator allocator, int opcode, byte[] payload, int mask) {
        int length = payload.length;
        ByteBuf frame = allocator.buffer(14 + length);
        frame.writeByte(FIN | opcode);
        if (length <= 125) {
            frame.writeByte(MASKED | length);
        } else if (length <= 0xFFFF) {
            frame.writeByte(MASKED | 126).writeShort(length);
        } else {
            frame.writeByte(MASKED | 127).writeLong(length);
        }
        return frame.writeInt(mask).writeBytes(masked(payload, mask));
    }

    private static byte[] masked(byte[] payload, int mask) {
        byte[] result = Arrays.copyOf(payload, payload.length);
        for (int i = 0; i < result.length; i++) {
            result[i] ^= (byte) (mask >>> (24 - 8 * (i & 3)));
        }
        return result;
    }
}
