package io.atalaya.edge.sse;

import io.atalaya.edge.ConnectRequest;
import io.atalaya.edge.EdgeConfig;
import io.atalaya.http.Problem;
import io.atalaya.http.Response;
import io.atalaya.profile.Endpoint;
import io.atalaya.protocol.CloseReason;
import java.time.Duration;

/**
 * What a request for an event stream is answered, as far as HTTP goes. Immutable.
 *
 * <p>A script of another origin may read the answer exactly where it could have opened a WebSocket (Fetch standard,
 * section 3.2); what it may always read is why not. No answer depends on cookies.
 */
final class StreamAnswers {
    private static final String RETRY_AFTER_SECONDS = "2";

    private final EdgeConfig config;

    StreamAnswers(EdgeConfig config) {
        this.config = config;
    }

    /** The head of a stream: what must not be kept, changed or held back on its way. */
    Response stream(Endpoint endpoint, ConnectRequest request) {
        Response head = Response.of(200, "text/event-stream", new byte[0])
                .with("cache-control", "no-store, no-transform")
                .with("x-accel-buffering", "no");
        return forScripts(head, endpoint, request);
    }

    /** What was asked for has been done. */
    Response done(Endpoint endpoint, ConnectRequest request) {
        return forScripts(Response.empty(204), endpoint, request);
    }

    /** A request that is wrong in itself. */
    Response wrong(int status, String detail) {
        return forEveryone(Response.problem(Problem.of(status, detail)));
    }

    /** More requests than the sender may make. */
    Response tooMany(int messages, Duration window) {
        String detail = "acknowledgements: too many requests (expected: at most %d within %d ms)"
                .formatted(messages, window.toMillis());
        return forEveryone(Response.problem(Problem.of(429, detail)))
                .with("retry-after", Long.toString(Math.ceilDiv(Math.max(1, window.toMillis()), 1_000L)))
                .with("access-control-expose-headers", "retry-after");
    }

    /** There is no connection to close with a code: the status says the same. */
    Response refusal(CloseReason reason) {
        Response answer = Response.problem(Problem.of(statusOf(reason), reason.text()));
        return switch (reason.next()) {
            case RECONNECT_LATER ->
                forEveryone(answer.with("retry-after", RETRY_AFTER_SECONDS))
                        .with("access-control-expose-headers", "retry-after");
            case RECONNECT -> forEveryone(answer);
            case STOP -> forEveryone(answer.status() == 401 ? answer.with("www-authenticate", "Bearer") : answer);
        };
    }

    private static int statusOf(CloseReason reason) {
        return switch (reason) {
            case AUTHENTICATION_FAILED, TOKEN_ENDED -> 401;
            case ROLE_NOT_ALLOWED, ORIGIN_NOT_ALLOWED -> 403;
            case SESSION_LIMIT, RATE_LIMITED -> 429;
            case CONNECTION_LIMIT,
                    CONNECT_RATE,
                    SLOW_CONSUMER,
                    CANNOT_CHECK_REVOCATION,
                    HANDSHAKE_TIMEOUT,
                    SHUTDOWN,
                    DISCONNECTED,
                    HEARTBEAT_TIMEOUT -> 503;
            case PROTOCOL_ERROR, BINARY_MESSAGE, INVALID_UTF8 -> 400;
            case MESSAGE_TOO_BIG -> 413;
            case INTERNAL_ERROR -> 500;
        };
    }

    private Response forScripts(Response answer, Endpoint endpoint, ConnectRequest request) {
        if (!endpoint.originChecked()) {
            return forEveryone(answer);
        }
        return request.origin()
                .filter(config.allowedOrigins()::contains)
                .map(origin -> answer.with("access-control-allow-origin", origin))
                .orElse(answer)
                .with("vary", "origin");
    }

    private static Response forEveryone(Response answer) {
        return answer.with("access-control-allow-origin", "*");
    }
}
