package io.atalaya.ingest;

import io.atalaya.ingest.IntakeBook.Refusal;
import io.atalaya.ingest.Parsed.FieldProblem;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;

/**
 * The latest invalid events of sources that cannot be told, for people to look at. Thread-safe: one lock, held for one
 * insertion or one copy.
 */
public final class Quarantine {
    private static final int MAX_ENTRIES = 256;
    private static final int MAX_EXCERPT_BYTES = 2048;

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();

    /** The entries kept, oldest first. */
    public List<Entry> entries() {
        synchronized (entries) {
            return List.copyOf(entries);
        }
    }

    void add(Instant instant, Intake.UntoldEvent event, Parsed.Invalid verdict) {
        byte[] bytes = event.bytes();
        var excerpt = new String(bytes, 0, Math.min(bytes.length, MAX_EXCERPT_BYTES), StandardCharsets.UTF_8);
        var entry = new Entry(instant, event.source(), verdict.reason(), verdict.problems(), excerpt);
        synchronized (entries) {
            if (entries.size() == MAX_ENTRIES) {
                entries.removeFirst();
            }
            entries.addLast(entry);
        }
    }

    /**
     * An event that was not accepted. Immutable. Its text form does not show what the event carried.
     *
     * @param source where it came from
     * @param excerpt the start of it, as text
     */
    public record Entry(Instant instant, String source, Refusal reason, List<FieldProblem> problems, String excerpt) {
        @Override
        public String toString() {
            return "Entry[instant=%s, source=%s, reason=%s]".formatted(instant, source, reason);
        }
    }
}
