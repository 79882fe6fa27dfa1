package io.atalaya.profile;

import java.util.List;

/**
 * Who an event is for. Immutable. The first shape whose key members the event all carries names the one topic of the
 * audience; when none fits, the audience is empty for that event.
 *
 * @param name unique in the profile
 * @param alternatives at least one, most specific first
 */
public record Audience(String name, List<TopicShape> alternatives) {
    public Audience {
        alternatives = List.copyOf(alternatives);
    }
}
