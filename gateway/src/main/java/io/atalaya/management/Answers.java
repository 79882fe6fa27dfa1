package io.atalaya.management;

import io.atalaya.http.Problem;
import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Responder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Answers of the management pages, and JSON objects as requests. Stateless. */
final class Answers {
    private static final Logger log = LoggerFactory.getLogger(Answers.class);
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private Answers() {}

    /** Answers with what a stage brings; what goes wrong on the way is answered too. */
    static void respond(Responder responder, CompletionStage<Response> stage) {
        stage.whenComplete((response, failure) -> responder.respond(failure == null ? response : failed(failure)));
    }

    private static Response failed(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return switch (cause) {
            case BadRequest bad -> bad.answer();
            case TimeoutException _ ->
                Response.problem(Problem.of(503, "the event loops, or the log, did not answer in time"))
                        .with("retry-after", "1");
            case RejectedExecutionException _ -> Response.problem(Problem.of(503, "the gateway is stopping"));
            case null, default -> {
                log.atError().setCause(cause).log("management request failed");
                yield Response.problem(Problem.of(500, "the request could not be handled"));
            }
        };
    }

    /** What an operator sent cannot be used; the text says what was found and what was expected. */
    static final class BadRequest extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BadRequest(String detail) {
            super(detail);
        }

        Response answer() {
            return Response.problem(Problem.of(400, String.valueOf(getMessage())));
        }
    }

    /** JSON that nobody may keep: it is of this moment. */
    static Response json(int status, Object value) {
        return Response.json(status, MAPPER.writeValueAsBytes(value)).with("cache-control", "no-store");
    }

    /**
     * The request's body as an object.
     *
     * @param known the members it may have
     * @throws BadRequest when it is not an object or has another member
     */
    static JsonNode object(Request request, Set<String> known) {
        JsonNode body;
        try {
            body = MAPPER.readTree(request.body());
        } catch (JacksonException _) {
            throw new BadRequest("body: not JSON (expected: an object)");
        }
        if (!body.isObject()) {
            throw new BadRequest("body: not an object (expected: an object)");
        }
        for (String name : body.propertyNames()) {
            if (!known.contains(name)) {
                throw new BadRequest("%s: unknown member (expected: one of %s)".formatted(name, known));
            }
        }
        return body;
    }

    /**
     * A member as text; a number counts as its decimal form.
     *
     * @throws BadRequest when it is absent, empty or neither text nor an integer
     */
    static String text(JsonNode object, String name) {
        JsonNode value = object.path(name);
        String text = value.isString() || value.isIntegralNumber() ? value.asString() : "";
        if (text.isEmpty()) {
            throw new BadRequest("%s: missing or not text (expected: text that is not empty)".formatted(name));
        }
        return text;
    }

    /** An object under construction, in order. */
    static Map<String, Object> map() {
        return new LinkedHashMap<>();
    }
}
