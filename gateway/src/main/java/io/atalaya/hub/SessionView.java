package io.atalaya.hub;

import io.atalaya.auth.Principal;
import io.atalaya.event.Topic;
import io.atalaya.progress.Progress;
import io.atalaya.protocol.Wire;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
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
        Wire wire,
        Figures figures) {

    /**
     * What is counted of one session. Immutable.
     *
     * @param pendingBytes what waits for its socket
     * @param sent deliveries that the socket has accepted
     * @param conflated deliveries given up because a later event took their place
     * @param dropped deliveries given up for want of room
     * @param roundTripSeconds of the latest ping; empty when none was answered
     * @param replaying whether it still gets what its client has missed
     */
    public record Figures(
            Instant connectedAt,
            SocketAddress remote,
            long pendingBytes,
            long sent,
            int conflated,
            int dropped,
            OptionalDouble roundTripSeconds,
            boolean replaying) {}

    /** As it is now. On the session's loop only. */
    public static SessionView of(Session session) {
        long nowNanos = session.shard().nowNanos();
        return new SessionView(
                session.id(),
                session.endpoint().name(),
                session.principal(),
                session.topics(),
                session.silentNanos(nowNanos) / 1e9,
                session.outbound().pending(),
                session.wire(),
                figures(session, nowNanos));
    }

    /** How far a session has got, and when it has ended. On the session's loop only. */
    static Progress progress(Session session, Optional<Progress.End> end) {
        Instant now = session.shard().now();
        long nowNanos = session.shard().nowNanos();
        Outbound outbound = session.outbound();
        long acceptedNanos = outbound.acceptedNanos();
        return new Progress(
                session.id(),
                session.endpoint().name(),
                session.principal(),
                session.topics(),
                new Progress.Lifetime(
                        now.minusNanos(nowNanos - session.joinedNanos()),
                        now.minusNanos(nowNanos - session.subscribedNanos()),
                        outbound.isReplaying(),
                        end),
                Optional.ofNullable(session.start()),
                outbound.through(),
                acceptedNanos == 0 ? Optional.empty() : Optional.of(now.minusNanos(nowNanos - acceptedNanos)),
                outbound.pending(),
                outbound.givenUp());
    }

    private static Figures figures(Session session, long nowNanos) {
        Outbound outbound = session.outbound();
        long roundTripNanos = session.roundTripNanos();
        return new Figures(
                session.shard().now().minusNanos(nowNanos - session.joinedNanos()),
                session.remoteAddress(),
                outbound.pendingBytes(),
                outbound.sent(),
                outbound.conflated(),
                outbound.dropped(),
                roundTripNanos == 0 ? OptionalDouble.empty() : OptionalDouble.of(roundTripNanos / 1e9),
                outbound.isReplaying());
    }
}
