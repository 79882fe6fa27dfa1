package io.atalaya.bench;

import java.net.URI;
import java.util.OptionalLong;

/**
 * The gateway under load. Immutable. Holds a key: {@link #toString} does not show it.
 *
 * @param url {@code http://host:port} of the public port
 * @param publishKey API key that may publish for tenant 1
 * @param pid process to watch, when it runs on this machine
 * @param tokens makes table tokens of tenant 1, branch 1
 */
public record BenchTarget(URI url, String publishKey, OptionalLong pid, Tokens tokens) {
    /** Makes table tokens. */
    @FunctionalInterface
    public interface Tokens {
        /** The token of a guest of a table session of tenant 1, branch 1. */
        String ofSession(int session);
    }

    /** Where diners connect. */
    URI diners(int session) {
        String scheme = "https".equals(url.getScheme()) ? "wss" : "ws";
        return URI.create(
                "%s://%s/ws/diner?table_token=%s".formatted(scheme, url.getRawAuthority(), tokens.ofSession(session)));
    }

    @Override
    public String toString() {
        return "BenchTarget[" + url + "]";
    }
}
