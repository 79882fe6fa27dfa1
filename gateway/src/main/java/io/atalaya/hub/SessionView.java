package io.atalaya.hub;

import io.atalaya.auth.Principal;
import io.atalaya.event.Topic;
import io.atalaya.protocol.Wire;
import java.util.Set;

/**
 * A session as operators see it. Immutable.
 *
 * @param silentSeconds since the client's last sign of life
 * @param pending deliveries whose fate is open
 * @param wire how the client is reached
 */
public record SessionView(
        long id,
        String endpoint,
        Principal principal,
        Set<Topic> topics,
        double silentSeconds,
        int pending,
        Wire wire) {

    static SessionView of(Session session) {
        return new SessionView(
                session.id(),
                session.endpoint().name(),
                session.principal(),
                session.topics(),
                session.silentNanos(session.shard().nowNanos()) / 1e9,
                session.outbound().pending(),
                session.wire());
    }
}
