package io.atalaya.log;

import io.atalaya.event.Cursor;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.EventLog.Slice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The newest events of one dense sequence of offsets, in memory. Thread-safe: one lock, held for a few steps and never
 * while foreign code runs, so event loops may ask.
 */
public final class RecentEvents {
    private final Object lock = new Object();
    private final long epoch;
    private Entry[] ring = new Entry[64];
    private int first;
    private int size;
    private long bytes;
    private long headOffset;

    /** @param headOffset offset of the newest event stored so far; none of those is in memory */
    public RecentEvents(long epoch, long headOffset) {
        this.epoch = epoch;
        this.headOffset = headOffset;
    }

    /** Adds committed events, whose offsets follow the head without a gap. */
    public void add(List<Entry> entries) {
        synchronized (lock) {
            for (Entry entry : entries) {
                if (size == ring.length) {
                    grow();
                }
                ring[(first + size) & (ring.length - 1)] = entry;
                size++;
                bytes += entry.event().body().open().length;
                headOffset++;
            }
        }
    }

    private void grow() {
        Entry[] larger = Arrays.copyOf(ring, ring.length * 2);
        for (int i = 0; i < size; i++) {
            larger[i] = at(i);
        }
        ring = larger;
        first = 0;
    }

    private Entry at(int index) {
        return ring[(first + index) & (ring.length - 1)];
    }

    /**
     * Forgets from the oldest end until the rest is within the bounds.
     *
     * @param notBefore events taken before this instant are surplus, in milliseconds since 1970
     * @param upTo no event after this offset is forgotten
     */
    public void trim(int maxEvents, long maxBytes, long notBefore, long upTo) {
        synchronized (lock) {
            while (size > 0
                    && headOffset - size < upTo
                    && (size > maxEvents || bytes > maxBytes || at(0).atMillis() < notBefore)) {
                bytes -= at(0).event().body().open().length;
                ring[first] = null;
                first = (first + 1) & (ring.length - 1);
                size--;
            }
        }
    }

    /** The position of the newest event. */
    public Cursor head() {
        synchronized (lock) {
            return cursor(headOffset);
        }
    }

    /** The position before the oldest event in memory. */
    public Cursor floor() {
        synchronized (lock) {
            return cursor(headOffset - size);
        }
    }

    private Cursor cursor(long offset) {
        return new Cursor(epoch, offset);
    }

    /** Reads forward; answers {@link Slice.Gap} for what is not in memory. */
    public Slice read(TenantId tenant, Cursor after, int max) {
        synchronized (lock) {
            if (after.epoch() != epoch) {
                return new Slice.Gap(Slice.Reason.EPOCH, cursor(headOffset - size));
            }
            if (after.offset() > headOffset) {
                return new Slice.Gap(Slice.Reason.AHEAD, cursor(headOffset));
            }
            if (after.offset() < headOffset - size) {
                return new Slice.Gap(Slice.Reason.RETENTION, cursor(headOffset - size));
            }
            var found = new ArrayList<Entry>();
            int index = index(after);
            while (index < size && found.size() < max) {
                Entry entry = at(index++);
                if (entry.event().tenant().equals(tenant)) {
                    found.add(entry);
                }
            }
            return new Slice.Entries(found, cursor(headOffset - size + index));
        }
    }

    /** As {@link EventLog#recent}. */
    public Optional<Slice.Entries> recent(TenantId tenant, Cursor after, int max) {
        synchronized (lock) {
            return read(tenant, after, max) instanceof Slice.Entries entries
                            && entries.through().offset() == headOffset
                    ? Optional.of(entries)
                    : Optional.empty();
        }
    }

    /** The events after a position, whoever's they are, at most {@code max}; empty when memory does not reach back. */
    public Optional<List<Entry>> after(Cursor after, int max) {
        synchronized (lock) {
            if (after.offset() < headOffset - size) {
                return Optional.empty();
            }
            int index = index(after);
            var found = new ArrayList<Entry>(Math.clamp(max, 0, size - index));
            while (index < size && found.size() < max) {
                found.add(at(index++));
            }
            return Optional.of(found);
        }
    }

    private int index(Cursor after) {
        return Math.toIntExact(after.offset() - (headOffset - size));
    }

    /** How many events are in memory. */
    public int size() {
        synchronized (lock) {
            return size;
        }
    }

    /** Bytes of their bodies. */
    public long bytes() {
        synchronized (lock) {
            return bytes;
        }
    }
}
