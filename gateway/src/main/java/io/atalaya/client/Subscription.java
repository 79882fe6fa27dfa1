package io.atalaya.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a client connects to. Immutable. The query holds a token: {@link #toString} does not show it.
 *
 * @param uri {@code ws://} or {@code wss://} with host, path and query
 * @param origin value of the Origin header (RFC 6454), where the endpoint asks for one
 * @param resume whether a reconnect asks for what was missed, with the cursor of the last event received
 */
public record Subscription(URI uri, Optional<String> origin, boolean resume) {
    public Subscription {
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (!(scheme.equals("ws") || scheme.equals("wss")) || uri.getHost() == null || uri.getPort() > 65_535) {
            throw new IllegalArgumentException("url: %s (expected: ws:// or wss:// with a host and a port up to 65535)"
                    .formatted(withoutQuery(uri)));
        }
    }

    /** A subscription that sends no Origin and does not resume. */
    public static Subscription to(URI uri) {
        return new Subscription(uri, Optional.empty(), false);
    }

    public Subscription withOrigin(String value) {
        return new Subscription(uri, Optional.of(value), resume);
    }

    public Subscription withResume() {
        return new Subscription(uri, origin, true);
    }

    boolean secure() {
        return uri.getScheme().equalsIgnoreCase("wss");
    }

    int port() {
        return uri.getPort() >= 0 ? uri.getPort() : secure() ? 443 : 80;
    }

    /** Value of the Host header (RFC 9110 section 7.2). */
    String authority() {
        return uri.getPort() >= 0 ? uri.getHost() + ":" + uri.getPort() : uri.getHost();
    }

    /**
     * Path and query of the request.
     *
     * @param cursor position to resume after; empty asks for nothing
     */
    String requestTarget(String cursor) {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
        if (!cursor.isEmpty()) {
            query = query.replaceAll("(^|&)since=[^&]*", "");
            query = (query.isEmpty() ? "" : query + "&") + "since=" + cursor;
        }
        return query.isEmpty() ? path : path + "?" + query;
    }

    private static String withoutQuery(URI uri) {
        try {
            return new URI(uri.getScheme(), uri.getAuthority(), uri.getPath(), null, null).toString();
        } catch (URISyntaxException _) {
            return "not a URL";
        }
    }

    @Override
    public String toString() {
        return "Subscription[" + withoutQuery(uri) + "]";
    }
}
