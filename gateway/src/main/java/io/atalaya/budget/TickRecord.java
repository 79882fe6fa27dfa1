package io.atalaya.budget;

import java.time.Instant;
import java.util.List;

/** What one tick has counted, so that it can be counted again after a crash. Immutable. */
public record TickRecord(Instant at, List<Entry> entries) {
    public TickRecord {
        entries = List.copyOf(entries);
    }

    /**
     * A step of one objective.
     *
     * @param at the end of the time that it covers
     * @param even whether it is spread over that time
     * @param excluded whether it does not count
     */
    public record Entry(String id, Instant at, long bad, long total, boolean even, boolean excluded) {}
}
