package io.atalaya.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames of a server (RFC 6455 section 5.2) where they lie, without an object per frame. Confined to the
 * connection's event loop.
 *
 * <p>Text is handed over as bytes and not checked to be UTF-8: the load client shares a machine with the server that
 * it measures.
 */
final class FrameReader {
    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int MASKED = 0x80;
    private static final int CONTINUATION = 0x0;
    private static final int TEXT = 0x1;
    private static final int BINARY = 0x2;
    private static final int CLOSE = 0x8;
    private static final int PING = 0x9;
    private static final int PONG = 0xA;

    private final Sink sink;
    private final int maxMessageBytes;
    private @Nullable ByteBuf fragments;
    private boolean ended;

    FrameReader(Sink sink, int maxMessageBytes) {
        this.sink = sink;
        this.maxMessageBytes = maxMessageBytes;
    }

    /** What a frame turned out to be. */
    interface Sink {
        void onText(Received text);

        void onPing(byte[] payload);

        void onClose(CloseCode code, String reason);

        /** The server broke the protocol or a limit; nothing more is read. */
        void onViolation(CloseCode code, String what);
    }

    /** Reads every whole frame in {@code in} and leaves the rest. */
    void read(ByteBuf in) {
        while (!ended && readFrame(in)) {
            // the next one
        }
        if (ended) {
            in.skipBytes(in.readableBytes());
        }
    }

    /** Forgets a message that was begun. */
    void release() {
        ended = true;
        if (fragments != null) {
            fragments.release();
            fragments = null;
        }
    }

    private boolean readFrame(ByteBuf in) {
        int start = in.readerIndex();
        int available = in.readableBytes();
        if (available < 2) {
            return false;
        }
        int first = in.getUnsignedByte(start);
        int second = in.getUnsignedByte(start + 1);
        if ((first & RESERVED) != 0 || (second & MASKED) != 0) {
            return violation(CloseCode.PROTOCOL_ERROR, "reserved bits or mask set by the server");
        }
        int headerBytes = headerBytes(second);
        if (available < headerBytes) {
            return false;
        }
        long length = payloadBytes(in, start, second);
        if (length < 0 || length > maxMessageBytes) {
            return violation(
                    CloseCode.TOO_LARGE, "message of %d bytes (expected: 0 to %d)".formatted(length, maxMessageBytes));
        }
        if (available < headerBytes + length) {
            return false;
        }
        in.skipBytes(headerBytes + (int) length);
        onFrame(first, in, start + headerBytes, (int) length);
        return true;
    }

    private static int headerBytes(int second) {
        return switch (second) {
            case 126 -> 4;
            case 127 -> 10;
            default -> 2;
        };
    }

    private static long payloadBytes(ByteBuf in, int start, int second) {
        return switch (second) {
            case 126 -> in.getUnsignedShort(start + 2);
            case 127 -> in.getLong(start + 2);
            default -> second;
        };
    }

    private void onFrame(int first, ByteBuf in, int from, int length) {
        boolean last = (first & FIN) != 0;
        switch (first & 0xF) {
            case TEXT -> onData(last, in, from, length);
            case CONTINUATION -> onContinuation(last, in, from, length);
            case BINARY -> violation(new CloseCode(1003), "binary frame (expected: text)");
            case CLOSE -> onCloseFrame(in, from, length);
            case PING -> sink.onPing(bytes(in, from, length));
            case PONG -> {
                // nobody sent a ping frame; unsolicited pongs are allowed (RFC 6455 section 5.5.3)
            }
            default -> violation(CloseCode.PROTOCOL_ERROR, "opcode %d".formatted(first & 0xF));
        }
    }

    private void onData(boolean last, ByteBuf in, int from, int length) {
        if (fragments != null) {
            violation(CloseCode.PROTOCOL_ERROR, "new message inside a fragmented one");
        } else if (last) {
            sink.onText(new Received(in, from, length));
        } else {
            fragments = Unpooled.buffer(length).writeBytes(in, from, length);
        }
    }

    private void onContinuation(boolean last, ByteBuf in, int from, int length) {
        ByteBuf message = fragments;
        if (message == null) {
            violation(CloseCode.PROTOCOL_ERROR, "continuation of nothing");
            return;
        }
        if (message.readableBytes() + length > maxMessageBytes) {
            violation(CloseCode.TOO_LARGE, "fragmented message of over %d bytes".formatted(maxMessageBytes));
            return;
        }
        message.writeBytes(in, from, length);
        if (last) {
            fragments = null;
            try {
                sink.onText(new Received(message, 0, message.readableBytes()));
            } finally {
                message.release();
            }
        }
    }

    private void onCloseFrame(ByteBuf in, int from, int length) {
        ended = true;
        if (length < 2) {
            sink.onClose(CloseCode.NO_STATUS, "");
            return;
        }
        int code = in.getUnsignedShort(from);
        if (code < 1000 || code > 4999) {
            violation(CloseCode.PROTOCOL_ERROR, "close code %d".formatted(code));
            return;
        }
        sink.onClose(new CloseCode(code), in.toString(from + 2, length - 2, StandardCharsets.UTF_8));
    }

    private boolean violation(CloseCode code, String what) {
        ended = true;
        sink.onViolation(code, what);
        return false;
    }

    private static byte[] bytes(ByteBuf in, int from, int length) {
        byte[] copy = new byte[length];
        in.getBytes(from, copy);
        return copy;
    }
}
