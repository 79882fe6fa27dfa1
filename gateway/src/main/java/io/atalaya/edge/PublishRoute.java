package io.atalaya.edge;

import io.atalaya.event.EventId;
import io.atalaya.http.Problem;
import io.atalaya.http.Request;
import io.atalaya.http.RequestHead;
import io.atalaya.http.Response;
import io.atalaya.http.Route;
import io.atalaya.http.Route.Admission;
import io.atalaya.ingest.Intake;
import io.atalaya.ingest.IntakeBook.Source;
import io.atalaya.ingest.IntakeConfig;
import io.atalaya.ingest.Submission;
import io.atalaya.ingest.Submission.Answer;
import io.atalaya.ingest.Submission.Format;
import io.atalaya.ingest.Submission.Scope;
import io.atalaya.ingest.SubmitOutcome;
import io.atalaya.ingest.SubmitOutcome.EventProblem;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/v1/events}: one event, an array of events, or NDJSON. Immutable and thread-safe.
 *
 * <p>Key and media type are judged on the head. Short bodies are parsed on the connection's event loop, long ones
 * elsewhere ({@link LongBodies}), so that a batch does not hold up the deliveries of that loop.
 */
public final class PublishRoute {
    /** The path served. */
    public static final String PATH = "/api/v1/events";

    private static final int LONG_BODY_BYTES = 32 * 1024;
    private static final Response NO_KEY = unauthorized("authorization: missing (expected: Bearer <API key>)");
    private static final Response UNKNOWN_KEY = unauthorized("authorization: unknown key (expected: a publish key)");

    private static final Response UNKNOWN_ACK =
            Response.problem(Problem.of(400, "ack: unknown (expected: committed or received)"));

    private final IntakeConfig config;
    private final ApiKeys keys;
    private final Intake intake;
    private final LongBodies longBodies;

    /** A route whose long bodies are parsed elsewhere. */
    public PublishRoute(IntakeConfig config, Intake intake, LongBodies longBodies) {
        this.config = config;
        this.keys = new ApiKeys(config.publishKeys());
        this.intake = intake;
        this.longBodies = longBodies;
    }

    /** The route to serve. */
    public Route route() {
        return Route.post(PATH, config.maxRequestBytes(), this::admit);
    }

    private Admission admit(RequestHead head) {
        Optional<String> authorization = head.header(HttpHeaderNames.AUTHORIZATION);
        if (authorization.isEmpty()) {
            return new Admission.Refused(NO_KEY);
        }
        Scope scope = keys.scopeOf(authorization.get()).orElse(null);
        if (scope == null) {
            return new Admission.Refused(UNKNOWN_KEY);
        }
        Format format = format(head);
        if (format == null) {
            return new Admission.Refused(unsupportedMediaType());
        }
        Optional<Answer> answer = answer(head.parameter("ack").orElse("committed"));
        if (answer.isEmpty()) {
            return new Admission.Refused(UNKNOWN_ACK);
        }
        return new Admission.Admitted((request, responder) ->
                publish(new Submission(Source.HTTP, scope, request.body(), format, answer.get()), request, responder));
    }

    private static Optional<Answer> answer(String ack) {
        return switch (ack) {
            case "committed" -> Optional.of(Answer.COMMITTED);
            case "received" -> Optional.of(Answer.RECEIVED);
            default -> Optional.empty();
        };
    }

    private void publish(Submission submission, Request request, Route.Responder responder) {
        if (request.body().length < LONG_BODY_BYTES) {
            submit(submission, request, responder);
        } else {
            submitElsewhere(submission, request, responder);
        }
    }

    private void submitElsewhere(Submission submission, Request request, Route.Responder responder) {
        longBodies
                .take(request.body().length, () -> submit(submission, request, responder))
                .whenComplete((_, failure) -> {
                    if (failure instanceof RejectedExecutionException) {
                        responder.respond(later(503, "the gateway is stopping", Duration.ofSeconds(1)));
                    } else if (failure != null) {
                        responder.respond(broken());
                    }
                });
    }

