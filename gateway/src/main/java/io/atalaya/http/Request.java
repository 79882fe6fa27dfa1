package io.atalaya.http;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import java.net.SocketAddress;
import java.util.Optional;

/** A complete request. Immutable, as long as nobody writes to {@link #body}. */
public final class Request {
    private final RequestHead head;
    private final byte[] body;

    Request(RequestHead head, byte[] body) {
        this.head = head;
        this.body = body;
    }

    public RequestHead head() {
        return head;
    }

    public HttpMethod method() {
        return head.method();
    }

    /** The path as sent, without query, percent-encoding untouched. */
    public String path() {
        return head.path();
    }

    /** The first value of a header field. */
    public Optional<String> header(CharSequence name) {
        return head.header(name);
    }

    /**
     * The first value of a query parameter, decoded.
     *
     * @throws RequestHead.MalformedQueryException when the query cannot be decoded; unhandled, it becomes a 400
     */
    public Optional<String> parameter(String name) {
        return head.parameter(name);
    }

    /** The whole body; empty when there is none. Shared; must not be modified. */
    public byte[] body() {
        return body;
    }

    /** The peer's address. */
    public SocketAddress remoteAddress() {
        return head.remoteAddress();
    }

    /** The event loop that owns the connection. */
    public EventLoop eventLoop() {
        return head.eventLoop();
    }
}
