package io.atalaya.operator;

import io.atalaya.http.Problem;
import io.atalaya.http.Request;
import io.atalaya.http.RequestHead;
import io.atalaya.http.Response;
import io.atalaya.http.Route;
import io.atalaya.http.Route.Admission;
import io.atalaya.http.Route.Gate;
import io.atalaya.http.Route.Handler;
import io.atalaya.http.Route.Responder;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Logging in and out with a browser, and who one is. Thread-safe: immutable, made of thread-safe parts. */
public final class LoginApi {
    private static final Logger log = LoggerFactory.getLogger(LoginApi.class);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int MAX_BODY_BYTES = 4 * 1024;

    private final OperatorGate gate;
    private final LoginLimit limit;
    private final Supplier<Map<String, Object>> about;

    /** @param about what operators are told of this gateway */
    public LoginApi(OperatorGate gate, LongSupplier nanoClock, Supplier<Map<String, Object>> about) {
        this.gate = gate;
        this.limit = new LoginLimit(nanoClock);
        this.about = about;
    }

    /** The routes to serve. */
    public List<Route> routes() {
        return List.of(
                Route.get("/api/v1/whoami", this::onWho),
                Route.post("/api/v1/login", MAX_BODY_BYTES, fromPages(this::onLogin)),
                Route.post("/api/v1/logout", MAX_BODY_BYTES, fromPages(this::onLogout)));
    }

    private Gate fromPages(Handler handler) {
        return head -> gate.provenance()
                .objectionToCookie(head)
                .<Admission>map(objection -> new Admission.Refused(Response.problem(Problem.of(403, objection))))
                .orElseGet(() -> new Admission.Admitted(handler));
    }

    private void onWho(Request request, Responder responder) {
        responder.respond(who(request.head()));
    }

    private Response who(RequestHead head) {
        return switch (gate.standing(head)) {
            case OperatorGate.Standing.Stranger _ -> json(stranger());
            case OperatorGate.Standing.Open _ -> json(known("open", Optional.empty()));
            case OperatorGate.Standing.Bearer _ -> json(known("bearer", Optional.empty()));
            case OperatorGate.Standing.LoggedIn(Instant expiresAt) -> json(known("cookie", Optional.of(expiresAt)));
        };
    }

    private Map<String, Object> stranger() {
        var page = new LinkedHashMap<String, Object>();
        page.put("authenticated", false);
        page.put("login_required", gate.token().isSet());
        return page;
    }

    private Map<String, Object> known(String via, Optional<Instant> expiresAt) {
        var page = new LinkedHashMap<String, Object>();
        page.put("authenticated", true);
        page.put("login_required", gate.token().isSet());
        page.put("via", via);
        expiresAt.ifPresent(instant -> page.put("expires_at", instant.toString()));
        page.putAll(about.get());
        return page;
    }

    private void onLogin(Request request, Responder responder) {
        if (!gate.token().isSet()) {
            responder.respond(who(request.head()));
            return;
        }
        Duration wait = limit.waitOf(request.remoteAddress());
        if (!wait.isZero()) {
            responder.respond(Response.problem(Problem.of(429, "token: too many wrong ones (expected: to wait)"))
                    .with("retry-after", Long.toString(wait.toSeconds() + 1)));
            return;
        }
        Optional<String> presented = presented(request);
        if (presented.isEmpty()) {
            responder.respond(
                    Response.problem(Problem.of(400, "body: not understood (expected: an object with token)")));
        } else if (gate.token().matches(presented.get())) {
            responder.respond(opened(request.head()));
        } else {
            limit.onFailure(request.remoteAddress());
            log.atWarn().addKeyValue("remote", request.remoteAddress()).log("login with a wrong token refused");
            responder.respond(Response.problem(Problem.of(401, "token: wrong (expected: the management token)")));
        }
    }

    private static Optional<String> presented(Request request) {
        try {
            JsonNode body = JSON.readTree(request.body());
            JsonNode token = body.path("token");
            return token.isString() && !token.asString().isEmpty() ? Optional.of(token.asString()) : Optional.empty();
        } catch (JacksonException _) {
            return Optional.empty();
        }
    }

    private Response opened(RequestHead head) {
        Logins.Opened login = gate.logins().open();
        log.atInfo().addKeyValue("remote", head.remoteAddress()).log("an operator has logged in");
        return json(known("cookie", Optional.of(login.expiresAt())))
                .with("set-cookie", cookie(head, login.secret(), Logins.LONGEST.toSeconds()));
    }

    private void onLogout(Request request, Responder responder) {
        gate.logins().close(request.head());
        responder.respond(json(stranger()).with("set-cookie", cookie(request.head(), "", 0)));
    }

    private static String cookie(RequestHead head, String value, long seconds) {
        String cookie = "%s=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d"
                .formatted(Logins.cookieName(head), value, seconds);
        boolean secure = head.header("x-forwarded-proto").orElse("").equalsIgnoreCase("https");
        return secure ? cookie + "; Secure" : cookie;
    }

    private static Response json(Map<String, Object> page) {
        return Response.json(200, JSON.writeValueAsBytes(page)).with("cache-control", "no-store");
    }
}
