package io.atalaya.management;

import io.atalaya.http.Route;
import io.atalaya.operator.OperatorGate;
import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The table of the management port. Immutable. */
public final class ManagementRoutes {
    private static final int MAX_BODY_BYTES = 64 * 1024;

    private final OperatorGate gate;
    private final Pages pages;

    /**
     * Everything that the port serves.
     *
     * @param config the configuration in force, members of a JSON object without secrets
     * @param more further pages for operators, by path
     * @param changes further pages for operators, with their methods
     */
    public record Pages(
            MetricsPages metrics,
            HealthPages health,
            BooksPages books,
            SessionsApi sessions,
            AssignmentsApi assignments,
            Map<String, Object> config,
            Map<String, Route.Handler> more,
            List<Page> changes) {
        public Pages {
            more = Map.copyOf(more);
            changes = List.copyOf(changes);
        }
    }

    /** One thing for operators, brought from elsewhere. Immutable. */
    public record Page(HttpMethod method, String path, Route.Handler handler) {}

    /** @throws IllegalArgumentException when the port would be open to everybody */
    public ManagementRoutes(ManagementConfig config, OperatorGate gate, Pages pages) {
        if (!config.safe()) {
            throw new IllegalArgumentException(
                    "management-host: %s without a token (expected: loopback, or a token)".formatted(config.host()));
        }
        this.gate = gate;
        this.pages = pages;
    }

    /** The routes to serve. Liveness and readiness are open: orchestrators come without a token. */
    public List<Route> routes() {
        var routes = new ArrayList<>(List.of(
                Route.get("/health/live", pages.health::onLive),
                Route.get("/health/ready", pages.health::onReady),
                get("/metrics", pages.metrics::onMetrics),
                get("/metrics/prometheus", pages.metrics::onPrometheus),
                get("/api/v1/books", pages.books::onBooks),
                get("/api/v1/config", (_, responder) -> responder.respond(Answers.json(200, pages.config))),
                get("/api/v1/quarantine", pages.books::onQuarantine),
                change(HttpMethod.POST, "/api/v1/sessions/disconnect", pages.sessions::onDisconnect),
                change(HttpMethod.POST, "/api/v1/revocations", pages.sessions::onRevoke),
                get("/api/v1/assignments", pages.assignments::onList),
                change(HttpMethod.PUT, "/api/v1/assignments", pages.assignments::onPut),
                change(HttpMethod.DELETE, "/api/v1/assignments", pages.assignments::onDelete)));
        pages.more.forEach((path, handler) -> routes.add(get(path, handler)));
        pages.changes.forEach(page -> routes.add(
                page.method().equals(HttpMethod.GET)
                        ? get(page.path(), page.handler())
                        : change(page.method(), page.path(), page.handler())));
        return routes;
    }

    private Route get(String path, Route.Handler handler) {
        return new Route(HttpMethod.GET, path, 0, gate.operators(answering(handler)));
    }

    private Route change(HttpMethod method, String path, Route.Handler handler) {
        return new Route(method, path, MAX_BODY_BYTES, gate.operators(answering(handler)));
    }

    /** Turns what a handler of these pages finds wrong with a request into an answer. */
    public static Route.Handler answering(Route.Handler handler) {
        return (request, responder) -> {
            try {
                handler.onRequest(request, responder);
            } catch (Answers.BadRequest bad) {
                responder.respond(bad.answer());
            }
        };
    }
}
