package io.atalaya.reach;

import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.http.Problem;
import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route;
import io.atalaya.http.Route.Responder;
import io.atalaya.ingest.Submission.Scope;
import io.atalaya.query.Parameters;
import io.atalaya.query.QueryKeys;
import io.atalaya.query.Reads;
import io.atalaya.query.StoredEvents;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code GET /api/v1/events/{id}/deliveries}: who got a stored event, when, who has acknowledged it, who did not get it and
 * why. Immutable and thread-safe.
 */
public final class DeliveriesPage {
    /** The paths served, on both ports. */
    public static final String PATH = "/api/v1/events/*";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String PREFIX = "/api/v1/events/";
    private static final String SUFFIX = "/deliveries";
    private static final int USUAL_LIMIT = 100;
    private static final int MAX_LIMIT = 10_000;
    private static final Map<String, String> STATES = states();

    private final StoredEvents events;
    private final Reach reach;
    private final Reads reads;

    public DeliveriesPage(StoredEvents events, Reach reach, Reads reads) {
        this.events = events;
        this.reach = reach;
        this.reads = reads;
    }

    private static Map<String, String> states() {
        var states = new TreeMap<String, String>();
        Stream.concat(
                        Arrays.stream(Verdict.State.values()).map(Verdict.State::word),
                        Stream.of("acknowledged", "awaiting", "expired"))
                .forEach(state -> states.put(state, state));
        return states;
    }

    /** For readers with a key, which speaks of its tenant only. */
    public Route route(QueryKeys keys) {
        return new Route(HttpMethod.GET, PATH, 0, head -> keys.admit(head, this::answer));
    }

    /** For operators, who may ask about every tenant. */
    public void onOperator(Request request, Responder responder) {
        answer(Scope.everyTenant(), request, responder);
    }

    private void answer(Scope scope, Request request, Responder responder) {
        Optional<String> id = id(request.path());
        if (id.isEmpty()) {
            responder.respond(Response.problem(
                    Problem.of(404, "path: there is no such page (expected: /api/v1/events/{id}/deliveries)")));
            return;
        }
        var parameters = new Parameters(request.head());
        Optional<TenantId> tenant = QueryKeys.tenant(scope, parameters);
        if (tenant.isPresent() && !scope.permits(tenant.get())) {
            responder.respond(QueryKeys.otherTenant(tenant.get()));
            return;
        }
        if (tenant.isEmpty() && parameters.faults().isEmpty()) {
            parameters.missing("tenant", "the event's tenant: ids are unique within one");
        }
        if (!EventId.isValid(id.get())) {
            parameters.fault("id", id.get(), "an event's id: 1 to 128 of [A-Za-z0-9._:-]");
        }
        Optional<String> state =
                Optional.of(parameters.choice("state", STATES, "")).filter(word -> !word.isEmpty());
        int limit = parameters.number("limit", 1, MAX_LIMIT, USUAL_LIMIT);
        parameters.rejectOthers();
        if (!parameters.faults().isEmpty()) {
            responder.respond(parameters.refusal());
            return;
        }
        TenantId owner = tenant.orElseThrow();
        var event = new EventId(id.get());
        reads.answer(
                responder,
                () -> events.find(owner, event)
                        .map(entry -> json(ReachJson.members(reach.of(entry), state, limit)))
                        .orElseGet(() -> absent(owner, event)));
    }

    /** What stands between the prefix and the suffix. Ids need no percent-encoding but for the colon, if at all. */
    private static Optional<String> id(String path) {
        if (!path.startsWith(PREFIX) || !path.endsWith(SUFFIX) || path.length() <= PREFIX.length() + SUFFIX.length()) {
            return Optional.empty();
        }
        String id = path.substring(PREFIX.length(), path.length() - SUFFIX.length());
        return id.contains("/")
                ? Optional.empty()
                : Optional.of(id.replace("%3A", ":").replace("%3a", ":"));
    }

    private static Response json(Map<String, Object> members) {
        return Response.json(200, JSON.writeValueAsBytes(members)).with("cache-control", "no-store");
    }

    private static Response absent(TenantId tenant, EventId event) {
        return Response.problem(Problem.of(
                404,
                "event: tenant %s has no %s (expected: a durable one, in the archive or among the newest of the log)"
                        .formatted(tenant, event)));
    }
}
