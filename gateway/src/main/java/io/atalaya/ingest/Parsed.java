package io.atalaya.ingest;

import io.atalaya.event.Event;
import java.util.List;

/** What became of the bytes of one event. */
public sealed interface Parsed {
    /** They are an event of the profile. */
    record Accepted(Event event) implements Parsed {}

    /**
     * They are not.
     *
     * @param reason the kind of the first problem
     * @param problems at least one
     */
    record Invalid(IntakeBook.Refusal reason, List<FieldProblem> problems) implements Parsed {
        public Invalid {
            problems = List.copyOf(problems);
        }

        static Invalid of(IntakeBook.Refusal reason, String field, String found, String expected) {
            return new Invalid(reason, List.of(new FieldProblem(field, found, expected)));
        }
    }

    /**
     * One thing wrong with an event. Immutable.
     *
     * @param field the top-level member; empty when the event as a whole is meant
     * @param found what was there, shortened
     * @param expected what would have been accepted
     */
    record FieldProblem(String field, String found, String expected) {
        private static final int MAX_LENGTH = 80;

        public FieldProblem {
            field = shortened(field);
            found = shortened(found);
        }

        private static String shortened(String text) {
            if (text.length() <= MAX_LENGTH) {
                return text;
            }
            int end = Character.isHighSurrogate(text.charAt(MAX_LENGTH - 1)) ? MAX_LENGTH - 1 : MAX_LENGTH;
            return text.substring(0, end) + "…";
        }
    }
}
