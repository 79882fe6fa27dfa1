package io.atalaya.auth;

/** What came of an attempt to authenticate. */
public sealed interface AuthOutcome {
    /** The credential is good and not revoked. */
    record Accepted(Principal principal) implements AuthOutcome {}

    /** The credential is bad for good; trying again with it is pointless. */
    record Refused(Reason reason) implements AuthOutcome {}

    /** Whether the credential is revoked could not be found out; the client may try again. */
    record Unavailable(String what) implements AuthOutcome {}

    /** What is to be done with a client whose credential is good, given what the revocation list said. Fails closed. */
    static AuthOutcome of(Principal principal, RevocationList.Status status) {
        return switch (status) {
            case VALID -> new Accepted(principal);
            case REVOKED -> new Refused(Reason.REVOKED);
            case UNKNOWN -> new Unavailable("revocation list");
        };
    }

    /** Why a credential was refused, in the order of the checks. The text is for logs and clients and holds nothing of the credential. */
    enum Reason {
        MISSING("credential missing"),
        MALFORMED("credential malformed"),
        BAD_SIGNATURE("signature wrong or key unknown"),
        EXPIRED("credential expired"),
        NOT_YET_VALID("credential not yet valid"),
        WRONG_ISSUER("issuer or audience not accepted"),
        WRONG_TYPE("token type not accepted here"),
        BAD_CLAIMS("a required claim is missing or not usable"),
        REVOKED("credential revoked");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }
}
