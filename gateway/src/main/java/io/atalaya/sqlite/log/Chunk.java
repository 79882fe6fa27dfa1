package io.atalaya.sqlite.log;

import io.atalaya.sqlite.IdHash.Fingerprint;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What must be known of a dense run of events even when their rows are gone, or without reading them: fingerprint,
 * time and length. Confined to the writer while it grows and to the lock of {@link Retention}; unchanged once stored.
 */
final class Chunk {
    /** So many events are stored as one row. */
    static final int EVENTS = 4_096;

    private static final int BYTES_PER_EVENT = 3 * Long.BYTES + Integer.BYTES;

    private final long firstOffset;
    private long[] hashes;
    private long[] times;
    private int[] lengths;
    private int size;
    private long bytes;

    Chunk(long firstOffset) {
        this(firstOffset, 16);
    }

    private Chunk(long firstOffset, int room) {
        this.firstOffset = firstOffset;
        hashes = new long[2 * room];
        times = new long[room];
        lengths = new int[room];
    }

    /** Reads what {@link #toBytes} wrote. */
    static Chunk read(long firstOffset, byte[] stored) {
        var in = ByteBuffer.wrap(stored);
        var chunk = new Chunk(firstOffset, Math.max(1, stored.length / BYTES_PER_EVENT));
        while (in.remaining() >= BYTES_PER_EVENT) {
            chunk.add(new Fingerprint(in.getLong(), in.getLong()), in.getLong(), in.getInt());
        }
        return chunk;
    }

    byte[] toBytes() {
        var out = ByteBuffer.allocate(size * BYTES_PER_EVENT);
        for (int i = 0; i < size; i++) {
            out.putLong(hashes[2 * i])
                    .putLong(hashes[2 * i + 1])
                    .putLong(times[i])
                    .putInt(lengths[i]);
        }
        return out.array();
    }

    void add(Fingerprint fingerprint, long atMillis, int length) {
        if (size == times.length) {
            hashes = Arrays.copyOf(hashes, 4 * size);
            times = Arrays.copyOf(times, 2 * size);
            lengths = Arrays.copyOf(lengths, 2 * size);
        }
        hashes[2 * size] = fingerprint.first();
        hashes[2 * size + 1] = fingerprint.second();
        times[size] = atMillis;
        lengths[size] = length;
        size++;
        bytes += length;
    }

    void addAll(Chunk other) {
        for (int i = 0; i < other.size; i++) {
            add(new Fingerprint(other.hashes[2 * i], other.hashes[2 * i + 1]), other.times[i], other.lengths[i]);
        }
    }

    long firstOffset() {
        return firstOffset;
    }

    long lastOffset() {
        return firstOffset + size - 1;
    }

    boolean has(long offset) {
        return offset >= firstOffset && offset <= lastOffset();
    }

    int size() {
        return size;
    }

    /** Lengths of all bodies. */
    long bytes() {
        return bytes;
    }

    Fingerprint fingerprint(long offset) {
        int index = index(offset);
        return new Fingerprint(hashes[2 * index], hashes[2 * index + 1]);
    }

    long atMillis(long offset) {
        return times[index(offset)];
    }

    int length(long offset) {
        return lengths[index(offset)];
    }

    private int index(long offset) {
        return Math.toIntExact(offset - firstOffset);
    }
}
