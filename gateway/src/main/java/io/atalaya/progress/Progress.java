package io.atalaya.progress;

import io.atalaya.auth.Principal;
import io.atalaya.event.Cursor;
import io.atalaya.event.Topic;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * How far a session has got with what is for it. Immutable.
 *
 * @param topics what it is subscribed to, or was at its end
 * @param start the position behind which it gets events; empty when nobody has said
 * @param through offset up to which everything that was for it has been accepted by its socket, or given up; 0 before
 *     the first
 * @param flushedAt when the socket accepted something for the last time; empty when it never did
 * @param pending deliveries whose fate is open, or was at its end
 * @param givenUp deliveries that a slow reader was spared: dropped or conflated
 */
public record Progress(
        long session,
        String endpoint,
        Principal principal,
        Set<Topic> topics,
        Lifetime lifetime,
        Optional<Cursor> start,
        long through,
        Optional<Instant> flushedAt,
        int pending,
        int givenUp) {

    /**
     * When a session was there. Immutable.
     *
     * @param subscribed when its topics changed for the last time
     * @param replaying whether what is stored is still being replayed to it
     */
    public record Lifetime(Instant joined, Instant subscribed, boolean replaying, Optional<End> end) {}

    /**
     * How it ended. Immutable.
     *
     * @param reason what closed it, in a word or two
     */
    public record End(Instant at, String reason) {}

    /** Whether it is, or was at its end, subscribed to one of {@code addressed}. */
    public boolean isOneOf(Iterable<Topic> addressed) {
        for (Topic topic : addressed) {
            if (topics.contains(topic)) {
                return true;
            }
        }
        return false;
    }
}
