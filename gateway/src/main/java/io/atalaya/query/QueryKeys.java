package io.atalaya.query;

import io.atalaya.edge.ApiKeys;
import io.atalaya.event.TenantId;
import io.atalaya.http.Problem;
import io.atalaya.http.Request;
import io.atalaya.http.RequestHead;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Admission;
import io.atalaya.http.Route.Responder;
import io.atalaya.ingest.IntakeConfig;
import io.atalaya.ingest.Submission.Scope;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.Optional;

/** Lets pass who has a key that reads. Immutable. */
public final class QueryKeys {
    private static final Response NO_KEY = unauthorized("authorization: missing (expected: Bearer <API key>)");
    private static final Response UNKNOWN_KEY = unauthorized("authorization: unknown key (expected: a query key)");
    private static final Response PUBLISH_KEY = Response.problem(
            Problem.of(403, "authorization: a publish key, which does not read (expected: a query key)"));

    private final ApiKeys queryKeys;
    private final ApiKeys publishKeys;

    public QueryKeys(IntakeConfig keys) {
        this.queryKeys = new ApiKeys(keys.queryKeys());
        this.publishKeys = new ApiKeys(keys.publishKeys());
    }

    /** Answers whoever has been let pass; not on an event loop's time. */
    @FunctionalInterface
    public interface Reader {
        void answer(Scope scope, Request request, Responder responder);
    }

    /** Decides on the head of a request. */
    public Admission admit(RequestHead head, Reader reader) {
        Optional<String> authorization = head.header(HttpHeaderNames.AUTHORIZATION);
        if (authorization.isEmpty()) {
            return new Admission.Refused(NO_KEY);
        }
        Optional<Scope> scope = queryKeys.scopeOf(authorization.get());
        if (scope.isPresent()) {
            return new Admission.Admitted((request, responder) -> reader.answer(scope.get(), request, responder));
        }
        boolean publishes = publishKeys.scopeOf(authorization.get()).isPresent();
        return new Admission.Refused(publishes ? PUBLISH_KEY : UNKNOWN_KEY);
    }

    /** The tenant asked for, else the key's; empty when the key speaks for all and none was named. */
    public static Optional<TenantId> tenant(Scope scope, Parameters parameters) {
        Optional<String> named = parameters.text("tenant");
        if (named.isPresent() && !TenantId.isValid(named.get())) {
            parameters.fault("tenant", named.get(), "1 to 64 of [A-Za-z0-9._-]");
            return scope.tenant();
        }
        return named.map(TenantId::new).or(scope::tenant);
    }

    /** The answer to a key that asks for another tenant. */
    public static Response otherTenant(TenantId tenant) {
        return Response.problem(Problem.of(403, "tenant: %s (expected: the tenant of the API key)".formatted(tenant)));
    }

    /** RFC 6750 section 3. */
    private static Response unauthorized(String detail) {
        return Response.problem(Problem.of(401, detail)).with("www-authenticate", "Bearer");
    }
}
