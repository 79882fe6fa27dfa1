package io.atalaya.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the server answers by itself, without any route. Stateless. */
final class Refusals {
    private static final Logger log = LoggerFactory.getLogger(Refusals.class);

    private Refusals() {}

    /** What is wrong with a head as HTTP; null when nothing is. */
    static @Nullable Problem of(HttpRequest message) {
        if (message.decoderResult().isFailure()) {
            return unreadable(message.decoderResult().cause());
        }
        HttpHeaders headers = message.headers();
        if (message.protocolVersion().majorVersion() != 1) {
            return Problem.of(505, "version: %s (expected: HTTP/1.1)".formatted(message.protocolVersion()));
        }
        // RFC 9112 section 3.2
        int hosts = headers.getAll(HttpHeaderNames.HOST).size();
        if (hosts > 1 || (hosts == 0 && message.protocolVersion().equals(HttpVersion.HTTP_1_1))) {
            return Problem.of(400, "host: %d fields (expected: exactly 1)".formatted(hosts));
        }
        // RFC 9110 section 10.1.1
        String expectation = headers.get(HttpHeaderNames.EXPECT);
        if (expectation != null && !HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expectation)) {
            return Problem.of(417, "expect: unknown (expected: 100-continue)");
        }
        return null;
    }

    static Response tooLong(int maxBytes) {
        return Response.problem(Problem.of(413, "body: too long (expected: at most %d bytes)".formatted(maxBytes)));
    }

    static Response overloaded(String detail) {
        return Response.problem(Problem.of(503, detail)).with("retry-after", "1");
    }

    /** The answer to a request whose gate or handler failed; a bug of ours is logged, the client learns nothing of it. */
    static Response answerTo(RuntimeException failure, RequestHead head) {
        if (failure instanceof RequestHead.MalformedQueryException malformed) {
            return Response.problem(Problem.of(400, String.valueOf(malformed.getMessage())));
        }
        log.atError()
                .setCause(failure)
                .addKeyValue("method", head.method())
                .addKeyValue("path", head.path())
                .log("request handler failed");
        return Response.problem(Problem.of(500, "the request could not be handled"));
    }

    private static Problem unreadable(Throwable cause) {
        return switch (cause) {
            case TooLongHttpLineException _ -> Problem.of(414, "request line: too long");
            case TooLongHttpHeaderException _ -> Problem.of(431, "header fields: too long together");
            default -> Problem.of(400, "request: not HTTP/1.1 (expected: RFC 9112)");
        };
    }
}
