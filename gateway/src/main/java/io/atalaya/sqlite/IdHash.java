package io.atalaya.sqlite;

import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Fingerprints of (tenant, id): SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012), keyed, so that
 * nobody can choose an id whose fingerprint is that of another. Immutable.
 */
public final class IdHash {
    public static final int KEY_BYTES = 16;

    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long keyLow;
    private final long keyHigh;

    public IdHash(byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("hash key: %d bytes (expected: %d)".formatted(key.length, KEY_BYTES));
        }
        var bytes = ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN);
        keyLow = bytes.getLong();
        keyHigh = bytes.getLong();
    }

    /** 128 bits. */
    public record Fingerprint(long first, long second) {}

    /** The fingerprint of an event's identity. */
    public Fingerprint of(TenantId tenant, EventId id) {
        // neither contains a blank, so no two identities share a text
        return of(tenant.value() + ' ' + id.value());
    }

    /** The fingerprint of a text whose characters are below 256, as one byte each. */
    public Fingerprint of(String text) {
        var state = new State(keyLow, keyHigh);
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        int at = 0;
        for (; at + Long.BYTES <= bytes.length; at += Long.BYTES) {
            state.absorb((long) WORDS.get(bytes, at));
        }
        long rest = (long) bytes.length << 56;
        for (int i = 0; at + i < bytes.length; i++) {
            rest |= (bytes[at + i] & 0xFFL) << (8 * i);
        }
        state.absorb(rest);
        return state.finish();
    }

    /** Confined to one call. */
    private static final class State {
        private long v0;
        private long v1;
        private long v2;
        private long v3;

        State(long low, long high) {
            v0 = low ^ 0x736f6d6570736575L;
            v1 = high ^ 0x646f72616e646f6dL ^ 0xee;
            v2 = low ^ 0x6c7967656e657261L;
            v3 = high ^ 0x7465646279746573L;
        }

        void absorb(long word) {
            v3 ^= word;
            rounds(2);
            v0 ^= word;
        }

        Fingerprint finish() {
            v2 ^= 0xee;
            rounds(4);
            long first = v0 ^ v1 ^ v2 ^ v3;
            v1 ^= 0xdd;
            rounds(4);
            return new Fingerprint(first, v0 ^ v1 ^ v2 ^ v3);
        }

        private void rounds(int count) {
            for (int i = 0; i < count; i++) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
        }
    }
}
