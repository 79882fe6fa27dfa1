package io.atalaya.edge;

import io.atalaya.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.function.Function;

/**
 * Health and metrics on the public port, at the paths that the restaurant gateway's clients and scrapers know.
 * Immutable. What is answered, and to whom, comes from outside: this package does not know operators.
 */
public final class PublicStatusRoutes {
    private final Pages pages;
    private final Function<Route.Handler, Route.Gate> operators;

    /**
     * What is answered.
     *
     * @param health the short health document
     * @param detailed the long one
     * @param metrics metrics as text
     */
    public record Pages(Route.Handler health, Route.Handler detailed, Route.Handler metrics) {}

    /** @param operators lets callers on this machine and operators pass to a handler, and nobody else */
    public PublicStatusRoutes(Pages pages, Function<Route.Handler, Route.Gate> operators) {
        this.pages = pages;
        this.operators = operators;
    }

    /** The routes to serve: the short health document to everyone, the rest to operators. */
    public List<Route> routes() {
        return List.of(
                Route.get("/ws/health", pages.health()),
                new Route(HttpMethod.GET, "/ws/health/detailed", 0, operators.apply(pages.detailed())),
                new Route(HttpMethod.GET, "/ws/metrics", 0, operators.apply(pages.metrics())));
    }
}
