package io.atalaya.edge;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Optional;

/** What a WebSocket request said, as far as it matters after the upgrade. Confined to the connection's event loop. */
final class ConnectRequest {
    private final HttpRequest head;
    private final QueryStringDecoder uri;

    ConnectRequest(HttpRequest head, QueryStringDecoder uri) {
        this.head = head;
        this.uri = uri;
    }

    /** The Origin header (RFC 6454 section 7). */
    Optional<String> origin() {
        return Optional.ofNullable(head.headers().get(HttpHeaderNames.ORIGIN));
    }

    /** A query parameter; empty when it is missing or cannot be decoded. */
    String parameter(String name) {
        try {
            return uri.parameters().getOrDefault(name, List.of("")).getFirst();
        } catch (IllegalArgumentException _) {
            return "";
        }
    }
}
