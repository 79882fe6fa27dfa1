package io.atalaya.sqlite.log;

import java.util.Arrays;

/**
 * The remembered ids: half a fingerprint each, of a dense run of offsets, found by open addressing. Confined to the
 * writer. Sixteen bytes an id; a hit says only that two halves are equal, the caller compares further.
 */
final class IdWindow {
    /** Most ids that can be remembered. */
    static final int MAX_IDS = 1 << 28;

    private static final int FREE = -1;

    /** A ring: the hash of offset {@code o} stands at {@code o & (length - 1)}. */
    private long[] hashes = new long[64];

    /** Twice as long as the ring, each a place in it or free; linear probing. */
    private int[] slots = free(128);

    private long first;
    private int size;

    /** @param first the offset of the first id to come */
    IdWindow(long first) {
        this.first = first;
    }

    /** The offset of the oldest id remembered, or of the next one to come. */
    long first() {
        return first;
    }

    int size() {
        return size;
    }

    private static int[] free(int length) {
        var slots = new int[length];
        Arrays.fill(slots, FREE);
        return slots;
    }

    /** Remembers the id at the next offset. */
    void add(long hash) {
        if (size == hashes.length) {
            grow();
        }
        int place = place(first + size);
        hashes[place] = hash;
        size++;
        insert(place);
    }

    private void grow() {
        var smaller = hashes;
        hashes = new long[smaller.length * 2];
        slots = free(hashes.length * 2);
        for (long offset = first; offset < first + size; offset++) {
            int place = place(offset);
            hashes[place] = smaller[(int) (offset & (smaller.length - 1))];
            insert(place);
        }
    }

    private int place(long offset) {
        return (int) (offset & (hashes.length - 1));
    }

    private int home(int place) {
        // the low bits of a keyed hash are as good as any
        return (int) hashes[place] & (slots.length - 1);
    }

    private int next(int slot) {
        return (slot + 1) & (slots.length - 1);
    }

    private void insert(int place) {
        int slot = home(place);
        while (slots[slot] != FREE) {
            slot = next(slot);
        }
        slots[slot] = place;
    }

    /** Whether a remembered id is the one sought, though their hashes are equal anyway. */
    @FunctionalInterface
    interface Same<E extends Exception> {
        boolean at(long offset) throws E;
    }

    /** The offset of the id with this hash that is the same; 0 when there is none. */
    <E extends Exception> long find(long hash, Same<E> same) throws E {
        for (int slot = (int) hash & (slots.length - 1); slots[slot] != FREE; slot = next(slot)) {
            int place = slots[slot];
            if (hashes[place] == hash) {
                long offset = first + ((place - first) & (hashes.length - 1));
                if (same.at(offset)) {
                    return offset;
                }
            }
        }
        return 0;
    }

    /** Forgets the oldest id. */
    void removeFirst() {
        remove(place(first));
        first++;
        size--;
    }

    /** Forgets the newest ids, down to and without {@code offset}. */
    void removeFrom(long offset) {
        while (size > 0 && first + size > offset) {
            remove(place(first + size - 1));
            size--;
        }
    }

    /** Takes a place out of the slots and moves what had to step aside for it back. */
    private void remove(int place) {
        int hole = home(place);
        while (slots[hole] != place) {
            hole = next(hole);
        }
        for (int slot = next(hole); slots[slot] != FREE; slot = next(slot)) {
            int wanted = home(slots[slot]);
            if (((slot - wanted) & (slots.length - 1)) >= ((slot - hole) & (slots.length - 1))) {
                slots[hole] = slots[slot];
                hole = slot;
            }
        }
        slots[hole] = FREE;
    }
}
