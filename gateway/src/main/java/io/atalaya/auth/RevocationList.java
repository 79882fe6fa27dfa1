package io.atalaya.auth;

import io.atalaya.event.TenantId;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Which tokens and users were revoked. Thread-safe; never blocks the caller. */
public interface RevocationList {
    /** Whether {@code principal}'s token, or its user at or after the token's issue, was revoked. */
    CompletionStage<Status> status(Principal principal);

    /** As {@link #status}, but never fails: a list that throws or completes exceptionally could not be asked. */
    default CompletionStage<Status> settledStatus(Principal principal) {
        try {
            return status(principal).exceptionally(_ -> Status.UNKNOWN);
        } catch (RuntimeException _) {
            return CompletableFuture.completedFuture(Status.UNKNOWN);
        }
    }

    /**
     * Revokes one token until it would have expired anyway. Completes exceptionally when the list cannot be written.
     */
    CompletionStage<Void> revokeToken(String tokenId, Instant expiresAt);

    /**
     * Revokes every token of a user that was issued before {@code before}. Completes exceptionally when the list
     * cannot be written.
     */
    CompletionStage<Void> revokeUser(TenantId tenant, String subject, Instant before);

    /** The answer of a revocation list. */
    enum Status {
        VALID,
        REVOKED,
        /** The list could not be asked. */
        UNKNOWN
    }
}
