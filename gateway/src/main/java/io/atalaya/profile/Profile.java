package io.atalaya.profile;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
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
 * @param http what the public port serves over plain HTTP besides publishing
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
        Map<String, Command> commands,
        HttpServices http) {

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

    /**
     * What a profile adds to the public port besides sockets, and what its events are counted by. Immutable.
     *
     * @param statisticsBy the member that stored events are counted by, besides their type
     * @param catchUps by path
     * @param collector the dialect of an event collector, when the profile speaks it
     */
    public record HttpServices(
            Optional<String> statisticsBy, Map<String, CatchUp> catchUps, Optional<CollectorRules> collector) {
        /** None at all. */
        public static final HttpServices NONE = new HttpServices(Optional.empty(), Map.of(), Optional.empty());

        public HttpServices {
            catchUps = inOrder(catchUps);
        }
    }

    /**
     * A path where clients that keep no cursor ask for what they missed. Immutable.
     *
     * @param endpoints whose live delivery it follows, all with one scheme of authentication; the first that accepts the
     *     client's roles applies unless the client names another
     * @param member the request's parameter: the credential must entitle to its value
     * @param narrows whether only events that carry that value are answered, instead of all that the client may see
     */
    public record CatchUp(String path, List<Endpoint> endpoints, String member, boolean narrows) {
        public CatchUp {
            endpoints = List.copyOf(endpoints);
        }

        /** How the clients of the path prove who they are. */
        public AuthenticationScheme authentication() {
            return endpoints.getFirst().authentication();
        }
    }

    /**
     * How the bodies of an event collector become events of this profile. Immutable.
     *
     * @param eventType the type that they get
     * @param tenant whose they are when the key that came with them speaks for every tenant
     * @param stripsMarkup whether HTML tags are removed from texts before they are stored
     * @param maxService longest service name, in characters
     * @param maxMessage longest message, in characters
     * @param maxMetadataBytes longest metadata as compact JSON in UTF-8
     * @param maxMetadataDepth deepest nesting of objects in metadata; 1 for an object without objects
     * @param maxMetadataKeys most members of metadata, those of nested objects included
     */
    public record CollectorRules(
            String eventType,
            String tenant,
            boolean stripsMarkup,
            int maxService,
            int maxMessage,
            int maxMetadataBytes,
            int maxMetadataDepth,
            int maxMetadataKeys) {}
}
