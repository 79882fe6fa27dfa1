package io.atalaya.profile;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A whole profile, complete and consistent: every name used anywhere in it is defined in it. Immutable.
 *
 * @param name the profile's name
 * @param schema what an event of this profile looks like
 * @param authentication schemes by name
 * @param topics topics by name
 * @param audiences audiences by name
 * @param endpoints endpoints by name, in the order of the file
 * @param events catalogue by event type
 * @param unknownEvents the rule for types outside the catalogue; empty refuses them
 * @param commands client commands by their text
 */
public record Profile(
        String name,
        EventSchema schema,
        Map<String, AuthenticationScheme> authentication,
        Map<String, TopicShape> topics,
        Map<String, Audience> audiences,
        Map<String, Endpoint> endpoints,
        Map<String, EventType> events,
        Optional<EventType> unknownEvents,
        Map<String, Command> commands) {

    public Profile {
        authentication = inOrder(authentication);
        topics = inOrder(topics);
        audiences = inOrder(audiences);
        endpoints = inOrder(endpoints);
        events = inOrder(events);
        commands = inOrder(commands);
    }

    private static <T> Map<String, T> inOrder(Map<String, T> source) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(source));
    }

    /** The rule for an event type: the catalogue's, else the one for unknown types, else empty. */
    public Optional<EventType> ruleOf(String eventType) {
        EventType known = events.get(eventType);
        return known != null ? Optional.of(known) : unknownEvents;
    }

    /** The endpoint at a request path. */
    public Optional<Endpoint> endpointAt(String path) {
        return endpoints.values().stream()
                .filter(endpoint -> endpoint.path().equals(path))
                .findFirst();
    }
}
