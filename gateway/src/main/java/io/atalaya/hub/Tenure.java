package io.atalaya.hub;

import io.atalaya.auth.Authenticator.Standing;
import io.atalaya.protocol.CloseReason;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Whether a session's credential still stands: it is asked about from time to time and when its client wants something.
 * Confined to the event loop of the session's shard.
 *
 * <p>A list of revocations that cannot be asked costs the session only when it still cannot be asked one revalidation
 * interval later, since a client never comes back after 4001; questions that come earlier (a client's commands) do not
 * shorten that.
 */
final class Tenure {
    private final Session session;
    private long nextQuestionNanos;
    private boolean unknown;
    private long unknownSinceNanos;

    Tenure(Session session, long nowNanos) {
        this.session = session;
        this.nextQuestionNanos = nowNanos + intervalNanos();
    }

    private long intervalNanos() {
        return session.shard().config().revalidationInterval().toNanos();
    }

    boolean hasExpired(Instant now) {
        return !now.isBefore(session.principal().expiresAt());
    }

    /** Asks when it is time to. */
    void onSweep(long nowNanos) {
        if (nowNanos - nextQuestionNanos >= 0) {
            nextQuestionNanos = nowNanos + intervalNanos();
            recheck(nowNanos, () -> {});
        }
    }

    /**
     * Asks whether the principal still stands and closes the session when it does not.
     *
     * @param next runs on the loop when the session stays
     */
    void recheck(long askedNanos, Runnable next) {
        ask().whenComplete((standing, _) -> session.shard().execute(() -> {
            if (!session.hasEnded() && stays(standing == null ? Standing.UNKNOWN : standing, askedNanos)) {
                next.run();
            }
        }));
    }

    /** A failure of foreign code is an answer that is not known: neither a way to stay for ever nor the sweep's end. */
    private CompletionStage<Standing> ask() {
        try {
            return session.shard().standings().of(session.principal());
        } catch (RuntimeException failure) {
            return CompletableFuture.failedStage(failure);
        }
    }

    private boolean stays(Standing standing, long askedNanos) {
        switch (standing) {
            case GOOD -> unknown = false;
            case EXPIRED, REVOKED -> session.close(CloseReason.TOKEN_ENDED);
            case UNKNOWN -> onUnknown(askedNanos);
        }
        return !session.hasEnded();
    }

    private void onUnknown(long askedNanos) {
        if (!unknown) {
            unknown = true;
            unknownSinceNanos = askedNanos;
        } else if (askedNanos - unknownSinceNanos >= intervalNanos()) {
            session.close(CloseReason.CANNOT_CHECK_REVOCATION);
        }
    }
}
