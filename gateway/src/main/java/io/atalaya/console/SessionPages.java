package io.atalaya.console;

import io.atalaya.auth.Principal;
import io.atalaya.console.SessionSearch.Found;
import io.atalaya.console.SessionSearch.Wanted;
import io.atalaya.http.Problem;
import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Handler;
import io.atalaya.http.Route.Responder;
import io.atalaya.hub.Hub;
import io.atalaya.hub.SessionView;
import io.atalaya.hub.SessionView.Figures;
import io.atalaya.profile.AuthenticationScheme;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.Profile;
import io.atalaya.query.Parameters;
import io.atalaya.query.Reads;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Who is connected, and one session in detail. Immutable; made of thread-safe parts. */
public final class SessionPages {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String PATH = "/api/v1/sessions";
    private static final int USUAL_LIMIT = 100;
    private static final int MAX_LIMIT = 10_000;

    private final SessionSearch search;
    private final Profile profile;
    private final Reads reads;

    /** @param reads for these pages */
    public SessionPages(Hub hub, Profile profile, Reads reads) {
        this.search = new SessionSearch(hub);
        this.profile = profile;
        this.reads = reads;
    }

    /** The pages by path. */
    public Map<String, Handler> pages() {
        return Map.of(PATH, this::onList, PATH + "/*", this::onShow);
    }

    /** {@code GET /api/v1/sessions?tenant=&endpoint=&subject=&q=&topic=&limit=&after=}. */
    void onList(Request request, Responder responder) {
        var parameters = new Parameters(request.head());
        var wanted = new Wanted(
                parameters.text("tenant").orElse(""),
                parameters.text("endpoint").orElse(""),
                parameters.text("subject").orElse(""),
                parameters.text("q").orElse(""),
                parameters.text("topic").orElse(""),
                after(parameters),
                parameters.number("limit", 1, MAX_LIMIT, USUAL_LIMIT));
        parameters.rejectOthers();
        if (!parameters.faults().isEmpty()) {
            responder.respond(parameters.refusal());
            return;
        }
        reads.answer(responder, () -> list(search.find(wanted)));
    }

    private static long after(Parameters parameters) {
        String text = parameters.text("after").orElse("-1");
        if (!text.matches("-1|\\d{1,18}")) {
            parameters.fault("after", text, "the next of the page before");
            return -1;
        }
        return Long.parseLong(text);
    }

    private static Response list(Found found) {
        var page = new LinkedHashMap<String, Object>();
        page.put("total", found.total());
        page.put("truncated", found.more());
        page.put("next", found.more() ? found.page().getLast().id() : null);
        page.put("sessions", found.page().stream().map(SessionPages::members).toList());
        return json(page);
    }

    /** {@code GET /api/v1/sessions/{id}}. */
    void onShow(Request request, Responder responder) {
        String rest = request.path().substring(PATH.length() + 1);
        if (!rest.matches("\\d{1,18}")) {
            responder.respond(absent());
            return;
        }
        reads.answer(
                responder,
                () -> search.find(Long.parseLong(rest))
                        .map(session -> json(detail(session)))
                        .orElseGet(SessionPages::absent));
    }

    private static Response absent() {
        return Response.problem(Problem.of(404, "there is no such page or open session"));
    }

    private Map<String, Object> detail(SessionView session) {
        Principal principal = session.principal();
        Map<String, Object> page = members(session);
        var endpoint = profile.endpoints().get(session.endpoint());
        page.put("path", endpoint == null ? null : endpoint.path());
        page.put("scheme", principal.scheme());
        page.put("token_id", principal.tokenId());
        page.put("revoked_as", revokedAs(endpoint, principal));
        page.put("issued_at", principal.issuedAt().toString());
        page.put("claims", new TreeMap<>(principal.scope()));
        page.put("replaying", session.figures().replaying());
        return page;
    }

    /** The subject that revokes all tokens of this one: guests' sessions have numbers like users. */
    private static String revokedAs(@Nullable Endpoint endpoint, Principal principal) {
        boolean guest = endpoint != null
                && endpoint.authentication().acceptedBy(principal.scheme()).kind()
                        == AuthenticationScheme.Kind.TABLE_TOKEN;
        return guest ? "-" + principal.subject() : principal.subject();
    }

    private static Map<String, Object> members(SessionView session) {
        Principal principal = session.principal();
        Figures figures = session.figures();
        var page = new LinkedHashMap<String, Object>();
        page.put("id", session.id());
        page.put("endpoint", session.endpoint());
        page.put("tenant", principal.tenant().value());
        page.put("subject", principal.subject());
        page.put("roles", principal.roles().stream().sorted().toList());
        page.put(
                "topics",
                session.topics().stream().map(Object::toString).sorted().toList());
        page.put("transport", session.wire().label());
        page.put("silent_seconds", session.silentSeconds());
        page.put("pending", session.pending());
        page.put("pending_bytes", figures.pendingBytes());
        page.put("sent", figures.sent());
        page.put("conflated", figures.conflated());
        page.put("dropped", figures.dropped());
        page.put(
                "round_trip_ms",
                figures.roundTripSeconds().isPresent()
                        ? Math.round(figures.roundTripSeconds().getAsDouble() * 1e6) / 1e3
                        : null);
        page.put("connected_at", figures.connectedAt().toString());
        page.put("remote", text(figures.remote()));
        page.put(
                "expires_at",
                principal.expiresAt().equals(Instant.MAX)
                        ? null
                        : principal.expiresAt().toString());
        return page;
    }

    private static String text(SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
                : String.valueOf(address);
    }

    private static Response json(Map<String, Object> page) {
        return Response.json(200, JSON.writeValueAsBytes(page)).with("cache-control", "no-store");
    }
}
