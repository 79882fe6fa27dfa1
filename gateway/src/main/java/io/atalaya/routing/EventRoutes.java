package io.atalaya.routing;

import io.atalaya.event.Event;
import io.atalaya.event.TenantId;
import io.atalaya.event.Topic;
import io.atalaya.profile.Audience;
import io.atalaya.profile.EventType;
import io.atalaya.profile.Profile;
import io.atalaya.profile.TopicShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which topics an event is delivered to. Immutable and thread-safe.
 *
 * <p>Runs for every event, so the profile is compiled: a type leads to its audiences by one look-up, and nothing is
 * allocated but the topics and their list.
 */
public final class EventRoutes {
    private static final EventType NOBODY = EventType.plain("*", true, List.of());

    private final Map<String, Route> routes = new HashMap<>();
    private final Route unknownTypes;
    private final boolean wantsAcks;

    /** An event type with its audiences, each with its alternatives in order of preference. Immutable. */
    private static final class Route {
        private final EventType rule;
        private final TopicShape[][] audiences;

        Route(EventType rule) {
            this.rule = rule;
            this.audiences = rule.audiences().stream()
                    .map(Audience::alternatives)
                    .map(alternatives -> alternatives.toArray(TopicShape[]::new))
                    .toArray(TopicShape[][]::new);
        }
    }

    public EventRoutes(Profile profile) {
        profile.events().forEach((type, rule) -> routes.put(type, new Route(rule)));
        unknownTypes = new Route(profile.unknownEvents().orElse(NOBODY));
        wantsAcks = Stream.concat(routes.values().stream(), Stream.of(unknownTypes))
                .anyMatch(route -> route.rule.ack().isPresent());
    }

    /** What the catalogue says about an event's type. */
    public EventType ruleOf(Event event) {
        return routes.getOrDefault(event.type(), unknownTypes).rule;
    }

    /** The types of the catalogue. */
    public Set<String> types() {
        return Set.copyOf(routes.keySet());
    }

    /** Whether there are types whose events have to be acknowledged. */
    public boolean wantsAcks() {
        return wantsAcks;
    }

    /** The topics of an event, without repetition; all of them are the event's tenant's. */
    public List<Topic> topicsOf(Event event) {
        TopicShape[][] audiences = routes.getOrDefault(event.type(), unknownTypes).audiences;
        var topics = new ArrayList<Topic>(audiences.length);
        for (TopicShape[] alternatives : audiences) {
            addTopic(alternatives, event, topics);
        }
        return topics;
    }

    private static void addTopic(TopicShape[] alternatives, Event event, List<Topic> topics) {
        for (TopicShape shape : alternatives) {
            if (contains(topics, shape)) {
                return;
            }
            Topic topic = topicOf(shape, event.tenant(), event.scope());
            if (topic != null) {
                topics.add(topic);
                return;
            }
        }
    }

    /** Within one event a shape stands for one topic, so comparing names is enough. */
    private static boolean contains(List<Topic> topics, TopicShape shape) {
        for (int i = 0; i < topics.size(); i++) {
            if (topics.get(i).name().equals(shape.name())) {
                return true;
            }
        }
        return false;
    }

    /** The topic of a shape, or null when the event lacks one of its key members. */
    private static @Nullable Topic topicOf(TopicShape shape, TenantId tenant, Map<String, String> scope) {
        List<String> members = shape.key();
        if (members.isEmpty()) {
            return new Topic(tenant, shape.name(), List.of());
        }
        String first = scope.get(members.getFirst());
        if (first == null) {
            return null;
        }
        if (members.size() == 1) {
            return new Topic(tenant, shape.name(), List.of(first));
        }
        if (members.size() > 2) {
            return longTopic(shape, tenant, scope);
        }
        String second = scope.get(members.getLast());
        return second == null ? null : new Topic(tenant, shape.name(), List.of(first, second));
    }

    private static @Nullable Topic longTopic(TopicShape shape, TenantId tenant, Map<String, String> scope) {
        var key = new String[shape.key().size()];
        for (int i = 0; i < key.length; i++) {
            String value = scope.get(shape.key().get(i));
            if (value == null) {
                return null;
            }
            key[i] = value;
        }
        return new Topic(tenant, shape.name(), List.of(key));
    }
}
