package io.atalaya.query;

import io.atalaya.assignment.Assignment;
import io.atalaya.assignment.Assignments;
import io.atalaya.auth.AuthOutcome;
import io.atalaya.auth.Authenticator;
import io.atalaya.auth.Principal;
import io.atalaya.edge.EdgeConfig;
import io.atalaya.event.Event;
import io.atalaya.event.Topic;
import io.atalaya.http.Problem;
import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.Profile;
import io.atalaya.profile.Profile.CatchUp;
import io.atalaya.routing.EventRoutes;
import io.atalaya.routing.SessionTopics;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The catch-up paths of a profile: what a client missed while it was away, for clients that keep no cursor. Immutable
 * and thread-safe. Events pass the filter of live delivery and no other: the client's credential, its endpoint's joins
 * and today's assignments make its topics, and the profile's audiences make the event's.
 */
public final class CatchUpRoutes {
    private static final double LATEST_SECOND = 253_402_300_799.0;

    private static final Optional<Map.Entry<String, String>> NOT_NARROWED = Optional.empty();

    private final QueryConfig config;
    private final Profile profile;
    private final EventRoutes routes;
    private final Clients clients;
    private final MissedEvents log;
    private final Reads reads;

    /**
     * Who clients are. Immutable; everything in it is thread-safe.
     *
     * @param authenticators by name of the profile's authentication scheme
     * @param edge which web pages may connect
     */
    public record Clients(
            Map<String, Authenticator> authenticators, Assignments assignments, EdgeConfig edge, InstantSource clock) {
        public Clients {
            authenticators = Map.copyOf(authenticators);
        }
    }

    public CatchUpRoutes(QueryConfig config, Profile profile, Clients clients, MissedEvents log, Reads reads) {
        this.config = config;
        this.profile = profile;
        this.routes = new EventRoutes(profile);
        this.clients = clients;
        this.log = log;
        this.reads = reads;
    }

    /** The routes to serve. */
    public List<Route> routes() {
        return profile.http().catchUps().values().stream()
                .map(path -> Route.get(path.path(), (request, responder) -> answer(path, request, responder)))
                .toList();
    }

    private void answer(CatchUp path, Request request, Route.Responder responder) {
        Optional<String> origin = request.header(HttpHeaderNames.ORIGIN);
        Authenticator authenticator =
                clients.authenticators().get(path.authentication().name());
        String credential = request.parameter(path.authentication().parameter()).orElse("");
        CompletionStage<Response> answer = authenticator == null
                ? CompletableFuture.completedFuture(unavailable())
                : authenticator.authenticate(credential).thenCompose(outcome -> switch (outcome) {
                    case AuthOutcome.Accepted(Principal principal) -> onPrincipal(path, principal, request);
                    case AuthOutcome.Refused(AuthOutcome.Reason reason) ->
                        CompletableFuture.completedFuture(Response.problem(Problem.of(401, reason.text())));
                    case AuthOutcome.Unavailable _ -> CompletableFuture.completedFuture(unavailable());
                });
        answer.whenComplete((response, failure) -> responder.respond(readable(
                failure == null ? response : Response.problem(Problem.of(500, "the request could not be handled")),
                origin)));
    }

    private static Response unavailable() {
        return Response.problem(Problem.of(503, "the credential cannot be checked now"))
                .with("retry-after", "1");
    }

    private CompletionStage<Response> onPrincipal(CatchUp path, Principal principal, Request request) {
        var parameters = new Parameters(request.head());
        parameters.text(path.authentication().parameter());
        Optional<String> value = parameters.text(path.member());
        if (value.isEmpty()) {
            parameters.missing(path.member(), "one that the token entitles to");
        }
        long sinceMillis = since(parameters);
        Optional<Endpoint> endpoint = endpoint(path, principal, parameters);
        parameters.rejectOthers();
        if (!parameters.faults().isEmpty()) {
            return CompletableFuture.completedFuture(parameters.refusal());
        }
        if (endpoint.isEmpty()) {
            return forbidden("role: none that may connect (expected: one of the endpoint's)");
        }
        if (endpoint.get().originChecked() && !originAllowed(request)) {
            return forbidden("origin: not allowed (expected: one of allowed-origins)");
        }
        List<String> entitled = principal.scope().getOrDefault(path.member(), List.of());
        if (!entitled.contains(value.orElseThrow())) {
            return forbidden(
                    "%s: %.40s (expected: one that the token entitles to)".formatted(path.member(), value.get()));
        }
        var narrowing = path.narrows() ? Optional.of(Map.entry(path.member(), value.get())) : NOT_NARROWED;
        return assignments(endpoint.get(), principal)
                .thenCompose(assigned -> reads.perform(() -> missed(
                        principal, SessionTopics.of(endpoint.get(), principal, assigned), narrowing, sinceMillis)));
    }

