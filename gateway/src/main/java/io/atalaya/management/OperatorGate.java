package io.atalaya.management;

import io.atalaya.http.Problem;
import io.atalaya.http.RequestHead;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Admission;
import io.atalaya.http.Route.Gate;
import io.atalaya.http.Route.Handler;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides who is an operator. Immutable.
 *
 * <p>With a token, who presents it. Without one the management port is bound to loopback, and being there is enough;
 * but a browser on the same machine is there too, so the Host field must name loopback (against DNS rebinding) and
 * bodies must be declared as JSON, which another site's page cannot do without asking first.
 */
public final class OperatorGate {
    private static final String BEARER = "Bearer ";
    /** What proxies add; who comes through one is not on this machine. */
    private static final List<String> FORWARDED =
            List.of("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via");

    private final Optional<byte[]> token;

    /** @param config its token is the one asked for */
    public OperatorGate(ManagementConfig config) {
        this.token = config.token().filter(text -> !text.isEmpty()).map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    /** For routes of the management port. */
    public Gate operators(Handler handler) {
        return head -> admit(refusal(head), handler);
    }

    /**
     * For routes of the public port: callers on this machine that come straight and address it as such, and everybody
     * else with the token.
     */
    public Gate localOrOperators(Handler handler) {
        return head -> admit(isLocal(head) ? null : refusalOfStranger(head), handler);
    }

    private static Admission admit(@Nullable Response refusal, Handler handler) {
        return refusal == null ? new Admission.Admitted(answering(handler)) : new Admission.Refused(refusal);
    }

    /** Turns what the handler finds wrong with a request into an answer. */
    private static Handler answering(Handler handler) {
        return (request, responder) -> {
            try {
                handler.onRequest(request, responder);
            } catch (Answers.BadRequest bad) {
                responder.respond(bad.answer());
            }
        };
    }

    private @Nullable Response refusal(RequestHead head) {
        if (token.isPresent()) {
            if (!hasToken(head)) {
                return unauthorized();
            }
        } else if (!namesLoopback(head)) {
            return Response.problem(
                    Problem.of(403, "host: another name (expected: localhost, 127.0.0.1 or [::1], or a token)"));
        }
        if (hasBody(head) && !isJson(head)) {
            return Response.problem(Problem.of(415, "content-type: not JSON (expected: application/json)"))
                    .with("accept", Response.JSON);
        }
        return null;
    }

    private @Nullable Response refusalOfStranger(RequestHead head) {
        if (token.isEmpty()) {
            return Response.problem(Problem.of(403, "caller: not on this machine (expected: to be, or a token)"));
        }
        return hasToken(head) ? null : unauthorized();
    }

    /** RFC 6750 section 3. */
    private static Response unauthorized() {
        return Response.problem(
                        Problem.of(401, "authorization: missing or wrong (expected: Bearer <management token>)"))
                .with("www-authenticate", "Bearer");
    }

    private boolean hasToken(RequestHead head) {
        String authorization = head.header(HttpHeaderNames.AUTHORIZATION).orElse("");
        if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return false;
        }
        byte[] presented = authorization.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8);
        return token.filter(expected -> MessageDigest.isEqual(presented, expected))
                .isPresent();
    }

    /** Whether a caller is on this machine, comes straight and addresses it as such. */
    public static boolean isLocal(RequestHead head) {
        return head.remoteAddress() instanceof InetSocketAddress peer
                && peer.getAddress() != null
                && peer.getAddress().isLoopbackAddress()
                && FORWARDED.stream().noneMatch(head.headers()::contains)
                && namesLoopback(head);
    }

    private static boolean namesLoopback(RequestHead head) {
        return isLoopback(hostOf(head.header(HttpHeaderNames.HOST).orElse("")));
    }

    /** The host without the port (RFC 9110 section 7.2). */
    private static String hostOf(String field) {
        if (field.startsWith("[")) {
            int end = field.indexOf(']');
            return end < 0 ? "" : field.substring(1, end);
        }
        int colon = field.indexOf(':');
        return colon < 0 ? field : field.substring(0, colon);
    }

    /** Whether a host names this machine and nothing else, without asking a name server. */
    static boolean isLoopback(String host) {
        if (host.toLowerCase(Locale.ROOT).equals("localhost")) {
            return true;
        }
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
        return address != null && address.isLoopbackAddress();
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
