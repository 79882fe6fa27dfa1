package io.atalaya.sqlite.segment;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Whole numbers in as few bytes each as the largest difference needs, any of them readable at once. Confined to its
 * reader.
 *
 * <p>The lowest number (8 bytes), the bytes of a difference (1: 0, 1, 2, 4 or 8), then the differences, big-endian.
 */
public final class Packed {
    private static final int HEAD = Long.BYTES + 1;

    private final ByteBuffer bytes;
    private final int start;
    private final long lowest;
    private final int width;

    /** Reads what {@link #write} wrote at a place. */
    public Packed(ByteBuffer bytes, int at) {
        this.bytes = bytes;
        this.lowest = bytes.getLong(at);
        this.width = bytes.get(at + Long.BYTES);
        this.start = at + HEAD;
    }

    static void write(long[] numbers, DataOutputStream out) throws IOException {
        long lowest = Long.MAX_VALUE;
        long highest = Long.MIN_VALUE;
        for (long number : numbers) {
            lowest = Math.min(lowest, number);
            highest = Math.max(highest, number);
        }
        int width = width(lowest, highest);
        out.writeLong(lowest);
        out.writeByte(width);
        var differences = ByteBuffer.allocate(numbers.length * width);
        for (long number : numbers) {
            switch (width) {
                case 0 -> {}
                case 1 -> differences.put((byte) (number - lowest));
                case 2 -> differences.putShort((short) (number - lowest));
                case 4 -> differences.putInt((int) (number - lowest));
                default -> differences.putLong(number - lowest);
            }
        }
        out.write(differences.array());
    }

    static byte[] bytesOf(long[] numbers) {
        var bytes = new ByteArrayOutputStream();
        try {
            write(numbers, new DataOutputStream(bytes));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return bytes.toByteArray();
    }

    private static int width(long lowest, long highest) {
        long span = highest - lowest;
        if (span < 0 || span > 0xFFFF_FFFFL) {
            return Long.BYTES;
        }
        if (span > 0xFFFF) {
            return Integer.BYTES;
        }
        if (span > 0xFF) {
            return Short.BYTES;
        }
        return span == 0 ? 0 : 1;
    }

    /** @param index 0 to the count of numbers, excluded */
    public long get(int index) {
        return lowest
                + switch (width) {
                    case 0 -> 0;
                    case 1 -> bytes.get(start + index) & 0xFF;
                    case 2 -> bytes.getShort(start + 2 * index) & 0xFFFF;
                    case 4 -> bytes.getInt(start + 4 * index) & 0xFFFF_FFFFL;
                    default -> bytes.getLong(start + Long.BYTES * index);
                };
    }

    /** Where what follows so many numbers begins. */
    int end(int count) {
        return start + count * width;
    }
}
