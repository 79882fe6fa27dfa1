package io.atalaya.collector;

import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Responder;
import io.atalaya.ingest.Intake;
import io.atalaya.ingest.IntakeBook.Source;
import io.atalaya.ingest.Submission;
import io.atalaya.ingest.SubmitOutcome;
import io.atalaya.profile.Profile.CollectorRules;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;

/**
 * {@code POST /events}. Thread-safe: immutable, made of thread-safe parts. A 202 means that the event is committed to the
 * log.
 */
final class PostEvents {
    /** Longest body. */
    static final int MAX_BODY_BYTES = 100 * 1024;

    private static final int LONG_BODY_BYTES = 16 * 1024;
    private static final int ID_BYTES = 12;
    private static final Duration SATURATED_FOR = Duration.ofSeconds(5);
    private static final Duration UNAVAILABLE_FOR = Duration.ofSeconds(1);

    private final CollectorRules rules;
    private final Intake intake;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Executor longBodies;

    /**
     * @param random source of event ids; thread-safe
     * @param longBodies runs the checking of long bodies
     */
    PostEvents(CollectorRules rules, Intake intake, InstantSource clock, RandomGenerator random, Executor longBodies) {
        this.rules = rules;
        this.intake = intake;
        this.clock = clock;
        this.random = random;
        this.longBodies = longBodies;
    }

    void onPost(TenantId tenant, Request request, Responder responder) {
        if (request.body().length > MAX_BODY_BYTES) {
            responder.respond(
                    tooLarge("body: %d bytes (expected: at most %d)".formatted(request.body().length, MAX_BODY_BYTES)));
        } else if (!isJson(request)) {
            responder.respond(Dialect.error(
                    415, "content-type: not JSON (expected: application/json)", "UNSUPPORTED_MEDIA_TYPE"));
        } else if (request.body().length < LONG_BODY_BYTES) {
            submit(tenant, request, responder);
        } else {
            submitElsewhere(tenant, request, responder);
        }
    }

    private static boolean isJson(Request request) {
        String type = request.header(HttpHeaderNames.CONTENT_TYPE).orElse("");
        return type.split(";", 2)[0].strip().equalsIgnoreCase(Response.JSON);
    }

    private void submitElsewhere(TenantId tenant, Request request, Responder responder) {
        try {
            longBodies.execute(() -> submit(tenant, request, responder));
        } catch (RejectedExecutionException _) {
            responder.respond(Dialect.unavailable("The service is stopping", UNAVAILABLE_FOR));
        }
    }

    private void submit(TenantId tenant, Request request, Responder responder) {
        Instant arrival = clock.instant();
        switch (EventForm.read(request.body(), rules, arrival)) {
            case EventForm.Outcome.Bad(List<EventForm.Fault> faults) ->
                responder.respond(Dialect.invalid("Invalid event schema", "INVALID_EVENT", faults));
            case EventForm.Outcome.Good(EventForm.Draft draft) -> {
                EventId id = newId();
                var submission = new Submission(
                        Source.HTTP,
                        Submission.Scope.of(tenant),
                        draft.toEvent(rules, tenant, id),
                        Submission.Format.JSON,
                        Submission.Answer.COMMITTED);
                intake.submit(submission)
                        .whenCompleteAsync(
                                (outcome, failure) ->
                                        responder.respond(failure == null ? answer(outcome, id, arrival) : broken()),
                                request.eventLoop());
            }
        }
    }

    private EventId newId() {
        var bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return new EventId("evt_" + HexFormat.of().formatHex(bytes));
    }

    private static Response answer(SubmitOutcome outcome, EventId id, Instant arrival) {
        return switch (outcome) {
            case SubmitOutcome.Accepted _ -> {
                var members = Dialect.object();
                members.put("status", "accepted");
                members.put("event_id", id.value());
                members.put("queued_at", Dialect.time(arrival));
                yield Dialect.json(202, members);
            }
            case SubmitOutcome.Invalid(List<SubmitOutcome.EventProblem> problems, int _) ->
                Dialect.invalid("Invalid event schema", "INVALID_EVENT", faults(problems));
            case SubmitOutcome.TooLarge _, SubmitOutcome.TooMany _ -> tooLarge("The event is too large");
            case SubmitOutcome.Forbidden _ ->
                Dialect.error(403, "The API key does not speak for this tenant", "FORBIDDEN");
            case SubmitOutcome.Busy _, SubmitOutcome.Full _ -> Dialect.saturated(SATURATED_FOR);
            case SubmitOutcome.Failed(Duration retryAfter) ->
                Dialect.unavailable("The event could not be stored", retryAfter);
        };
    }

    private static List<EventForm.Fault> faults(List<SubmitOutcome.EventProblem> problems) {
        return problems.stream()
                .map(problem -> new EventForm.Fault(
                        problem.field(),
                        Map.of("schema", "%s (expected: %s)".formatted(problem.found(), problem.expected()))))
                .toList();
    }

    private static Response tooLarge(String message) {
        return Dialect.error(413, message, "PAYLOAD_TOO_LARGE");
    }

    private static Response broken() {
        return Dialect.error(500, "Failed to ingest event", "INGESTION_ERROR");
    }
}
