package io.atalaya.budget;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The two counters at evenly spaced moments, the last {@code slots} of them. Confined to its history's thread.
 *
 * <p>The value of a moment is what had been counted by the last look at or before it.
 */
final class Ring {
    private final long stepMillis;
    private final long[] bad;
    private final long[] total;
    private long newest;

    /** @param startMillis before it everything is zero */
    Ring(long stepMillis, int slots, long startMillis) {
        this.stepMillis = stepMillis;
        this.bad = new long[slots];
        this.total = new long[slots];
        this.newest = Math.floorDiv(startMillis, stepMillis);
    }

    /** The moment of the grid at or before a moment. */
    long floor(long millis) {
        return Math.floorDiv(millis, stepMillis) * stepMillis;
    }

    /** Whether a moment so long before the newest is still here. */
    boolean reaches(long spanMillis) {
        return spanMillis <= (bad.length - 2) * stepMillis;
    }

    /**
     * Moves on to {@code toMillis}: each moment passed gets the values of the line from {@code before} to {@code after};
     * a line that is not even jumps at its end.
     */
    void advance(long fromMillis, long toMillis, Totals before, Totals after, boolean even) {
        long last = Math.floorDiv(toMillis, stepMillis);
        long first = newest * stepMillis == toMillis ? newest : newest + 1;
        for (long moment = Math.max(first, last - bad.length + 1); moment <= last; moment++) {
            Totals value = moment * stepMillis == toMillis
                    ? after
                    : even ? between(fromMillis, toMillis, before, after, moment * stepMillis) : before;
            int slot = (int) Math.floorMod(moment, (long) bad.length);
            bad[slot] = value.bad();
            total[slot] = value.total();
        }
        newest = Math.max(newest, last);
    }

    private static Totals between(long from, long to, Totals before, Totals after, long at) {
        double part = (double) (at - from) / (to - from);
        return new Totals(
                before.bad() + Math.round((after.bad() - before.bad()) * part),
                before.total() + Math.round((after.total() - before.total()) * part));
    }

    /** What had been counted by then; of moments that the ring no longer has, its oldest tells. */
    Totals at(long millis) {
        long moment = Math.clamp(Math.floorDiv(millis, stepMillis), newest - bad.length + 1, newest);
        int slot = (int) Math.floorMod(moment, (long) bad.length);
        return new Totals(bad[slot], total[slot]);
    }

    void writeTo(DataOutput out) throws IOException {
        out.writeLong(newest);
        for (int i = 0; i < bad.length; i++) {
            out.writeLong(bad[i]);
            out.writeLong(total[i]);
        }
    }

    void readFrom(DataInput in) throws IOException {
        newest = in.readLong();
        for (int i = 0; i < bad.length; i++) {
            bad[i] = in.readLong();
            total[i] = in.readLong();
        }
    }
}
