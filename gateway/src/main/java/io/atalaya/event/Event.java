package io.atalaya.event;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;

/**
 * One accepted event. Immutable.
 *
 * @param scope the routing members that the event carries, by member name, in canonical text form (an integer is its
 *     decimal form); members whose value means "not given" are absent
 * @param body the event's JSON
 * @param timestamp the event's own {@code ts}, or the instant of its acceptance
 * @param acceptedNanos reading of the monotonic clock when the event entered the gateway; the start of its delivery
 *     latency
 * @param durable whether the event passes through the log
 */
public record Event(
        TenantId tenant,
        EventId id,
        String type,
        Map<String, String> scope,
        Body body,
        Instant timestamp,
        long acceptedNanos,
        boolean durable) {

    public Event {
        scope = Map.copyOf(scope);
    }

    /**
     * The JSON object as published, byte for byte and member for member, followed by {@code id} and {@code ts} where
     * the publisher gave none. It is kept open: the closing brace is missing, so that a delivery can append its own
     * members ({@code cursor}) without parsing. Immutable: the array is never modified after construction.
     */
    public static final class Body {
        private final byte[] open;

        /** Takes ownership of {@code open}, which must be a non-empty JSON object without its closing brace. */
        public Body(byte[] open) {
            this.open = open;
        }

        /** The open object. Shared; must not be modified. */
        public byte[] open() {
            return open;
        }

        /** The closed object as text. */
        @Override
        public String toString() {
            return new String(open, StandardCharsets.UTF_8) + "}";
        }
    }
}
