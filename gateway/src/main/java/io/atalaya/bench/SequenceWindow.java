package io.atalaya.bench;

/**
 * Tells new, late and repeated sequence numbers apart, looking back a fixed number of them. Confined to the event loop
 * of its connection.
 */
final class SequenceWindow {
    private static final int BITS = Long.SIZE;

    private final long[] seen;
    private final int span;
    private long next;

    /** @param span how far back a late number is still recognised; rounded up to a multiple of 64 */
    SequenceWindow(int span) {
        this.seen = new long[Math.ceilDiv(span, BITS)];
        this.span = seen.length * BITS;
    }

    /** What a number turned out to be. */
    enum Verdict {
        /** The successor of the highest so far. */
        NEXT,
        /** Higher than expected: those between are missing, or come late. */
        AHEAD,
        /** Overtaken by others, but here for the first time. */
        LATE,
        /** Was here before, or is older than the window. */
        REPEATED
    }

    Verdict onSequence(long sequence) {
        if (sequence >= next) {
            Verdict verdict = sequence == next ? Verdict.NEXT : Verdict.AHEAD;
            for (long skipped = Math.max(next, sequence - span); skipped < sequence; skipped++) {
                mark(skipped, false);
            }
            mark(sequence, true);
            next = sequence + 1;
            return verdict;
        }
        if (sequence < next - span || isMarked(sequence)) {
            return Verdict.REPEATED;
        }
        mark(sequence, true);
        return Verdict.LATE;
    }

    private boolean isMarked(long sequence) {
        return (seen[word(sequence)] & (1L << (sequence % BITS))) != 0;
    }

    private void mark(long sequence, boolean present) {
        long bit = 1L << (sequence % BITS);
        if (present) {
            seen[word(sequence)] |= bit;
        } else {
            seen[word(sequence)] &= ~bit;
        }
    }

    private int word(long sequence) {
        return (int) (sequence / BITS % seen.length);
    }
}
