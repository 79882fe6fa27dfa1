package io.atalaya.assignment;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** When an assignment holds. Immutable. */
public sealed interface Day {
    /** Whether it holds on {@code today}. */
    boolean includes(LocalDate today);

    /** Reads {@code daily} or a date like {@code 2030-12-31}; empty for any other text. */
    static Optional<Day> parse(String text) {
        if (text.equals("daily")) {
            return Optional.of(new Daily());
        }
        try {
            return Optional.of(new On(LocalDate.parse(text)));
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    /** Every day. */
    record Daily() implements Day {
        @Override
        public boolean includes(LocalDate today) {
            return true;
        }

        @Override
        public String toString() {
            return "daily";
        }
    }

    /** One day, in the gateway's time zone. */
    record On(LocalDate date) implements Day {
        @Override
        public boolean includes(LocalDate today) {
            return date.equals(today);
        }

        @Override
        public String toString() {
            return date.toString();
        }
    }
}
