package io.atalaya.auth;

import static java.util.concurrent.CompletableFuture.completedFuture;

import io.atalaya.auth.AuthOutcome.Accepted;
import io.atalaya.auth.AuthOutcome.Reason;
import io.atalaya.auth.AuthOutcome.Refused;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Believes every credential: accepts clients as the principal that their token claims, whoever signed it, whether or not
 * it expired or was revoked. For tests and trials; cannot be made unless the configuration says {@code insecure}.
 * Immutable.
 *
 * <p>The credential still has to be a token, in any of the formats, since it names the tenant and the subject.
 */
public final class OpenAuthenticator implements Authenticator {
    private final ClaimMapping mapping;

    /** Throws {@link IllegalStateException} unless {@code config} is insecure. */
    public OpenAuthenticator(AuthConfig config, ClaimMapping mapping) {
        if (!config.insecure()) {
            throw new IllegalStateException("insecure: false (expected: true where every credential is believed)");
        }
        this.mapping = mapping;
    }

    @Override
    public CompletionStage<AuthOutcome> authenticate(String credential) {
        if (credential.isEmpty()) {
            return completedFuture(new Refused(Reason.MISSING));
        }
        Claims claims = claims(credential);
        if (claims == null) {
            return completedFuture(new Refused(Reason.MALFORMED));
        }
        Principal principal = mapping.principal(claims, Instant.MAX);
        return completedFuture(principal == null ? new Refused(Reason.BAD_CLAIMS) : new Accepted(principal));
    }

    private static @Nullable Claims claims(String credential) {
        if (!TableTokenAuthenticator.isJwt(credential)) {
            return TableTokenAuthenticator.legacyClaims(credential);
        }
        CompactToken token = CompactToken.parse(credential);
        return token == null ? null : token.claims();
    }

    @Override
    public CompletionStage<Standing> standing(Principal principal) {
        return completedFuture(Standing.GOOD);
    }
}
