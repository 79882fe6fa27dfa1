package io.atalaya.profile;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One entry of the event catalogue. Immutable.
 *
 * @param name the event's {@code type}; {@code *} in the rule for unknown types
 * @param durable whether its events pass through the log; false for events that are never replayed
 * @param audiences everyone the event is for; a session in several of them gets it once
 * @param slow what becomes of its events where a client reads too slowly
 * @param ack present when clients have to acknowledge its events; those are durable and never given up
 */
public record EventType(String name, boolean durable, List<Audience> audiences, SlowPolicy slow, Optional<Ack> ack) {
    public EventType {
        audiences = List.copyOf(audiences);
        if (ack.isPresent() && !(durable && slow instanceof SlowPolicy.Close)) {
            throw new IllegalArgumentException(
                    "%s: ack with %s, durable %s (expected: close, true)".formatted(name, slow, durable));
        }
    }

    /** A type without acknowledgements whose events are never given up. */
    public static EventType plain(String name, boolean durable, List<Audience> audiences) {
        return new EventType(name, durable, audiences, new SlowPolicy.Close(), Optional.empty());
    }

    /** What becomes of events that wait for a client which reads too slowly. */
    public sealed interface SlowPolicy {
        /** They wait; when there are too many, the client is closed. */
        record Close() implements SlowPolicy {}

        /** When there are too many, the oldest of them are dropped and the client is told how many. */
        record DropOldest() implements SlowPolicy {}

        /** Of those with the same value of {@code member} only the latest waits. */
        record Conflate(String member) implements SlowPolicy {}
    }

    /**
     * How acknowledgements are waited for. Immutable.
     *
     * @param timeout after which an event is sent again
     * @param expires after which nobody waits any longer
     */
    public record Ack(Duration timeout, Duration expires) {
        /** What a type has that says no more than {@code ack: true}. */
        public static final Ack DEFAULT = new Ack(Duration.ofSeconds(30), Duration.ofHours(24));

        public Ack {
            if (timeout.compareTo(Duration.ofSeconds(1)) < 0 || expires.compareTo(timeout) < 0) {
                throw new IllegalArgumentException("ack: %s, %s (expected: a timeout of 1 s or more, not after expiry)"
                        .formatted(timeout, expires));
            }
        }
    }
}
