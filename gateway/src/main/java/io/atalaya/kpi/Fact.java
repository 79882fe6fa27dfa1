package io.atalaya.kpi;

import java.time.Instant;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * An event as indicators read it. Immutable, as long as nobody writes to the body.
 *
 * @param at when it happened, by its own account
 * @param arrived when the log took it
 */
public record Fact(String tenant, String type, JsonNode body, Instant at, Instant arrived) {
    /** What became of an event that an indicator reads. */
    public enum Verdict {
        /** It counts. */
        COUNTED,
        /** It counts for a period that is over. */
        LATE,
        /** It came after the grace of its period. */
        TOO_LATE,
        /** A member is missing, or of the wrong kind. */
        MALFORMED,
        /** A member has a value that cannot be. */
        OUT_OF_RANGE,
        /** It claims to have happened well after it arrived. */
        FUTURE,
        /** There is no room for another key or entity. */
        TOO_MANY,
        /** It is of a type that is read, but not one that counts. */
        NOT_MEANT;

        /** The word in labels and answers. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
