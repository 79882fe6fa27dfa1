package io.atalaya.event;

import java.util.Optional;

/**
 * A position in the log. Immutable. Its text form is opaque to clients, URL-safe and at most 30 characters.
 *
 * @param epoch changes whenever the log's offsets may have been used for other events (0 … 2³²−1)
 * @param offset 1 for the first event of the epoch; 0 stands before it
 */
public record Cursor(long epoch, long offset) implements Comparable<Cursor> {
    private static final int RADIX = 36;

    public Cursor {
        if (epoch < 0 || epoch > 0xFFFF_FFFFL || offset < 0) {
            throw new IllegalArgumentException(
                    "cursor: %d/%d (expected: epoch 0 to 2^32-1, offset >= 0)".formatted(epoch, offset));
        }
    }

    /** Reads the text form; empty when {@code text} is not a cursor that {@link #toString} wrote. */
    public static Optional<Cursor> parse(String text) {
        int dash = text.indexOf('-');
        if (dash <= 0 || dash > 7 || text.length() > 30) {
            return Optional.empty();
        }
        try {
            var cursor = new Cursor(
                    Long.parseLong(text, 0, dash, RADIX), Long.parseLong(text, dash + 1, text.length(), RADIX));
            return cursor.toString().equals(text) ? Optional.of(cursor) : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Orders positions of one epoch; positions of different epochs have no meaningful order. */
    @Override
    public int compareTo(Cursor other) {
        int byEpoch = Long.compare(epoch, other.epoch);
        return byEpoch != 0 ? byEpoch : Long.compare(offset, other.offset);
    }

    @Override
    public String toString() {
        return Long.toString(epoch, RADIX) + "-" + Long.toString(offset, RADIX);
    }
}
