package io.atalaya.postgres.bucket;

import io.atalaya.archive.EventQuery.Time;
import io.atalaya.event.Cursor;
import io.atalaya.log.EventLog.Entry;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which places of which buckets have which tokens, of events that are stored together. Confined to one call.
 *
 * <p>The tokens of a bucket are divided into {@link #PARTS} parts by their uppermost bits, so that a look for one reads
 * little. A part is a sequence of lists: a token with the number of its places in the bits that it leaves free, then that
 * many places of two bytes each, ascending; or, of more than {@link #MOST_LISTED}, a set of bits in words of eight bytes. Parts
 * are continued by appending to them.
 */
public final class Places {
    /** Lower bits that a token leaves free. */
    static final int BITS_FREE = 16;

    static final int PARTS = 128;
    private static final int PART_SHIFT = Long.SIZE - 1 - 7;
    private static final long FREE = (1L << BITS_FREE) - 1;
    private static final int MOST_LISTED = 256;
    private static final int WORDS = Bucket.SIZE / Long.SIZE;

    private final List<String> members;
    private final TreeMap<Bucket, Group> groups = new TreeMap<>();

    /** @param members of the scope that events can be looked for by */
    public Places(List<String> members) {
        this.members = members;
    }

    /** What is known of one bucket. Confined to its owner. */
    static final class Group {
        private long[] entries = new long[64];
        private int size;
        private long events;
        private long minAt = Long.MAX_VALUE;
        private long maxAt = Long.MIN_VALUE;
        private long minTs = Long.MAX_VALUE;
        private long maxTs = Long.MIN_VALUE;

        private void add(long token, int place) {
            if (size == entries.length) {
                entries = Arrays.copyOf(entries, 2 * size);
            }
            entries[size++] = token | place;
        }

        private void count(Entry entry) {
            events++;
            minAt = Math.min(minAt, entry.atMillis());
            maxAt = Math.max(maxAt, entry.atMillis());
            long ts = Time.EVENT.of(entry);
            minTs = Math.min(minTs, ts);
            maxTs = Math.max(maxTs, ts);
        }

        /** How many events, and the bounds of their two times. */
        List<Long> facts() {
            return List.of(events, minAt, maxAt, minTs, maxTs);
        }

        /** Takes the parts, in their order. */
        void parts(Part target) {
            Arrays.sort(entries, 0, size);
            var bytes = ByteBuffer.allocate(size * (Long.BYTES + Short.BYTES));
            for (int first = 0; first < size; ) {
                int end = list(first, bytes);
                if (end == size || part(entries[end]) != part(entries[first])) {
                    target.take((short) part(entries[first]), Arrays.copyOf(bytes.array(), bytes.position()));
                    bytes.clear();
                }
                first = end;
            }
        }

        /** Writes the places of the token that {@code first} is the first of; answers where the next token is. */
        private int list(int first, ByteBuffer bytes) {
            long token = entries[first] & ~FREE;
            int end = first;
            while (end < size && (entries[end] & ~FREE) == token) {
                end++;
            }
            bytes.putLong(token | (end - first));
            if (end - first <= MOST_LISTED) {
                for (int i = first; i < end; i++) {
                    bytes.putShort((short) entries[i]);
                }
            } else {
                var words = new long[WORDS];
                for (int i = first; i < end; i++) {
                    int place = (int) (entries[i] & FREE);
                    words[place / Long.SIZE] |= 1L << place;
                }
                bytes.asLongBuffer().put(words);
                bytes.position(bytes.position() + WORDS * Long.BYTES);
            }
            return end;
        }
    }

    /** Takes what is to be appended to one part of a bucket. */
    @FunctionalInterface
    interface Part {
        void take(short number, byte[] lists);
    }

    /** An event more. */
    public void add(Entry entry) {
        Group group = group(entry.cursor());
        group.count(entry);
        int place = Bucket.place(entry.cursor());
        for (long token : Tokens.of(entry.event(), members)) {
            group.add(token, place);
        }
    }

    /** One more token of an event that is there already. */
    void add(Cursor position, long token) {
        group(position).add(token, Bucket.place(position));
    }

    private Group group(Cursor position) {
        return groups.computeIfAbsent(Bucket.of(position), _ -> new Group());
    }

    Map<Bucket, Group> groups() {
        return groups;
    }

    static int part(long token) {
        return (int) (token >>> PART_SHIFT);
    }

    /** Adds the places that a part has for a token. */
    static void find(byte[] part, long token, BitSet places) {
        var lists = ByteBuffer.wrap(part);
        while (lists.hasRemaining()) {
            long head = lists.getLong();
            int count = (int) (head & FREE);
            int length = count <= MOST_LISTED ? count * Short.BYTES : WORDS * Long.BYTES;
            if ((head & ~FREE) == token) {
                ByteBuffer list = lists.slice(lists.position(), length);
                if (count <= MOST_LISTED) {
                    while (list.hasRemaining()) {
                        places.set(list.getShort());
                    }
                } else {
                    var words = new long[WORDS];
                    list.asLongBuffer().get(words);
                    places.or(BitSet.valueOf(words));
                }
            }
            lists.position(lists.position() + length);
        }
    }
}
