package io.atalaya.postgres.bucket;

import io.atalaya.event.Cursor;

/**
 * A range of neighbouring positions of one log. Immutable.
 *
 * @param number of the range: the offsets of its positions without their lowest {@link #BITS} bits
 */
record Bucket(long epoch, long number) implements Comparable<Bucket> {
    /** Bits of an offset within its bucket. */
    static final int BITS = 12;

    /** Positions of a bucket. */
    static final int SIZE = 1 << BITS;

    static Bucket of(Cursor position) {
        return new Bucket(position.epoch(), position.offset() >> BITS);
    }

    static int place(Cursor position) {
        return (int) position.offset() & (SIZE - 1);
    }

    /** The offset of a place. */
    long offset(int place) {
        return (number << BITS) + place;
    }

    @Override
    public int compareTo(Bucket other) {
        int byEpoch = Long.compare(epoch, other.epoch);
        return byEpoch != 0 ? byEpoch : Long.compare(number, other.number);
    }
}
