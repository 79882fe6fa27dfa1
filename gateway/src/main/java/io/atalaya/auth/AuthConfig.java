package io.atalaya.auth;

import java.util.Optional;

/**
 * Secrets and issuers. Immutable. Holds secrets: {@link #toString} does not show them.
 *
 * @param jwtSecret HS256 key of staff tokens
 * @param jwtIssuer accepted {@code iss}
 * @param jwtAudience accepted {@code aud}
 * @param jwks file path or URL of a JWK set (RFC 7517) for RS256 and ES256 staff tokens
 * @param tableTokenSecret HS256 and HMAC key of table tokens
 * @param insecure accept everyone as the principal they claim to be; for tests and trials only
 */
public record AuthConfig(
        Optional<String> jwtSecret,
        String jwtIssuer,
        String jwtAudience,
        Optional<String> jwks,
        Optional<String> tableTokenSecret,
        boolean insecure) {

    public static final String DEFAULT_ISSUER = "menu-ops";
    public static final String DEFAULT_AUDIENCE = "menu-ops-users";

    @Override
    public String toString() {
        return "AuthConfig[jwtIssuer=%s, jwtAudience=%s, insecure=%s]".formatted(jwtIssuer, jwtAudience, insecure);
    }
}
