package io.atalaya.operator;

import io.atalaya.http.RequestHead;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/** The token that makes an operator, if there is one. Immutable; compared in constant time. */
public final class OperatorToken {
    private static final String BEARER = "Bearer ";

    private final Optional<byte[]> token;

    /** @param token an empty one is none */
    public OperatorToken(Optional<String> token) {
        this.token = token.filter(text -> !text.isEmpty()).map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether one is asked for. */
    public boolean isSet() {
        return token.isPresent();
    }

    /** Whether a request presents it in its Authorization field (RFC 6750 section 2.1). */
    public boolean isPresentedBy(RequestHead head) {
        String authorization = head.header(HttpHeaderNames.AUTHORIZATION).orElse("");
        return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && matches(authorization.substring(BEARER.length()).strip());
    }

    /** Whether {@code presented} is the token. */
    public boolean matches(String presented) {
        byte[] bytes = presented.getBytes(StandardCharsets.UTF_8);
        return token.filter(expected -> MessageDigest.isEqual(bytes, expected)).isPresent();
    }
}
