package io.atalaya.auth;

import io.atalaya.event.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An authenticated client. Immutable; holds no secret.
 *
 * @param tenant the only tenant whose events the principal may see
 * @param subject stable name within tenant and scheme: the user id of a staff token, the session id of a table token
 * @param scheme name of the profile's authentication scheme that accepted it
 * @param roles role names; empty for schemes without roles
 * @param scope what the credential entitles to, by event member name: {@code branch_id} to the branches of a waiter
 * @param tokenId the token's {@code jti} (RFC 7519 section 4.1.7), when it has one
 * @param issuedAt the token's {@code iat}; the epoch when it has none, so that a revocation of the user covers it
 * @param expiresAt when the credential ends; {@link Instant#MAX} when it does not
 */
public record Principal(
        TenantId tenant,
        String subject,
        String scheme,
        Set<String> roles,
        Map<String, List<String>> scope,
        @Nullable String tokenId,
        Instant issuedAt,
        Instant expiresAt) {

    public Principal {
        roles = Set.copyOf(roles);
        scope = Map.copyOf(scope);
    }

    /** The token's identity for revocation, when it has one. */
    public Optional<String> revocationKey() {
        return Optional.ofNullable(tokenId);
    }

    /** Whether the principal has at least one of {@code wanted}. */
    public boolean hasAnyRole(Set<String> wanted) {
        for (String role : roles) {
            if (wanted.contains(role)) {
                return true;
            }
        }
        return false;
    }
}
