package io.atalaya.command;

import io.atalaya.event.Cursor;
import io.atalaya.event.EventId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What became of a command. */
public sealed interface CommandAnswer {
    /** Its event is committed. */
    record Done(EventId id, Optional<Cursor> cursor) implements CommandAnswer {}

    /** It is no command of this profile, or its event no event: sending it again will not help. */
    record Invalid(List<Fault> faults) implements CommandAnswer {
        public Invalid {
            faults = List.copyOf(faults);
        }
    }

    /** The sender may not do that. */
    record Forbidden(String detail) implements CommandAnswer {}

    /** Nothing was stored; later it may be. */
    record Unavailable(String detail, Duration retryAfter) implements CommandAnswer {}

    /** One thing wrong with a member. Immutable. */
    record Fault(String field, String found, String expected) {
        @Override
        public String toString() {
            return "%s: %s (expected: %s)".formatted(field, found, expected);
        }
    }

    /** Whether the command succeeded. */
    default boolean success() {
        return this instanceof Done;
    }

    /**
     * The answer as the client gets it.
     *
     * @param command what the client sent
     * @param reference what it called it, as JSON
     * @param idAs what the answer calls the event's id
     */
    default String json(String command, JsonNode reference, String idAs) {
        var members = new LinkedHashMap<String, Object>();
        members.put("type", "answer");
        members.put("command", command);
        if (!reference.isNull()) {
            members.put("ref", reference);
        }
        members.put("success", success());
        switch (this) {
            case Done(EventId id, Optional<Cursor> cursor) -> {
                members.put(idAs, id.value());
                cursor.ifPresent(position -> members.put("cursor", position.toString()));
            }
            case Invalid(List<Fault> faults) -> {
                fail(
                        members,
                        "invalid",
                        faults.isEmpty() ? "" : faults.getFirst().toString());
                members.put("errors", faults);
            }
            case Forbidden(String detail) -> fail(members, "forbidden", detail);
            case Unavailable(String detail, Duration retryAfter) -> {
                fail(members, "unavailable", detail);
                members.put("retry_after", Math.max(1, retryAfter.toSeconds()));
            }
        }
        return JsonMapper.shared().writeValueAsString(members);
    }

    private static void fail(Map<String, Object> members, String code, String error) {
        members.put("code", code);
        members.put("error", error);
    }
}
