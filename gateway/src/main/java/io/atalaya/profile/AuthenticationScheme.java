package io.atalaya.profile;

import java.util.Map;

/**
 * How the clients of an endpoint prove who they are. Immutable.
 *
 * @param name unique in the profile
 * @param parameter the query parameter that carries the credential
 * @param scope event member name to the claim that entitles to values of it ({@code branch_id} to {@code branch_ids})
 */
public record AuthenticationScheme(
        String name, Kind kind, String parameter, String subjectClaim, Map<String, String> scope) {
    public AuthenticationScheme {
        scope = Map.copyOf(scope);
    }

    /** The verification behind a scheme. */
    public enum Kind {
        /** A staff JWT: {@code JWT_SECRET} or JWKS, issuer, audience, roles. */
        STAFF_JWT,
        /** A table token, JWT or legacy HMAC form: {@code TABLE_TOKEN_SECRET}. */
        TABLE_TOKEN
    }
}
