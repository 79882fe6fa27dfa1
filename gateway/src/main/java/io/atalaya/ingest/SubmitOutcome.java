package io.atalaya.ingest;

import io.atalaya.event.Cursor;
import io.atalaya.event.EventId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What became of a submission; everything but {@link Accepted} means that nothing of it was stored or delivered. */
public sealed interface SubmitOutcome {
    /**
     * Every durable event is committed, every ephemeral one is on its way.
     *
     * @param ids in the order of the events
     * @param cursor a position behind all of them; empty when the events are of several tenants or the last one is
     *     ephemeral
     */
    record Accepted(List<EventId> ids, Optional<Cursor> cursor) implements SubmitOutcome {
        public Accepted {
            ids = List.copyOf(ids);
        }
    }

    /**
     * Some events are not events of the profile.
     *
     * @param problems the first of them, in the order of the events
     * @param more how many further ones are not listed
     */
    record Invalid(List<EventProblem> problems, int more) implements SubmitOutcome {
        public Invalid {
            problems = List.copyOf(problems);
        }
    }

    /**
     * Every event at fault is longer than an event may be.
     *
     * @param problems the first of them, in the order of the events
     * @param more how many further ones are not listed
     */
    record TooLarge(List<EventProblem> problems, int more) implements SubmitOutcome {
        public TooLarge {
            problems = List.copyOf(problems);
        }
    }

    /**
     * Some events are of tenants that the caller does not speak for.
     *
     * @param problems the first of them, in the order of the events
     * @param more how many further ones are not listed
     */
    record Forbidden(List<EventProblem> problems, int more) implements SubmitOutcome {
        public Forbidden {
            problems = List.copyOf(problems);
        }
    }

    /** More events than one request may have. */
    record TooMany(int found, int max) implements SubmitOutcome {}

    /** Too many events wait for their commit; try again later. */
    record Busy(Duration retryAfter) implements SubmitOutcome {}

    /** The log is full of events that the archive has not taken yet; try again later. */
    record Full(Duration retryAfter) implements SubmitOutcome {}

    /** The log could not store the events; try again later. */
    record Failed(Duration retryAfter) implements SubmitOutcome {}

    /**
     * One thing wrong with one event of a submission. Immutable.
     *
     * @param index position of the event, 0 for the first
     * @param field the top-level member; empty when the event as a whole is meant
     */
    record EventProblem(int index, String field, String found, String expected) {
        static EventProblem of(int index, Parsed.FieldProblem problem) {
            return new EventProblem(index, problem.field(), problem.found(), problem.expected());
        }
    }
}
