package io.atalaya.auth;

import static java.util.concurrent.CompletableFuture.completedFuture;

import io.atalaya.auth.AuthOutcome.Reason;
import io.atalaya.auth.AuthOutcome.Refused;
import io.atalaya.auth.CompactToken.HmacKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the tokens that guests at a table carry. Thread-safe: immutable itself.
 *
 * <p>Two formats, told apart by their shape. Three parts joined by dots are a JWT: HS256, type {@code table}, the issuer
 * and audience below. Anything else must be the older form, {@code
 * tenant_id:branch_id:table_id:session_id:expires_at:signature}, all decimal, the signature being the first 32
 * hexadecimal characters of the HMAC-SHA256 over what precedes its colon. Both have the same claims, and both end ten
 * seconds after their expiry, as clocks may differ.
 *
 * <p>Guests have no user to revoke. So that an operator can still turn a table away, the revocation list is asked for
 * the pseudo user "minus session id", which no member of staff can be: revoke {@code -42} to revoke session 42.
 */
public final class TableTokenAuthenticator implements Authenticator {
    static final String ISSUER = "integrador:table";
    static final String AUDIENCE = "integrador:diner";
    static final String TYPE = "table";
    static final int LEGACY_SIGNATURE_LENGTH = 32;

    private static final List<String> LEGACY_CLAIMS =
            List.of("tenant_id", "branch_id", "table_id", "session_id", "exp");

    private final @Nullable HmacKey secret;
    private final ClaimMapping mapping;
    private final RevocationList revocations;
    private final InstantSource clock;

    public TableTokenAuthenticator(
            AuthConfig config, ClaimMapping mapping, RevocationList revocations, InstantSource clock) {
        this.secret = config.tableTokenSecret().map(HmacKey::new).orElse(null);
        this.mapping = mapping;
        this.revocations = revocations;
        this.clock = clock;
    }

    @Override
    public CompletionStage<AuthOutcome> authenticate(String credential) {
        if (credential.isEmpty()) {
            return completedFuture(new Refused(Reason.MISSING));
        }
        return isJwt(credential) ? authenticateJwt(credential) : authenticateLegacy(credential);
    }

    private CompletionStage<AuthOutcome> authenticateJwt(String credential) {
        CompactToken token = CompactToken.parse(credential);
        if (token == null) {
            return completedFuture(new Refused(Reason.MALFORMED));
        }
        boolean genuine = token.algorithm().equals(CompactToken.HS256) && secret != null && token.isSignedWith(secret);
        if (!genuine) {
            return completedFuture(new Refused(Reason.BAD_SIGNATURE));
        }
        Claims claims = token.claims();
        if (claims == null) {
            return completedFuture(new Refused(Reason.MALFORMED));
        }
        Reason objection = claims.objection(ISSUER, AUDIENCE, clock.instant());
        if (objection != null) {
            return completedFuture(new Refused(objection));
        }
        return TYPE.equals(claims.text("type")) ? admit(claims) : completedFuture(new Refused(Reason.WRONG_TYPE));
    }

    private CompletionStage<AuthOutcome> authenticateLegacy(String credential) {
        Claims claims = legacyClaims(credential);
        if (claims == null) {
            return completedFuture(new Refused(Reason.MALFORMED));
        }
        int end = credential.lastIndexOf(':');
        if (secret == null || !isSigned(credential.substring(0, end), credential.substring(end + 1), secret)) {
            return completedFuture(new Refused(Reason.BAD_SIGNATURE));
        }
        Instant expiresAt = claims.instant("exp");
        if (expiresAt == null) {
            return completedFuture(new Refused(Reason.BAD_CLAIMS));
        }
        return Claims.isOver(expiresAt, clock.instant()) ? completedFuture(new Refused(Reason.EXPIRED)) : admit(claims);
    }

    private static boolean isSigned(String signed, String signature, HmacKey secret) {
        byte[] expected =
                secret.signHex(signed).substring(0, LEGACY_SIGNATURE_LENGTH).getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8));
    }

    private CompletionStage<AuthOutcome> admit(Claims claims) {
        Instant expiresAt = Optional.ofNullable(claims.instant("exp")).orElseThrow();
        Principal principal = entitlesToAll(claims) ? mapping.principal(claims, expiresAt) : null;
        return principal == null
                ? completedFuture(new Refused(Reason.BAD_CLAIMS))
                : revocations
                        .settledStatus(revocable(principal))
                        .thenApply(status -> AuthOutcome.of(principal, status));
    }

    /** A guest's place is complete or the token is not one of ours: every claim of the scope is one integer. */
    private boolean entitlesToAll(Claims claims) {
        return mapping.scope().values().stream().allMatch(claim -> claims.integer(claim) != null);
    }

    @Override
    public CompletionStage<Standing> standing(Principal principal) {
        return Claims.isOver(principal.expiresAt(), clock.instant())
                ? completedFuture(Standing.EXPIRED)
                : revocations.settledStatus(revocable(principal)).thenApply(Standing::of);
    }

    private static Principal revocable(Principal guest) {
        return new Principal(
                guest.tenant(),
                "-" + guest.subject(),
                guest.scheme(),
                guest.roles(),
                guest.scope(),
                guest.revocationKey().orElse(null),
                guest.issuedAt(),
                guest.expiresAt());
    }

    /** Whether a table token has the shape of a JWT. */
    static boolean isJwt(String credential) {
        return credential.chars().filter(c -> c == '.').count() == 2;
    }

    /** The claims of a token in the older form, signature unseen; null when it is not of that form. */
    static @Nullable Claims legacyClaims(String credential) {
        if (credential.length() > CompactToken.MAX_LENGTH) {
            return null;
        }
        String[] fields = credential.split(":", -1);
        if (fields.length != LEGACY_CLAIMS.size() + 1
                || fields[LEGACY_CLAIMS.size()].length() != LEGACY_SIGNATURE_LENGTH) {
            return null;
        }
        Map<String, Object> members = new HashMap<>();
        for (int i = 0; i < LEGACY_CLAIMS.size(); i++) {
            long value = Claims.digits(fields[i]);
            if (value < 0) {
                return null;
            }
            members.put(LEGACY_CLAIMS.get(i), value);
        }
        return new Claims(members);
    }
}
