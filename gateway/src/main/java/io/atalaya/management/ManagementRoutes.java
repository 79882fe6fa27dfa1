package io.atalaya.management;

import io.atalaya.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The table of the management port. Immutable. */
public final class ManagementRoutes {
    private static final int MAX_BODY_BYTES = 64 * 1024;

    private final ManagementConfig config;
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
    public ManagementRoutes(ManagementConfig config, Pages pages) {
        if (!config.safe()) {
            throw new IllegalArgumentException(
                    "management-host: %s without a token (expected: loopback, or a token)".formatted(config.host()));
        }
        this.config = config;
        this.pages = pages;
    }

    /** The routes to serve. Liveness and readiness are open: orchestrators come without a token. */
    public List<Route> routes() {
        var gate = new OperatorGate(config);
        var routes = new ArrayList<>(List.of(
                Route.get("/health/live", pages.health::onLive),
                Route.get("/health/ready", pages.health::onReady),
                get("/metrics", gate, pages.metrics::onMetrics),
                get("/metrics/prometheus", gate, pages.metrics::onPrometheus),
                get("/api/v1/books", gate, pages.books::onBooks),
                get("/api/v1/config", gate, (_, responder) -> responder.respond(Answers.json(200, pages.config))),
                get("/api/v1/quarantine", gate, pages.books::onQuarantine),
                get("/api/v1/sessions", gate, pages.sessions::onList),
                change(HttpMethod.POST, "/api/v1/sessions/disconnect", gate, pages.sessions::onDisconnect),
                change(HttpMethod.POST, "/api/v1/revocations", gate, pages.sessions::onRevoke),
                get("/api/v1/assignments", gate, pages.assignments::onList),
                change(HttpMethod.PUT, "/api/v1/assignments", gate, pages.assignments::onPut),
                change(HttpMethod.DELETE, "/api/v1/assignments", gate, pages.assignments::onDelete)));
        pages.more.forEach((path, handler) -> routes.add(get(path, gate, handler)));
        pages.changes.forEach(page -> routes.add(
                page.method().equals(HttpMethod.GET)
                        ? get(page.path(), gate, page.handler())
                        : change(page.method(), page.path(), gate, page.handler())));
        return routes;
    }

    private static Route get(String path, OperatorGate gate, Route.Handler handler) {
        return new Route(HttpMethod.GET, path, 0, gate.operators(handler));
    }

    private static Route change(HttpMethod method, String path, OperatorGate gate, Route.Handler handler) {
        return new Route(method, path, MAX_BODY_BYTES, gate.operators(handler));
    }
}
