package io.atalaya.archive;

import io.atalaya.event.Cursor;
import io.atalaya.log.EventLog.Entry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Events that the archive refuses, kept as they came so that they can be archived once the obstacle is gone.
 * Thread-safe; may block and throws {@link ArchiveException} as {@link Archive} does. A dead letter is named by its
 * event's log position.
 */
public interface DeadLetters {
    /**
     * A page of dead letters in the order of their log positions, lowest first.
     *
     * @param code only those of this {@link Rejection#code}; null for all
     * @param after only those behind this position; null from the first
     * @param limit at most so many, 1 … {@link EventQuery#MAX_LIMIT}
     */
    List<DeadLetter> page(@Nullable String code, @Nullable Cursor after, int limit);

    /** The dead letter of a log position. */
    Optional<DeadLetter> find(Cursor position);

    /**
     * Tries to archive a dead letter again. When the store still refuses it, it stays, with the new rejection and one
     * attempt more.
     *
     * @throws ArchiveException {@code UNAVAILABLE} only
     */
    Redriven redrive(Cursor position);

    /** Deletes a dead letter for good; it is counted as discarded. Whether there was one. */
    boolean discard(Cursor position);

    /** How many there are, and why. */
    Summary summary();

    /**
     * An event that was refused. Immutable.
     *
     * @param rejection the latest
     * @param attempts how often it was refused: 1, and one more for each {@link #redrive} that failed
     * @param buried when it was refused first
     */
    record DeadLetter(Entry entry, Rejection rejection, int attempts, Instant buried) {}

    /** What became of a {@link #redrive}. */
    sealed interface Redriven {
        /** It is archived. */
        record Archived() implements Redriven {}

        /** It is refused again, and still a dead letter. */
        record StillRejected(Rejection rejection) implements Redriven {}

        /** There is no such dead letter. */
        record Absent() implements Redriven {}
    }

    /**
     * All dead letters, as numbers. Immutable.
     *
     * @param byCode how many there are of each {@link Rejection#code}
     * @param oldest when the oldest of them was buried; empty without any
     */
    record Summary(long total, Map<String, Long> byCode, Optional<Instant> oldest) {
        public Summary {
            byCode = Map.copyOf(byCode);
        }
    }
}
