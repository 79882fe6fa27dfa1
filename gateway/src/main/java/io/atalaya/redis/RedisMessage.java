package io.atalaya.redis;

import io.atalaya.event.EventId;
import java.nio.charset.StandardCharsets;

/**
 * One message from a Pub/Sub channel. Immutable: the body must not be modified after construction.
 */
public final class RedisMessage {
    private final String channel;
    private final byte[] body;
    private final EventId fallbackId;

    /**
     * @param channel where it was published; it says nothing about who the event is for
     * @param body what was published, uninterpreted; owned by the new message
     * @param fallbackId the event's id in case that the body has none
     */
    public RedisMessage(String channel, byte[] body, EventId fallbackId) {
        this.channel = channel;
        this.body = body;
        this.fallbackId = fallbackId;
    }

    /** Where the message was published; it says nothing about who the event is for. */
    public String channel() {
        return channel;
    }

    /** What was published, uninterpreted. Shared; must not be modified. */
    public byte[] body() {
        return body;
    }

    /** The event's id in case that the body has none: equal for the copies of one event on several channels. */
    public EventId fallbackId() {
        return fallbackId;
    }

    /** Channel and body, for tests and debugging. */
    @Override
    public String toString() {
        return channel + " " + new String(body, StandardCharsets.UTF_8);
    }
}
