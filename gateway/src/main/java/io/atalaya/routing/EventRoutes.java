package io.atalaya.routing;

import io.atalaya.event.Event;
import io.atalaya.event.Topic;
import io.atalaya.profile.Audience;
import io.atalaya.profile.EventType;
import io.atalaya.profile.Profile;
import io.atalaya.profile.TopicShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which topics an event is delivered to. Immutable and thread-safe. */
public final class EventRoutes {
    private final Profile profile;

    public EventRoutes(Profile profile) {
        this.profile = profile;
    }

    /** The topics of an event, without repetition; all of them are the event's tenant's. */
    public List<Topic> topicsOf(Event event) {
        EventType rule = profile.ruleOf(event.type()).orElse(null);
        if (rule == null) {
            return List.of();
        }
        var topics = new ArrayList<Topic>(rule.audiences().size());
        for (Audience audience : rule.audiences()) {
            Topic topic = topicOf(audience, event);
            if (topic != null && !topics.contains(topic)) {
                topics.add(topic);
            }
        }
        return topics;
    }

    private static @Nullable Topic topicOf(Audience audience, Event event) {
        for (TopicShape shape : audience.alternatives()) {
            List<String> key = keyOf(shape, event.scope());
            if (key != null) {
                return new Topic(event.tenant(), shape.name(), key);
            }
        }
        return null;
    }

    private static @Nullable List<String> keyOf(TopicShape shape, Map<String, String> scope) {
        var key = new String[shape.key().size()];
        for (int i = 0; i < key.length; i++) {
            String value = scope.get(shape.key().get(i));
            if (value == null) {
                return null;
            }
            key[i] = value;
        }
        return List.of(key);
    }
}
