package io.atalaya.management;

import static java.util.concurrent.CompletableFuture.completedFuture;

import io.atalaya.auth.Authenticator.Standing;
import io.atalaya.auth.RevocationList;
import io.atalaya.event.TenantId;
import io.atalaya.http.Problem;
import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Responder;
import io.atalaya.hub.Hub;
import io.atalaya.hub.SessionView;
import io.atalaya.protocol.CloseReason;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** How to end sessions, and credentials. Immutable. */
public final class SessionsApi {
    private static final Logger log = LoggerFactory.getLogger(SessionsApi.class);
    private static final int MAX_NAME_LENGTH = 512;
    /** For a token of which nobody knows when it ends. */
    private static final Duration LONGEST_TOKEN = Duration.ofDays(30);

    private static final Set<String> DISCONNECT_MEMBERS = Set.of("id", "tenant", "subject");
    private static final Set<String> REVOCATION_MEMBERS = Set.of("token_id", "expires_at", "tenant", "subject");

    private final Hub hub;
    private final RevocationList revocations;
    private final Hub.Standings standings;
    private final InstantSource clock;

    /**
     * @param revocations the list that authentication asks
     * @param standings authentication, which knows what the list has to be asked for whom
     */
    public SessionsApi(Hub hub, RevocationList revocations, Hub.Standings standings, InstantSource clock) {
        this.hub = hub;
        this.revocations = revocations;
        this.standings = standings;
        this.clock = clock;
    }

    /** {@code POST /api/v1/sessions/disconnect}: by id, or by tenant and subject. Its clients may come back. */
    public void onDisconnect(Request request, Responder responder) {
        JsonNode body = Answers.object(request, DISCONNECT_MEMBERS);
        Function<SessionView, Boolean> wanted = body.has("id") ? byId(body) : subjectOf(body)::matches;
        Answers.respond(responder, hub.close(wanted, CloseReason.DISCONNECTED).thenApply(closed -> {
            log.atInfo().addKeyValue("sessions", closed).log("sessions disconnected by an operator");
            return Answers.json(200, Map.of("closed", closed));
        }));
    }

    private static Function<SessionView, Boolean> byId(JsonNode body) {
        JsonNode id = body.path("id");
        if (!id.isIntegralNumber() || !id.canConvertToLong() || body.size() != 1) {
            throw new Answers.BadRequest(
                    "id: not a number, or not alone (expected: a session's id, or tenant and subject)");
        }
        long wanted = id.asLong();
        return session -> session.id() == wanted;
    }

    /**
     * {@code POST /api/v1/revocations}: a token, or every token of a subject issued until now. Their open sessions are
     * closed with 4001 before the answer.
     */
    public void onRevoke(Request request, Responder responder) {
        JsonNode body = Answers.object(request, REVOCATION_MEMBERS);
        Answers.respond(responder, body.has("token_id") ? revokeToken(body) : revokeSubject(body));
    }

    private CompletionStage<Response> revokeToken(JsonNode body) {
        String tokenId = name(body, "token_id");
        if (body.has("tenant") || body.has("subject")) {
            throw new Answers.BadRequest("token_id: not alone (expected: a token, or tenant and subject)");
        }
        Instant end = body.has("expires_at")
                ? instant(body.path("expires_at"))
                : clock.instant().plus(LONGEST_TOKEN);
        return revoked(
                revocations.revokeToken(tokenId, end),
                session -> tokenId.equals(session.principal().tokenId()));
    }

    private CompletionStage<Response> revokeSubject(JsonNode body) {
        Subject subject = subjectOf(body);
        if (body.has("expires_at")) {
            throw new Answers.BadRequest("expires_at: with a subject (expected: with a token_id only)");
        }
        return revoked(revocations.revokeUser(subject.tenant(), subject.name(), clock.instant()), subject::mayMean);
    }

    /** Once the list has it, closes those of {@code suspects} that do not stand any more. */
    private CompletionStage<Response> revoked(CompletionStage<Void> written, Function<SessionView, Boolean> suspects) {
        return written.handle((_, failure) -> failure == null
                        ? afterRevocation(suspects)
                        : completedFuture(Response.problem(
                                Problem.of(503, "the revocation list could not be written; nothing is revoked"))))
                .thenCompose(answer -> answer);
    }

    private CompletionStage<Response> afterRevocation(Function<SessionView, Boolean> suspects) {
        // before the search: who joins behind it sees that there is something new to ask about
        hub.onRevoked();
        return closeRevoked(suspects);
    }

    private CompletionStage<Response> closeRevoked(Function<SessionView, Boolean> suspects) {
        Set<Long> revoked = ConcurrentHashMap.newKeySet();
        Set<Long> unknown = ConcurrentHashMap.newKeySet();
        return hub.sessions(suspects)
                .thenCompose(sessions -> judge(sessions, revoked, unknown))
                .thenCompose(_ -> hub.close(session -> revoked.contains(session.id()), CloseReason.TOKEN_ENDED))
                .thenApply(closed -> {
                    log.atInfo().addKeyValue("sessions", closed).log("credential revoked by an operator");
                    var page = Answers.map();
                    page.put("revoked", true);
                    page.put("closed", closed);
                    page.put("unchecked", unknown.size());
                    return Answers.json(200, page);
                });
    }

    private CompletionStage<Void> judge(List<SessionView> sessions, Set<Long> revoked, Set<Long> unknown) {
        var answers = new HashSet<CompletableFuture<Void>>();
        for (SessionView session : sessions) {
            answers.add(standings
                    .of(session.principal())
                    .exceptionally(_ -> Standing.UNKNOWN)
                    .thenAccept(standing -> {
                        switch (standing) {
                            case REVOKED -> revoked.add(session.id());
                            case UNKNOWN -> unknown.add(session.id());
                            case GOOD, EXPIRED -> {}
                        }
                    })
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new));
    }

    private static Instant instant(JsonNode value) {
        try {
            return value.isIntegralNumber() ? Instant.ofEpochSecond(value.asLong()) : Instant.parse(value.asString(""));
        } catch (DateTimeException | ArithmeticException _) {
            throw new Answers.BadRequest("expires_at: not a time (expected: Unix seconds or RFC 3339 in UTC)");
        }
    }

    /** What is remembered for long must not be long. */
    private static String name(JsonNode body, String member) {
        String name = Answers.text(body, member);
        if (name.length() > MAX_NAME_LENGTH) {
            throw new Answers.BadRequest(
                    "%s: %d characters (expected: at most %d)".formatted(member, name.length(), MAX_NAME_LENGTH));
        }
        return name;
    }

    private static Subject subjectOf(JsonNode body) {
        String tenant = Answers.text(body, "tenant");
        if (!TenantId.isValid(tenant)) {
            throw new Answers.BadRequest("tenant: %.64s (expected: 1 to 64 of [A-Za-z0-9._-])".formatted(tenant));
        }
        return new Subject(new TenantId(tenant), name(body, "subject"));
    }

    private record Subject(TenantId tenant, String name) {
        /** Guests are revoked by the number of their session, negated, since a user may have the same number. */
        boolean mayMean(SessionView session) {
            return matches(session)
                    || (session.principal().tenant().equals(tenant)
                            && name.equals("-" + session.principal().subject()));
        }

        boolean matches(SessionView session) {
            return session.principal().tenant().equals(tenant)
                    && session.principal().subject().equals(name);
        }
    }
}
