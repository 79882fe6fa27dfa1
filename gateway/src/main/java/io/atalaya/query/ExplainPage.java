package io.atalaya.query;

import io.atalaya.assignment.Assignment;
import io.atalaya.assignment.Assignments;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.http.Problem;
import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Responder;
import io.atalaya.hub.Hub;
import io.atalaya.hub.SessionView;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.Profile;
import io.atalaya.routing.Explanation;
import io.atalaya.routing.Explanation.Subscriber;
import io.atalaya.routing.ExplanationText;
import io.atalaya.routing.SessionTopics;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code GET /api/v1/explain?session=&event=}: why an open session gets a stored event, or does not. Immutable; made of
 * thread-safe parts. For operators: it speaks of any tenant's session and event.
 */
public final class ExplainPage {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Map<String, Boolean> FORMATS = Map.of("text", true, "json", false);

    private final Profile profile;
    private final Hub hub;
    private final Assignments assignments;
    private final StoredEvents events;
    private final Reads reads;

    public ExplainPage(Profile profile, Hub hub, Assignments assignments, StoredEvents events, Reads reads) {
        this.profile = profile;
        this.hub = hub;
        this.assignments = assignments;
        this.events = events;
        this.reads = reads;
    }

    /** Answers in text when asked to by {@code ?format=text} or by an Accept field that starts with it. */
    public void onExplain(Request request, Responder responder) {
        var parameters = new Parameters(request.head());
        Optional<String> session = parameters.text("session");
        Optional<String> event = parameters.text("event");
        Optional<String> tenant = parameters.text("tenant");
        boolean asText = parameters.choice("format", FORMATS, prefersText(request));
        if (session.isEmpty() || !session.get().matches("\\d{1,18}")) {
            parameters.fault("session", session.orElse("nothing"), "the number of an open session");
        }
        if (event.isEmpty() || !EventId.isValid(event.get())) {
            parameters.fault("event", event.orElse("nothing"), "an event's id");
        }
        if (tenant.isPresent() && !TenantId.isValid(tenant.get())) {
            parameters.fault("tenant", tenant.get(), "1 to 64 of [A-Za-z0-9._-]");
        }
        parameters.rejectOthers();
        if (!parameters.faults().isEmpty()) {
            responder.respond(parameters.refusal());
            return;
        }
        long id = Long.parseLong(session.orElseThrow());
        hub.sessions(view -> view.id() == id)
                .thenCompose(found -> found.isEmpty()
                        ? notFound("session: %d is not open (expected: an open session's number)".formatted(id))
                        : explain(found.getFirst(), new EventId(event.orElseThrow()), tenant, asText))
                .whenComplete((answer, failure) -> responder.respond(
                        failure == null
                                ? answer
                                : Response.problem(Problem.of(500, "the request could not be handled"))));
    }

    private static boolean prefersText(Request request) {
        return request.header(HttpHeaderNames.ACCEPT).orElse("").startsWith("text/plain");
    }

    private CompletionStage<Response> explain(
            SessionView session, EventId event, Optional<String> tenant, boolean asText) {
        Endpoint endpoint = profile.endpoints().get(session.endpoint());
        if (endpoint == null) {
            return notFound("endpoint: %s is not of this profile".formatted(session.endpoint()));
        }
        TenantId owner = tenant.map(TenantId::new).orElse(session.principal().tenant());
        return assignments(endpoint, session)
                .thenCompose(assigned -> reads.perform(() -> {
                    var subscriber = new Subscriber(endpoint, session.principal(), assigned, session.topics());
                    return events.find(owner, event)
                            .map(found -> answer(Explanation.of(profile, subscriber, found.event()), asText))
                            .orElseGet(() -> Response.problem(Problem.of(
                                    404,
                                    "event: tenant %s has no %s (expected: one in the archive, or among the newest of the log)"
                                            .formatted(owner, event))));
                }));
    }

    private CompletionStage<List<Assignment>> assignments(Endpoint endpoint, SessionView session) {
        return SessionTopics.needsAssignments(endpoint, session.principal())
                ? assignments.of(
                        session.principal().tenant(), session.principal().subject())
                : CompletableFuture.completedFuture(List.of());
    }

    private static Response answer(Explanation explanation, boolean asText) {
        Response response = asText
                ? Response.text(200, ExplanationText.lines(explanation))
                : Response.json(200, JSON.writeValueAsBytes(ExplanationText.members(explanation)));
        return response.with("cache-control", "no-store").with("vary", "accept");
    }

    private static CompletionStage<Response> notFound(String detail) {
        return CompletableFuture.completedFuture(Response.problem(Problem.of(404, detail)));
    }
}
