package io.atalaya.profile;

import java.util.List;

/**
 * One entry of the event catalogue. Immutable.
 *
 * @param name the event's {@code type}; {@code *} in the rule for unknown types
 * @param durable whether its events pass through the log; false for events that are never replayed
 * @param audiences everyone the event is for; a session in several of them gets it once
 */
public record EventType(String name, boolean durable, List<Audience> audiences) {
    public EventType {
        audiences = List.copyOf(audiences);
    }
}
