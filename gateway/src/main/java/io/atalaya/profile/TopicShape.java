package io.atalaya.profile;

import java.util.List;

/**
 * A kind of topic: sessions subscribe to one topic of it for each combination of key values they are entitled to.
 * Immutable.
 *
 * @param name unique in the profile
 * @param key event members that make the topic's key, in order; empty for one topic per tenant
 */
public record TopicShape(String name, List<String> key) {
    public TopicShape {
        key = List.copyOf(key);
    }
}