    private static CompletionStage<Response> forbidden(String detail) {
        return CompletableFuture.completedFuture(Response.problem(Problem.of(403, detail)));
    }

    /** Unix seconds with a fraction, as the original has them; not further back than configured. */
    private long since(Parameters parameters) {
        Optional<String> text = parameters.text("since");
        double seconds = Double.NaN;
        try {
            seconds = text.map(Double::parseDouble).orElse(Double.NaN);
        } catch (NumberFormatException _) {
            // said below
        }
        if (text.isEmpty()) {
            parameters.missing("since", "seconds since 1970, such as 1767225600.5");
        } else if (!(seconds >= 0 && seconds <= LATEST_SECOND)) {
            parameters.fault("since", text.get(), "seconds since 1970, such as 1767225600.5");
        }
        Instant earliest = clients.clock().instant().minus(config.catchUpAge());
        return Math.max((long) Math.ceil(seconds * 1000), earliest.toEpochMilli());
    }

    /** The endpoint that the client names, else the first that accepts it; empty when none does. */
    private static Optional<Endpoint> endpoint(CatchUp path, Principal principal, Parameters parameters) {
        Optional<String> named = parameters.text("endpoint");
        if (named.isPresent()
                && path.endpoints().stream().noneMatch(known -> known.name().equals(named.get()))) {
            parameters.fault(
                    "endpoint",
                    named.get(),
                    "one of " + path.endpoints().stream().map(Endpoint::name).toList());
        }
        return path.endpoints().stream()
                .filter(endpoint -> named.isEmpty() || endpoint.name().equals(named.get()))
                .filter(endpoint -> endpoint.roles().isEmpty() || principal.hasAnyRole(endpoint.roles()))
                .findFirst();
    }

    private CompletionStage<List<Assignment>> assignments(Endpoint endpoint, Principal principal) {
        return SessionTopics.needsAssignments(endpoint, principal)
                ? clients.assignments().of(principal.tenant(), principal.subject())
                : CompletableFuture.completedFuture(List.of());
    }

    private Response missed(
            Principal principal, Set<Topic> topics, Optional<Map.Entry<String, String>> narrowing, long sinceMillis) {
        List<Entry> entries = log.newest(
                principal.tenant(),
                sinceMillis,
                config.catchUpEvents(),
                event -> isFor(topics, event)
                        && narrowing
                                .map(member ->
                                        member.getValue().equals(event.scope().get(member.getKey())))
                                .orElse(true));
        return Response.json(200, EventsJson.object(entries, "\"count\":" + entries.size()))
                .with("cache-control", "no-store");
    }

    private boolean isFor(Set<Topic> topics, Event event) {
        for (Topic topic : routes.topicsOf(event)) {
            if (topics.contains(topic)) {
                return true;
            }
        }
        return false;
    }

    /** Requests of pages of the same origin carry none. */
    private boolean originAllowed(Request request) {
        return request.header(HttpHeaderNames.ORIGIN)
                .map(origin -> clients.edge().allowedOrigins().contains(origin))
                .orElse(true);
    }

    /** Lets the web pages that may connect read the answer (Fetch standard, CORS protocol). */
    private Response readable(Response response, Optional<String> origin) {
        Response varying = response.with("vary", "origin");
        return origin.filter(clients.edge().allowedOrigins()::contains)
                .map(allowed -> varying.with("access-control-allow-origin", allowed)
                        .with("access-control-allow-credentials", "true"))
                .orElse(varying);
    }
}
