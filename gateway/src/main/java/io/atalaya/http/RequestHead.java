package io.atalaya.http;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request without its body. Immutable; the query is decoded when it is first asked for, and decoding it twice in a
 * race yields the same.
 */
public final class RequestHead {
    private static final int MAX_PARAMETERS = 256;

    private final HttpRequest message;
    private final String target;
    private final String path;
    private final SocketAddress remoteAddress;
    private final EventLoop eventLoop;
    private @Nullable Map<String, List<String>> parameters;

    RequestHead(HttpRequest message, SocketAddress remoteAddress, EventLoop eventLoop) {
        this.message = message;
        this.target = originForm(message.uri());
        int query = target.indexOf('?');
        this.path = query < 0 ? target : target.substring(0, query);
        this.remoteAddress = remoteAddress;
        this.eventLoop = eventLoop;
    }

    public HttpMethod method() {
        return message.method();
    }

    /** The path as sent, without query, percent-encoding untouched. */
    public String path() {
        return path;
    }

    /** The header fields; not to be modified. */
    public HttpHeaders headers() {
        return message.headers();
    }

    /** The first value of a header field. */
    public Optional<String> header(CharSequence name) {
        return Optional.ofNullable(message.headers().get(name));
    }

    /**
     * The first value of a query parameter, decoded.
     *
     * @throws MalformedQueryException when the query cannot be decoded; unhandled, it becomes a 400
     */
    public Optional<String> parameter(String name) {
        List<String> values = parameters().get(name);
        return values == null ? Optional.empty() : Optional.of(values.getFirst());
    }

    /**
     * All query parameters, decoded, in the order sent.
     *
     * @throws MalformedQueryException when the query cannot be decoded; unhandled, it becomes a 400
     */
    public Map<String, List<String>> parameters() {
        Map<String, List<String>> known = parameters;
        if (known == null) {
            known = decodeQuery();
            parameters = known;
        }
        return known;
    }

    /** The peer's address. */
    public SocketAddress remoteAddress() {
        return remoteAddress;
    }

    /** The event loop that owns the connection. */
    public EventLoop eventLoop() {
        return eventLoop;
    }

    private Map<String, List<String>> decodeQuery() {
        if (path.length() == target.length()) {
            return Map.of();
        }
        try {
            String query = target.substring(path.length() + 1);
            return new QueryStringDecoder(query, StandardCharsets.UTF_8, false, MAX_PARAMETERS, true).parameters();
        } catch (IllegalArgumentException e) {
            throw new MalformedQueryException(e);
        }
    }

    /** A server must accept the absolute form too (RFC 9112 section 3.2.2). */
    private static String originForm(String uri) {
        if (uri.startsWith("/")) {
            return uri;
        }
        int authority = uri.indexOf("://");
        if (authority < 0) {
            return uri;
        }
        int start = authority + 3;
        while (start < uri.length() && uri.charAt(start) != '/' && uri.charAt(start) != '?') {
            start++;
        }
        String rest = uri.substring(start);
        return rest.startsWith("/") ? rest : "/" + rest;
    }

    /** The query has a broken percent-encoding. */
    public static final class MalformedQueryException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        MalformedQueryException(Throwable cause) {
            super("query: broken percent-encoding (expected: a percent sign and two hex digits)", cause);
        }
    }
}
