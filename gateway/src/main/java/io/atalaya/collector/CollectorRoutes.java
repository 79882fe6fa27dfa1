package io.atalaya.collector;

import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveLedger;
import io.atalaya.collector.Access.Use;
import io.atalaya.event.TenantId;
import io.atalaya.http.Request;
import io.atalaya.http.RequestHead;
import io.atalaya.http.Response;
import io.atalaya.http.Route;
import io.atalaya.http.Route.Gate;
import io.atalaya.http.Route.Handler;
import io.atalaya.ingest.Intake;
import io.atalaya.ingest.IntakeConfig;
import io.atalaya.metrics.ExpositionFormat.Preference;
import io.atalaya.profile.Profile.CollectorRules;
import io.atalaya.query.Reads;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;

/** The paths of an event collector on the public port. Immutable; made of thread-safe parts. */
public final class CollectorRoutes {
    /** Bodies up to here are read, so that one that is too long gets an answer in the dialect. */
    private static final int MAX_READ_BYTES = 4 * PostEvents.MAX_BODY_BYTES;

    private final CollectorConfig config;
    private final CollectorRules rules;
    private final Core core;
    private final Pages pages;
    private final Access access;

    /**
     * What the dialect stands on. Immutable; everything in it is thread-safe.
     *
     * @param keys who may publish and who may read
     * @param stored empty where nothing can be searched
     * @param worker runs the checking of long bodies
     */
    public record Core(
            IntakeConfig keys,
            Intake intake,
            Optional<Stored> stored,
            Reads reads,
            InstantSource clock,
            Executor worker) {}

    /**
     * Where events are found again. Immutable; everything in it is thread-safe.
     *
     * @param ledger the one door for changes to the archive
     */
    public record Stored(Archive archive, ArchiveLedger ledger) {}

    /**
     * Pages that others make. Immutable.
     *
     * @param prometheus metrics as text
     * @param metrics the buffer's as JSON
     * @param byPath health documents by path
     * @param ready whether clients should be sent here
     * @param operators lets callers on this machine and operators pass to a handler, and nobody else
     * @param isLocal whether a caller is on this machine, comes straight and addresses it as such
     */
    public record Pages(
            Handler prometheus,
            Handler metrics,
            Map<String, Handler> byPath,
            BooleanSupplier ready,
            Function<Handler, Gate> operators,
            Predicate<RequestHead> isLocal) {
        public Pages {
            byPath = Map.copyOf(byPath);
        }
    }

    public CollectorRoutes(CollectorConfig config, CollectorRules rules, Core core, Pages pages) {
        this.config = config;
        this.rules = rules;
        this.core = core;
        this.pages = pages;
        this.access = new Access(config, new TenantId(rules.tenant()), core.keys(), pages.isLocal());
    }

    /** The routes to serve. */
    public List<Route> routes() {
        var post = new PostEvents(rules, core.intake(), core.clock(), new SecureRandom(), core.worker());
        var routes = new ArrayList<Route>();
        routes.add(Route.post("/events", MAX_READ_BYTES, access.gate(Use.PUBLISH, post::onPost)));
        core.stored().ifPresent(stored -> addSearch(stored, routes));
        routes.add(open("/health", this::onReady));
        routes.add(open("/ready", this::onReady));
        routes.add(open("/live", CollectorRoutes::onLive));
        routes.add(status("/metrics", this::onMetrics));
        routes.add(status("/metrics/prometheus", pages.prometheus()));
        pages.byPath().forEach((path, handler) -> routes.add(status(path, handler)));
        return routes;
    }

    private void addSearch(Stored stored, List<Route> routes) {
        var search = new SearchEvents(rules, stored.archive(), core.reads());
        var dead = new DeadLetterPages(stored.archive().deadLetters(), stored.ledger(), core.reads());
        String one = DeadLetterPages.PATH + "/*";
        routes.add(route(HttpMethod.GET, "/events", Use.READ, search::onSearch));
        routes.add(route(HttpMethod.GET, DeadLetterPages.PATH, Use.READ, dead::onList));
        routes.add(route(HttpMethod.GET, one, Use.READ, dead::onOne));
        routes.add(route(HttpMethod.PATCH, one, Use.PUBLISH, dead::onReprocess));
        routes.add(route(HttpMethod.DELETE, one, Use.PUBLISH, dead::onDelete));
    }

    private Route route(HttpMethod method, String path, Use use, Access.Handler handler) {
        return new Route(method, path, 0, access.gate(use, handler));
    }

    private static Route open(String path, Handler handler) {
        return new Route(HttpMethod.GET, path, 0, Access.correlated(Gate.open(handler)));
    }

    /** These pages speak of all tenants, so a key for one of them is not enough. */
    private Route status(String path, Handler handler) {
        Gate gate = config.anonymousEverywhere()
                ? Gate.open(handler)
                : pages.operators().apply(handler);
        return new Route(HttpMethod.GET, path, 0, Access.correlated(gate));
    }

    private void onReady(Request request, Route.Responder responder) {
        boolean ready = pages.ready().getAsBoolean();
        responder.respond(
                Dialect.json(ready ? 200 : 503, Map.of("message", ready ? "SERVER_IS_READY" : "SERVER_IS_NOT_READY")));
    }

    private static void onLive(Request request, Route.Responder responder) {
        responder.respond(Dialect.json(200, Map.of("message", "SERVER_IS_NOT_SHUTTING_DOWN")));
    }

    /** JSON, as the collector's clients expect, unless text is named and not liked less, or asked for. */
    private void onMetrics(Request request, Route.Responder responder) {
        Optional<String> format = request.parameter("format");
        String accept = request.header(HttpHeaderNames.ACCEPT).orElse("");
        Preference preference = Preference.of(accept);
        boolean named = accept.contains("text/plain") || accept.contains("openmetrics");
        boolean textWins = Math.max(preference.text(), preference.openMetrics()) > preference.json();
        boolean asText = format.map(word -> word.equals("prometheus")).orElse(named && textWins);
        Handler handler = asText ? pages.prometheus() : pages.metrics();
        handler.onRequest(request, response -> responder.respond(varying(response)));
    }

    private static Response varying(Response response) {
        boolean varies =
                response.fields().stream().anyMatch(field -> field.name().equals("vary"));
        return varies ? response : response.with("vary", "accept");
    }
}
