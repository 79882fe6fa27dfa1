package io.atalaya.edge;

import io.atalaya.http.RequestHead;
import io.atalaya.recovery.Wish;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What the request for a session said, as far as it matters afterwards. Confined to the connection's event loop. */
public final class ConnectRequest {
    private static final String LAST_EVENT_ID = "last-event-id";

    private final HttpHeaders headers;
    private final UnaryOperator<String> parameters;

    private ConnectRequest(HttpHeaders headers, UnaryOperator<String> parameters) {
        this.headers = headers;
        this.parameters = parameters;
    }

    /** The request of a connection that is taken over. */
    public static ConnectRequest of(HttpRequest head, QueryStringDecoder uri) {
        return new ConnectRequest(
                head.headers(),
                name -> uri.parameters().getOrDefault(name, List.of("")).getFirst());
    }

    /** A request of its own that speaks for a session. */
    public static ConnectRequest of(RequestHead head) {
        return new ConnectRequest(head.headers(), name -> head.parameter(name).orElse(""));
    }

    /** The Origin header (RFC 6454 section 7). */
    public Optional<String> origin() {
        return Optional.ofNullable(headers.get(HttpHeaderNames.ORIGIN));
    }

    /** A query parameter; empty when it is missing or cannot be decoded. */
    public String parameter(String name) {
        try {
            return parameters.apply(name);
        } catch (IllegalArgumentException | RequestHead.MalformedQueryException _) {
            return "";
        }
    }

    /**
     * Where the client wants to begin. A stream that is opened again by the browser itself repeats its first query, and
     * says in a header where it really is (HTML standard, section 9.2.3).
     */
    public Wish wish() {
        return Wish.of(this::parameter).from(headers.get(LAST_EVENT_ID, ""));
    }
}
