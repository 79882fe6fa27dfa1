package io.atalaya.auth;

import io.atalaya.event.TenantId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the claims of a token become a {@link Principal}. Immutable.
 *
 * @param scheme the profile's name of the authentication scheme
 * @param subjectClaim the claim that names the subject ({@code sub}); its value must be a positive integer
 * @param scope event member name to the claim that entitles to values of it ({@code branch_id} to {@code branch_ids})
 */
public record ClaimMapping(String scheme, String subjectClaim, Map<String, String> scope) {
    public ClaimMapping {
        scope = Map.copyOf(scope);
    }

    /**
     * The principal of verified claims; null when a claim is missing or not usable. A scope claim that the token lacks
     * entitles to nothing: it is an empty list, not an unspoken member.
     */
    @Nullable
    Principal principal(Claims claims, Instant expiresAt) {
        TenantId tenant = claims.tenant();
        String subject = claims.integerLike(subjectClaim);
        Set<String> roles = claims.roles();
        Map<String, List<String>> entitled = entitled(claims);
        boolean tokenIdUsable = !claims.has("jti") || claims.text("jti") != null;
        if (tenant == null || subject == null || roles == null || entitled == null || !tokenIdUsable) {
            return null;
        }
        return new Principal(
                tenant, subject, scheme, roles, entitled, claims.text("jti"), claims.issuedAt(), expiresAt);
    }

    private @Nullable Map<String, List<String>> entitled(Claims claims) {
        var entitled = new HashMap<String, List<String>>();
        for (Map.Entry<String, String> member : scope.entrySet()) {
            List<String> values = claims.values(member.getValue());
            if (values == null) {
                return null;
            }
            entitled.put(member.getKey(), List.copyOf(values));
        }
        return entitled;
    }
}