    /** The answer is written on the connection's loop: the thread that commits has better things to do. */
    private CompletionStage<SubmitOutcome> submit(Submission submission, Request request, Route.Responder responder) {
        CompletionStage<SubmitOutcome> outcome = intake.submit(submission);
        outcome.whenCompleteAsync(
                (result, failure) -> responder.respond(failure == null ? answer(result) : broken()),
                request.eventLoop());
        return outcome;
    }

    private static @Nullable Format format(RequestHead head) {
        String encoding = head.header(HttpHeaderNames.CONTENT_ENCODING).orElse("identity");
        if (!encoding.equalsIgnoreCase("identity")) {
            return null;
        }
        String type = head.header(HttpHeaderNames.CONTENT_TYPE).orElse(Response.JSON);
        int semicolon = type.indexOf(';');
        String parameters = semicolon < 0 ? "" : type.substring(semicolon + 1).toLowerCase(Locale.ROOT);
        if (parameters.contains("charset") && !parameters.contains("utf-8")) {
            return null;
        }
        String mediaType = semicolon < 0 ? type : type.substring(0, semicolon);
        return switch (mediaType.strip().toLowerCase(Locale.ROOT)) {
            case "application/json" -> Format.JSON;
            case "application/x-ndjson" -> Format.NDJSON;
            default -> null;
        };
    }

    /** What a publisher is told of an outcome. */
    public static Response answer(SubmitOutcome outcome) {
        return switch (outcome) {
            case SubmitOutcome.Accepted accepted -> Response.json(202, acceptance(accepted));
            case SubmitOutcome.Invalid(List<EventProblem> problems, int more) ->
                naming(400, "no event was accepted: some are invalid", problems, more);
            case SubmitOutcome.TooLarge(List<EventProblem> problems, int more) ->
                naming(413, "no event was accepted: some are too large", problems, more);
            case SubmitOutcome.Forbidden(List<EventProblem> problems, int more) ->
                naming(403, "no event was accepted: some are of other tenants", problems, more);
            case SubmitOutcome.TooMany(int found, int max) ->
                Response.problem(Problem.of(413, "events: %d (expected: at most %d)".formatted(found, max)));
            case SubmitOutcome.Busy(Duration retryAfter) ->
                later(429, "too many events wait for their commit", retryAfter);
            case SubmitOutcome.Full(Duration retryAfter) ->
                later(503, "the log is full: the archive is behind", retryAfter);
            case SubmitOutcome.Failed(Duration retryAfter) -> later(503, "the log could not store", retryAfter);
        };
    }

    /** Written by hand: ids and cursors need no escaping, and a batch may have thousands. */
    private static byte[] acceptance(SubmitOutcome.Accepted accepted) {
        var json = new StringBuilder(64 + 24 * accepted.ids().size());
        json.append("{\"accepted\":").append(accepted.ids().size()).append(",\"ids\":[");
        String separator = "\"";
        for (EventId id : accepted.ids()) {
            json.append(separator).append(id.value()).append('"');
            separator = ",\"";
        }
        json.append(']');
        accepted.cursor()
                .ifPresent(
                        cursor -> json.append(",\"cursor\":\"").append(cursor).append('"'));
        return json.append('}').toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static Response naming(int status, String detail, List<EventProblem> errors, int more) {
        Problem problem = Problem.of(status, detail).with("errors", errors);
        return Response.problem(more == 0 ? problem : problem.with("moreErrors", more));
    }

    private static Response later(int status, String detail, Duration retryAfter) {
        return Response.problem(Problem.of(status, detail))
                .with("retry-after", Long.toString(Math.max(1, retryAfter.toSeconds())));
    }

    private static Response broken() {
        return Response.problem(Problem.of(500, "the request could not be handled"));
    }

    /** RFC 6750 section 3. */
    private static Response unauthorized(String detail) {
        return Response.problem(Problem.of(401, detail)).with("www-authenticate", "Bearer");
    }

    private static Response unsupportedMediaType() {
        String detail = "content: unknown type or encoding (expected: application/json or application/x-ndjson,"
                + " UTF-8, without content encoding)";
        return Response.problem(Problem.of(415, detail)).with("accept", "application/json, application/x-ndjson");
    }
}
