package io.atalaya.hub;

import io.atalaya.event.Topic;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which shards have subscribers for a topic over one wire, as a bit mask. Thread-safe: written by a shard when a topic's first
 * subscriber joins or its last one leaves, read by the router for every event. A topic without subscribers is absent.
 */
final class TopicDirectory {
    private final ConcurrentHashMap<Topic, Long> shardsByTopic = new ConcurrentHashMap<>();

    void onFirstSubscriber(Topic topic, int shard) {
        shardsByTopic.merge(topic, 1L << shard, (mask, bit) -> mask | bit);
    }

    void onLastSubscriberGone(Topic topic, int shard) {
        shardsByTopic.computeIfPresent(topic, (_, mask) -> without(mask, shard));
    }

    private static @Nullable Long without(long mask, int shard) {
        long rest = mask & ~(1L << shard);
        return rest == 0 ? null : rest;
    }

    /** Bit {@code n} is set when shard {@code n} has a subscriber. */
    long shardsOf(Topic topic) {
        Long mask = shardsByTopic.get(topic);
        return mask == null ? 0 : mask;
    }

    /** The shards that have a subscriber for one of the topics. */
    long shardsOf(List<Topic> topics) {
        if (shardsByTopic.isEmpty()) {
            return 0;
        }
        long mask = 0;
        for (Topic topic : topics) {
            mask |= shardsOf(topic);
        }
        return mask;
    }

    /** Every topic that has a subscriber somewhere; a live view. */
    Set<Topic> topics() {
        return shardsByTopic.keySet();
    }
}
