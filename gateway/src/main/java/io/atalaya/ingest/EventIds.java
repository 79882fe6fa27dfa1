package io.atalaya.ingest;

import io.atalaya.event.EventId;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Fresh ids for events that came without one: a random prefix of this process, then a count. Thread-safe: one atomic
 * counter.
 */
public final class EventIds {
    private static final int RADIX = 36;
    private static final int PREFIX_LENGTH = 12;

    private final String prefix;
    private final AtomicLong count = new AtomicLong();

    /** @param random source of the prefix; its 62 bits keep processes and restarts apart */
    public EventIds(RandomGenerator random) {
        var text = new StringBuilder(PREFIX_LENGTH);
        for (int i = 0; i < PREFIX_LENGTH; i++) {
            text.append(Character.forDigit(random.nextInt(RADIX), RADIX));
        }
        this.prefix = text.append('-').toString();
    }

    /** An id that was not given before. */
    public EventId next() {
        return new EventId(prefix + Long.toString(count.incrementAndGet(), RADIX));
    }
}
