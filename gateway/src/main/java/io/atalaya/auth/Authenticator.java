package io.atalaya.auth;

import java.util.concurrent.CompletionStage;

/**
 * Verifies the credentials of one scheme. Thread-safe. Never blocks the caller: where an answer needs the network or
 * costly arithmetic the stage completes later, on any thread; otherwise it is already complete.
 */
public interface Authenticator {
    /**
     * Verifies a credential and that it is not revoked.
     *
     * @param credential the token as the client sent it; empty when it sent none
     * @return completes normally with an outcome, never exceptionally
     */
    CompletionStage<AuthOutcome> authenticate(String credential);

    /** Asks again whether a principal accepted earlier still stands: expiry and revocation. */
    CompletionStage<Standing> standing(Principal principal);

    /** Whether an accepted principal may stay. */
    enum Standing {
        GOOD,
        EXPIRED,
        REVOKED,
        /** The revocation list could not be asked. */
        UNKNOWN;

        /** The standing of a principal that has not expired, given what the revocation list said. */
        public static Standing of(RevocationList.Status status) {
            return switch (status) {
                case VALID -> GOOD;
                case REVOKED -> REVOKED;
                case UNKNOWN -> UNKNOWN;
            };
        }
    }
}
