package io.atalaya.operator;

import io.atalaya.http.Problem;
import io.atalaya.http.RequestHead;
import io.atalaya.http.Response;
import io.atalaya.http.Route;
import io.atalaya.http.Route.Admission;
import io.atalaya.http.Routes;
import java.util.List;

/**
 * What holds for the whole operators' port: it is addressed by a name of its own, and its answers tell browsers not to
 * guess, frame or pass on. Immutable.
 */
public final class PortGuard {
    private static final String POLICY = "content-security-policy";

    private final HostNames hosts;
    private final OperatorToken token;

    /** @param token who presents it is no browser that was led here, whatever name it uses */
    public PortGuard(HostNames hosts, OperatorToken token) {
        this.hosts = hosts;
        this.token = token;
    }

    /** The same routes, guarded; answers that no route gives are marked like theirs. */
    public Routes guard(List<Route> routes) {
        List<Route> guarded = routes.stream()
                .map(route -> new Route(
                        route.method(), route.path(), route.maxBodyBytes(), head -> admit(head, route.gate())))
                .toList();
        return new Routes(guarded, PortGuard::marked);
    }

    private Admission admit(RequestHead head, Route.Gate gate) {
        if (!hosts.permits(head) && !token.isPresentedBy(head)) {
            return new Admission.Refused(Response.problem(Problem.of(
                    403,
                    "host: another name (expected: localhost, 127.0.0.1 or [::1], the port's own, or one of"
                            + " management-hosts)")));
        }
        return gate.admit(head);
    }

    private static Response marked(Response response) {
        Response marked = response.with("x-content-type-options", "nosniff").with("referrer-policy", "no-referrer");
        boolean hasPolicy =
                response.fields().stream().anyMatch(field -> field.name().equals(POLICY));
        return hasPolicy ? marked : marked.with(POLICY, "default-src 'none'; frame-ancestors 'none'");
    }
}
