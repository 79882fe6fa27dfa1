package io.atalaya.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/**
 * Server-to-client WebSocket frames as bytes (RFC 6455 section 5.2): final, unmasked, never fragmented, no extension.
 * Stateless.
 */
public final class WebSocketFrames {
    private static final int FIN_TEXT = 0x81;
    private static final int FIN_CLOSE = 0x88;
    private static final int FIN_PING = 0x89;
    private static final int FIN_PONG = 0x8A;
    private static final int TWO_BYTE_LENGTH = 126;
    private static final int EIGHT_BYTE_LENGTH = 127;

    private WebSocketFrames() {}

    /** Bytes of a frame's header for a payload of {@code length} bytes. */
    public static int headerLength(int length) {
        if (length < TWO_BYTE_LENGTH) {
            return 2;
        }
        return length <= 0xFFFF ? 4 : 10;
    }

    /** Writes the header of a text frame. */
    public static void writeTextHeader(ByteBuf out, int length) {
        writeHeader(out, FIN_TEXT, length);
    }

    /** A text frame of its own; the caller owns it. */
    public static ByteBuf text(ByteBufAllocator allocator, byte[] utf8) {
        return frame(allocator, FIN_TEXT, Unpooled.wrappedBuffer(utf8));
    }

    /** A close frame with code and text; the caller owns it. */
    public static ByteBuf close(ByteBufAllocator allocator, CloseReason reason) {
        byte[] text = reason.text().getBytes(US_ASCII);
        ByteBuf out = allocator.directBuffer(4 + text.length);
        writeHeader(out, FIN_CLOSE, 2 + text.length);
        return out.writeShort(reason.code()).writeBytes(text);
    }

    /** The answer to a client's close frame (RFC 6455 section 5.5.1): its code echoed, or none. */
    public static ByteBuf closeEcho(ByteBufAllocator allocator, int code) {
        ByteBuf out = allocator.directBuffer(4);
        if (code <= 0) {
            writeHeader(out, FIN_CLOSE, 0);
            return out;
        }
        writeHeader(out, FIN_CLOSE, 2);
        return out.writeShort(code);
    }

    /** A ping frame that carries eight bytes; the caller owns it. */
    public static ByteBuf ping(ByteBufAllocator allocator, long payload) {
        ByteBuf out = allocator.directBuffer(2 + Long.BYTES);
        writeHeader(out, FIN_PING, Long.BYTES);
        return out.writeLong(payload);
    }

    /** The pong that answers a ping (RFC 6455 section 5.5.3); {@code payload} is read, not released. */
    public static ByteBuf pong(ByteBufAllocator allocator, ByteBuf payload) {
        return frame(allocator, FIN_PONG, payload);
    }

    private static ByteBuf frame(ByteBufAllocator allocator, int opcode, ByteBuf payload) {
        int length = payload.readableBytes();
        ByteBuf out = allocator.directBuffer(headerLength(length) + length);
        writeHeader(out, opcode, length);
        return out.writeBytes(payload, payload.readerIndex(), length);
    }

    private static void writeHeader(ByteBuf out, int opcode, int length) {
        out.writeByte(opcode);
        if (length < TWO_BYTE_LENGTH) {
            out.writeByte(length);
        } else if (length <= 0xFFFF) {
            out.writeByte(TWO_BYTE_LENGTH).writeShort(length);
        } else {
            out.writeByte(EIGHT_BYTE_LENGTH).writeLong(length);
        }
    }
}
