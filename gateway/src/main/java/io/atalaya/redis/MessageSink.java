package io.atalaya.redis;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Where messages from Redis go. Called by one thread, one batch at a time. */
@FunctionalInterface
public interface MessageSink {
    /**
     * Takes a batch in.
     *
     * @param batch at least one message, in the order of arrival
     * @return completes when the next batch may come; until then no other is handed over. Completing exceptionally
     *     counts the whole batch as dropped
     */
    CompletionStage<Void> onMessages(List<RedisMessage> batch);

    /** So many messages were lost before they could be handed over. Called by whichever thread lost them. */
    default void onDropped(int messages) {}
}
