package io.atalaya.profile;

import java.util.List;
import java.util.Map;

/**
 * How the clients of an endpoint prove who they are. Immutable.
 *
 * @param name unique in the profile
 * @param parameter the query parameter that carries the credential
 * @param scope event member name to the claim that entitles to values of it ({@code branch_id} to {@code branch_ids})
 * @param anyOf the schemes that it stands for; none unless it is {@link Kind#ANY_OF}
 */
public record AuthenticationScheme(
        String name,
        Kind kind,
        String parameter,
        String subjectClaim,
        Map<String, String> scope,
        List<AuthenticationScheme> anyOf) {
    public AuthenticationScheme {
        scope = Map.copyOf(scope);
        anyOf = List.copyOf(anyOf);
    }

    /** A scheme of its own. */
    public AuthenticationScheme(
            String name, Kind kind, String parameter, String subjectClaim, Map<String, String> scope) {
        this(name, kind, parameter, subjectClaim, scope, List.of());
    }

    /** Whichever of {@code schemes} accepts the credential; asked in this order. */
    public static AuthenticationScheme anyOf(String name, String parameter, List<AuthenticationScheme> schemes) {
        return new AuthenticationScheme(name, Kind.ANY_OF, parameter, "", Map.of(), schemes);
    }

    /** The scheme that a credential was accepted by: this one, or one that it stands for. */
    public AuthenticationScheme acceptedBy(String scheme) {
        return anyOf.stream()
                .filter(one -> one.name().equals(scheme))
                .findFirst()
                .orElse(this);
    }

    /** The verification behind a scheme. */
    public enum Kind {
        /** A staff JWT: {@code JWT_SECRET} or JWKS, issuer, audience, roles. */
        STAFF_JWT,
        /** A table token, JWT or legacy HMAC form: {@code TABLE_TOKEN_SECRET}. */
        TABLE_TOKEN,
        /** Any of several other schemes, with one query parameter. */
        ANY_OF
    }
}
