package io.atalaya.collector;

import io.atalaya.edge.ApiKeys;
import io.atalaya.event.TenantId;
import io.atalaya.http.Request;
import io.atalaya.http.RequestHead;
import io.atalaya.http.Response;
import io.atalaya.http.Route;
import io.atalaya.http.Route.Admission;
import io.atalaya.ingest.IntakeConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Who may do what on the collector's paths, and for which tenant: the holders of API keys for theirs and, where the
 * configuration says so, everybody else for the profile's. Immutable.
 */
final class Access {
    private static final Pattern CORRELATION_ID = Pattern.compile("[\\x21-\\x7e]{1,128}");
    private static final String CORRELATION = "x-correlation-id";

    private final CollectorConfig config;
    private final TenantId usual;
    private final ApiKeys publishKeys;
    private final ApiKeys queryKeys;
    private final Predicate<RequestHead> isLocal;

    /**
     * @param usual the tenant of keys that speak for every tenant, and of those without a key
     * @param isLocal whether a caller is on this machine, comes straight and addresses it as such
     */
    Access(CollectorConfig config, TenantId usual, IntakeConfig keys, Predicate<RequestHead> isLocal) {
        this.config = config;
        this.usual = usual;
        this.publishKeys = new ApiKeys(keys.publishKeys());
        this.queryKeys = new ApiKeys(keys.queryKeys());
        this.isLocal = isLocal;
    }

    /** What a path is used for. */
    enum Use {
        READ,
        PUBLISH
    }

    /** Answers a request that speaks for a tenant. */
    @FunctionalInterface
    interface Handler {
        void onRequest(TenantId tenant, Request request, Route.Responder responder);
    }

    /** Lets those pass to {@code handler} who may; every answer carries the correlation id. */
    Route.Gate gate(Use use, Handler handler) {
        return head -> {
            String correlation = correlationId(head);
            Optional<TenantId> tenant = tenant(use, head);
            if (tenant.isEmpty()) {
                return new Admission.Refused(refusal(use, head).with(CORRELATION, correlation));
            }
            return new Admission.Admitted((request, responder) -> handler.onRequest(
                    tenant.get(), request, response -> responder.respond(response.with(CORRELATION, correlation))));
        };
    }

    /** As {@link #gate}, with another gate's decision. */
    static Route.Gate correlated(Route.Gate gate) {
        return head -> {
            String correlation = correlationId(head);
            return switch (gate.admit(head)) {
                case Admission.Refused(Response response) ->
                    new Admission.Refused(response.with(CORRELATION, correlation));
                case Admission.Admitted(Route.Handler handler) ->
                    new Admission.Admitted((request, responder) -> handler.onRequest(
                            request, response -> responder.respond(response.with(CORRELATION, correlation))));
            };
        };
    }

    private static String correlationId(RequestHead head) {
        return head.header(CORRELATION)
                .filter(CORRELATION_ID.asMatchPredicate())
                .orElseGet(() -> UUID.randomUUID().toString());
    }

    private Optional<TenantId> tenant(Use use, RequestHead head) {
        Optional<String> authorization = head.header(HttpHeaderNames.AUTHORIZATION);
        if (authorization.isPresent()) {
            return keys(use)
                    .scopeOf(authorization.get())
                    .map(scope -> scope.tenant().orElse(usual));
        }
        return config.anonymousEverywhere() || (config.anonymousHere() && isLocal.test(head))
                ? Optional.of(usual)
                : Optional.empty();
    }

    private ApiKeys keys(Use use) {
        return switch (use) {
            case READ -> queryKeys;
            case PUBLISH -> publishKeys;
        };
    }

    /** RFC 6750 section 3. */
    private static Response refusal(Use use, RequestHead head) {
        String kind = use == Use.READ ? "query" : "publish";
        String found =
                head.headers().contains(HttpHeaderNames.AUTHORIZATION) ? "not a %s key".formatted(kind) : "missing";
        String message = "authorization: %s (expected: Bearer <%s key>)".formatted(found, kind);
        return Dialect.error(401, message, "UNAUTHORIZED").with("www-authenticate", "Bearer");
    }
}
