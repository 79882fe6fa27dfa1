package io.atalaya.console;

import io.atalaya.http.Problem;
import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route;
import io.atalaya.http.Route.Responder;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves the files of the console. Thread-safe: the files are read once, when the first is asked for, and published as an
 * immutable map. A path is looked up among the files that are there, so that no path leads anywhere else.
 */
public final class ConsoleFiles {
    private static final String PREFIX = "/console/";
    private static final String INDEX = "index.html";

    /** What a page may load and whom it may talk to: nothing and nobody but this port. */
    static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String EXAMPLES = "examples/";

    /** The same for the example pages, which are clients: they connect to the public port, whatever its name is. */
    static final String EXAMPLES_POLICY =
            POLICY.replace("connect-src 'self'", "connect-src 'self' ws: wss: http: https:");

    private final Supplier<Map<String, Asset>> source;
    private final Executor worker;
    private final AtomicReference<@Nullable CompletableFuture<Map<String, Asset>>> files = new AtomicReference<>();

    /**
     * @param source reads the files, by their name below the console's folder; may block
     * @param worker runs what may block
     */
    public ConsoleFiles(Supplier<Map<String, Asset>> source, Executor worker) {
        this.source = source;
        this.worker = worker;
    }

    /** The routes to serve; open to everyone who reaches the port, since they show nothing of the gateway. */
    public List<Route> routes() {
        return List.of(Route.get("/", this::onFile), Route.get(PREFIX + "*", this::onFile));
    }

    private void onFile(Request request, Responder responder) {
        loaded().whenComplete(
                        (all, failure) -> responder.respond(failure == null ? answer(all, request) : unreadable()));
    }

    private CompletableFuture<Map<String, Asset>> loaded() {
        CompletableFuture<Map<String, Asset>> known = files.get();
        if (known != null) {
            return known;
        }
        var fresh = new CompletableFuture<Map<String, Asset>>();
        CompletableFuture<Map<String, Asset>> other = files.compareAndExchange(null, fresh);
        if (other != null) {
            return other;
        }
        fresh.whenComplete((_, failure) -> {
            if (failure != null) {
                files.compareAndSet(fresh, null);
            }
        });
        fresh.completeAsync(source, worker);
        return fresh;
    }

    private static Response answer(Map<String, Asset> all, Request request) {
        Asset asset = all.get(name(request.path()));
        if (asset == null) {
            return Response.problem(Problem.of(404, "the console has no such file"));
        }
        Asset.Form form = asset.form(accepts(request, "gzip"));
        boolean known = request.header(HttpHeaderNames.IF_NONE_MATCH)
                .filter(tags -> List.of(tags.split("\\s*,\\s*", -1)).contains(form.tag()))
                .isPresent();
        Response response = known ? Response.empty(304) : Response.of(200, asset.type(), form.bytes());
        return decorated(response, form, policy(name(request.path())));
    }

    private static String name(String path) {
        boolean index = path.equals("/") || path.equals(PREFIX);
        return index ? INDEX : path.substring(PREFIX.length());
    }

    private static boolean accepts(Request request, String coding) {
        for (String accepted :
                request.header(HttpHeaderNames.ACCEPT_ENCODING).orElse("").split(",", -1)) {
            String[] parts = accepted.strip().split("\\s*;\\s*", 2);
            boolean refused = parts.length > 1 && parts[1].matches("q=0(\\.0*)?");
            if (parts[0].equalsIgnoreCase(coding) && !refused) {
                return true;
            }
        }
        return false;
    }

    private static String policy(String name) {
        return name.startsWith(EXAMPLES) ? EXAMPLES_POLICY : POLICY;
    }

    private static Response decorated(Response response, Asset.Form form, String policy) {
        Response decorated = response.with("etag", form.tag())
                .with("cache-control", "no-cache")
                .with("vary", "accept-encoding")
                .with("content-security-policy", policy)
                .with("cross-origin-opener-policy", "same-origin")
                .with("cross-origin-resource-policy", "same-origin");
        return form.coding().isEmpty() ? decorated : decorated.with("content-encoding", form.coding());
    }

    private static Response unreadable() {
        return Response.problem(Problem.of(500, "the console's files cannot be read"));
    }
}
