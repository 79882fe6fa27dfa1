package io.atalaya.operator;

import io.atalaya.http.Problem;
import io.atalaya.http.RequestHead;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Admission;
import io.atalaya.http.Route.Gate;
import io.atalaya.http.Route.Handler;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides who is an operator. Immutable; made of thread-safe parts.
 *
 * <p>With a token, who presents it, or has logged in with it. Without one the management port is bound to loopback, and
 * being there is enough; but a browser on the same machine is there too, so the Host field must name loopback (against
 * DNS rebinding), nothing may be asked for by another site's page, and bodies must be declared as JSON, which such a page
 * cannot do without asking first.
 */
public final class OperatorGate {
    /** What proxies add; who comes through one is not on this machine. */
    private static final List<String> FORWARDED =
            List.of("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via");

    private final OperatorToken token;
    private final Logins logins;
    private final Provenance provenance;

    /** @param logins those of browsers */
    public OperatorGate(OperatorToken token, HostNames hosts, Logins logins) {
        this.token = token;
        this.logins = logins;
        this.provenance = new Provenance(hosts);
    }

    /** What a request makes of who sent it. */
    sealed interface Standing {
        /** Nobody known. */
        record Stranger() implements Standing {}

        /** No token is asked for, and the caller is on this machine. */
        record Open() implements Standing {}

        /** Who presents the token. */
        record Bearer() implements Standing {}

        /** A browser that has logged in. */
        record LoggedIn(Instant expiresAt) implements Standing {}
    }

    Standing standing(RequestHead head) {
        if (!token.isSet()) {
            return isLocal(head) ? new Standing.Open() : new Standing.Stranger();
        }
        if (token.isPresentedBy(head)) {
            return new Standing.Bearer();
        }
        return logins.expiryOf(head).<Standing>map(Standing.LoggedIn::new).orElseGet(Standing.Stranger::new);
    }

    OperatorToken token() {
        return token;
    }

    Logins logins() {
        return logins;
    }

    Provenance provenance() {
        return provenance;
    }

    /** For routes of the management port. */
    public Gate operators(Handler handler) {
        return head -> admit(refusal(head), handler);
    }

    /**
     * Whether whoever sent a request that was let in would be let in again: a stream outlives the login that opened it by
     * no more than the time between two questions.
     */
    public BooleanSupplier stillLetIn(RequestHead head) {
        return () -> !(standing(head) instanceof Standing.Stranger);
    }

    /**
     * For routes of the public port: callers on this machine that come straight and address it as such, and everybody
     * else with the token.
     */
    public Gate localOrOperators(Handler handler) {
        return head -> admit(isLocal(head) ? null : refusalOfStranger(head), handler);
    }

    private static Admission admit(@Nullable Response refusal, Handler handler) {
        return refusal == null ? new Admission.Admitted(handler) : new Admission.Refused(refusal);
    }

    private @Nullable Response refusal(RequestHead head) {
        Optional<Response> stranger = switch (standing(head)) {
            case Standing.Bearer _ -> Optional.empty();
            case Standing.Open _ -> provenance.objection(head).map(OperatorGate::forbidden);
            case Standing.LoggedIn _ -> provenance.objectionToCookie(head).map(OperatorGate::forbidden);
            case Standing.Stranger _ ->
                Optional.of(
                        token.isSet()
                                ? unauthorized()
                                : forbidden("caller: not straight from this machine, or under another name"
                                        + " (expected: localhost, 127.0.0.1 or [::1], or a token)"));
        };
        if (stranger.isEmpty() && hasBody(head) && !isJson(head)) {
            return Response.problem(Problem.of(415, "content-type: not JSON (expected: application/json)"))
                    .with("accept", Response.JSON);
        }
        return stranger.orElse(null);
    }

    private @Nullable Response refusalOfStranger(RequestHead head) {
        if (!token.isSet()) {
            return forbidden("caller: not on this machine (expected: to be, or a token)");
        }
        return token.isPresentedBy(head) ? null : unauthorized();
    }

    private static Response forbidden(String detail) {
        return Response.problem(Problem.of(403, detail));
    }

    /** RFC 6750 section 3. */
    private static Response unauthorized() {
        return Response.problem(
                        Problem.of(401, "authorization: missing or wrong (expected: Bearer <management token>)"))
                .with("www-authenticate", "Bearer");
    }

    /** Whether a caller is on this machine, comes straight and addresses it as such. */
    public static boolean isLocal(RequestHead head) {
        return head.remoteAddress() instanceof InetSocketAddress peer
                && peer.getAddress() != null
                && peer.getAddress().isLoopbackAddress()
                && FORWARDED.stream().noneMatch(head.headers()::contains)
                && HostNames.namesLoopback(head);
    }

    private static boolean hasBody(RequestHead head) {
        if (head.method().equals(HttpMethod.POST) || head.method().equals(HttpMethod.PUT)) {
            return true;
        }
        return head.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)
                || !head.header(HttpHeaderNames.CONTENT_LENGTH).orElse("0").equals("0");
    }

    private static boolean isJson(RequestHead head) {
        String type = head.header(HttpHeaderNames.CONTENT_TYPE).orElse("");
        return type.split(";", 2)[0].strip().equalsIgnoreCase(Response.JSON);
    }
}
