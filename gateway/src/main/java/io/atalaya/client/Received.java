package io.atalaya.client;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * One text message as it lies in the receive buffer, readable without copying. Confined to the call of
 * {@link Connection.Listener#onEvent}: afterwards the buffer holds something else.
 */
public final class Received {
    private static final byte[] CURSOR_MEMBER = "\"cursor\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_CURSOR = 64;

    private final ByteBuf buffer;
    private final int start;
    private final int length;

    Received(ByteBuf buffer, int start, int length) {
        this.buffer = buffer;
        this.start = start;
        this.length = length;
    }

    /** Length in bytes. */
    public int length() {
        return length;
    }

    /** The byte at {@code index}, 0 to {@link #length} exclusive. */
    public byte byteAt(int index) {
        return buffer.getByte(start + index);
    }

    /** The whole message; bytes that are not UTF-8 become U+FFFD. */
    public String text() {
        return buffer.toString(start, length, StandardCharsets.UTF_8);
    }

    /** Whether the message is exactly {@code expected}. */
    public boolean is(byte[] expected) {
        return length == expected.length && matches(0, expected);
    }

    /** Whether the message begins with {@code wanted}. */
    public boolean startsWith(byte[] wanted) {
        return length >= wanted.length && matches(0, wanted);
    }

    /** The cursor, when it is the last member of the message; empty otherwise. */
    public String cursor() {
        if (length < 2 || byteAt(length - 1) != '}' || byteAt(length - 2) != '"') {
            return "";
        }
        int end = length - 2;
        int earliest = Math.max(0, end - LONGEST_CURSOR - CURSOR_MEMBER.length);
        for (int i = end - CURSOR_MEMBER.length; i >= earliest; i--) {
            if (matches(i, CURSOR_MEMBER)) {
                int from = i + CURSOR_MEMBER.length;
                return buffer.toString(start + from, end - from, StandardCharsets.US_ASCII);
            }
        }
        return "";
    }

    private boolean matches(int index, byte[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (byteAt(index + i) != wanted[i]) {
                return false;
            }
        }
        return true;
    }
}
