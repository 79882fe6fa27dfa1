package io.atalaya.auth;

import static java.util.concurrent.CompletableFuture.completedFuture;

import io.atalaya.auth.AuthOutcome.Reason;
import io.atalaya.auth.AuthOutcome.Refused;
import io.atalaya.auth.AuthOutcome.Unavailable;
import io.atalaya.auth.CompactToken.HmacKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Verifies staff JWTs (RFC 7519). Thread-safe: immutable itself; keys and revocations look after themselves.
 *
 * <p>Each algorithm has a key of its own kind and no other (RFC 8725 section 3.1): HS256 is checked with the shared
 * secret, RS256 and ES256 with the key set, and everything else, {@code none} included, is refused. HS256 is answered on
 * the caller's thread; the others, and keys not known yet, on the key set's threads.
 *
 * <p>A token must expire, be issued by us for us, name a tenant and a subject by positive integers, and have no type or
 * be an {@code access} token. Clocks may differ by ten seconds.
 */
public final class StaffTokenAuthenticator implements Authenticator {
    private final AuthConfig config;
    private final @Nullable HmacKey secret;
    private final @Nullable JwksKeys keys;
    private final ClaimMapping mapping;
    private final RevocationList revocations;
    private final InstantSource clock;

    /** @param keys for RS256 and ES256; null accepts HS256 only. The caller closes it. */
    public StaffTokenAuthenticator(
            AuthConfig config,
            @Nullable JwksKeys keys,
            ClaimMapping mapping,
            RevocationList revocations,
            InstantSource clock) {
        this.config = config;
        this.secret = config.jwtSecret().map(HmacKey::new).orElse(null);
        this.keys = keys;
        this.mapping = mapping;
        this.revocations = revocations;
        this.clock = clock;
    }

    @Override
    public CompletionStage<AuthOutcome> authenticate(String credential) {
        if (credential.isEmpty()) {
            return completedFuture(new Refused(Reason.MISSING));
        }
        CompactToken token = CompactToken.parse(credential);
        if (token == null) {
            return completedFuture(new Refused(Reason.MALFORMED));
        }
        return switch (token.algorithm()) {
            case CompactToken.HS256 -> withSecret(token);
            case JwksKeys.RS256, JwksKeys.ES256 -> withKeySet(token);
            default -> completedFuture(new Refused(Reason.BAD_SIGNATURE));
        };
    }

    private CompletionStage<AuthOutcome> withSecret(CompactToken token) {
        boolean genuine = secret != null && token.isSignedWith(secret);
        return genuine ? admit(token) : completedFuture(new Refused(Reason.BAD_SIGNATURE));
    }

    private CompletionStage<AuthOutcome> withKeySet(CompactToken token) {
        if (keys == null) {
            return completedFuture(new Refused(Reason.BAD_SIGNATURE));
        }
        return keys.verify(token).thenCompose(verdict -> switch (verdict) {
            case GENUINE -> admit(token);
            case FORGED -> completedFuture(new Refused(Reason.BAD_SIGNATURE));
            case UNDECIDED -> completedFuture(new Unavailable("signing keys"));
        });
    }

    private CompletionStage<AuthOutcome> admit(CompactToken token) {
        Claims claims = token.claims();
        if (claims == null) {
            return completedFuture(new Refused(Reason.MALFORMED));
        }
        Reason objection = claims.objection(config.jwtIssuer(), config.jwtAudience(), clock.instant());
        if (objection != null) {
            return completedFuture(new Refused(objection));
        }
        if (claims.has("type") && !"access".equals(claims.text("type"))) {
            return completedFuture(new Refused(Reason.WRONG_TYPE));
        }
        Instant expiresAt = Optional.ofNullable(claims.instant("exp")).orElseThrow();
        Principal principal = mapping.principal(claims, expiresAt);
        return principal == null
                ? completedFuture(new Refused(Reason.BAD_CLAIMS))
                : revocations.settledStatus(principal).thenApply(status -> AuthOutcome.of(principal, status));
    }

    @Override
    public CompletionStage<Standing> standing(Principal principal) {
        return Claims.isOver(principal.expiresAt(), clock.instant())
                ? completedFuture(Standing.EXPIRED)
                : revocations.settledStatus(principal).thenApply(Standing::of);
    }
}
