package io.atalaya.client.publish;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;

/**
 * Where and how events are published. Immutable. Holds a key: {@link #toString} does not show it.
 *
 * @param uri {@code http://} or {@code https://} address of the publish API, path included
 * @param apiKey sent as bearer token (RFC 6750)
 * @param connections most connections kept; each carries one request at a time
 * @param maxWaiting most requests that wait for a free connection; more are not sent
 * @param timeout how long an answer may take
 */
public record PublishTarget(URI uri, String apiKey, int connections, int maxWaiting, Duration timeout) {
    /** Path of the publish API. */
    public static final String PATH = "/api/v1/events";

    public PublishTarget {
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https")) || uri.getHost() == null || uri.getPort() > 65_535) {
            throw new IllegalArgumentException(
                    "url: %s (expected: http:// or https:// with a host and a port up to 65535)".formatted(uri));
        }
        if (connections < 1) {
            throw new IllegalArgumentException("connections: %d (expected: >= 1)".formatted(connections));
        }
        if (uri.getRawPath() == null
                || uri.getRawPath().isEmpty()
                || uri.getRawPath().equals("/")) {
            uri = uri.resolve(PATH);
        }
    }

    /** One connection, 10,000 waiting, 30 s. */
    public static PublishTarget of(URI uri, String apiKey) {
        return new PublishTarget(uri, apiKey, 1, 10_000, Duration.ofSeconds(30));
    }

    public PublishTarget withConnections(int count) {
        return new PublishTarget(uri, apiKey, count, maxWaiting, timeout);
    }

    boolean secure() {
        return uri.getScheme().equalsIgnoreCase("https");
    }

    int port() {
        return uri.getPort() >= 0 ? uri.getPort() : secure() ? 443 : 80;
    }

    @Override
    public String toString() {
        return "PublishTarget[" + uri + "]";
    }
}
