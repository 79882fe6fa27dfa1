package io.atalaya.query;

import io.atalaya.archive.ArchiveLedger;
import io.atalaya.archive.DeadLetters;
import io.atalaya.archive.DeadLetters.DeadLetter;
import io.atalaya.archive.DeadLetters.Redriven;
import io.atalaya.archive.DeadLetters.Summary;
import io.atalaya.archive.Rejection;
import io.atalaya.event.Cursor;
import io.atalaya.http.Problem;
import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Handler;
import io.atalaya.http.Route.Responder;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the archive refused, for operators: looked at, archived after all, or deleted for good. Immutable. A dead letter
 * is named by its event's log position.
 */
public final class DeadLettersApi {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String PATH = "/api/v1/dead-letters";
    private static final String REDRIVE = "/redrive";
    private static final int USUAL_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;

    private final DeadLetters letters;
    private final ArchiveLedger ledger;
    private final Reads reads;

    /** One thing that it serves. Immutable. */
    public record Served(HttpMethod method, String path, Handler handler) {}

    /**
     * @param letters for reading
     * @param ledger for changes
     * @param reads for these pages alone
     */
    public DeadLettersApi(DeadLetters letters, ArchiveLedger ledger, Reads reads) {
        this.letters = letters;
        this.ledger = ledger;
        this.reads = reads;
    }

    /** What it serves; to be put behind the operators' gate. */
    public List<Served> routes() {
        return List.of(
                new Served(HttpMethod.GET, PATH, this::onList),
                new Served(HttpMethod.GET, PATH + "/*", this::onShow),
                new Served(HttpMethod.DELETE, PATH + "/*", this::onDiscard),
                new Served(HttpMethod.POST, PATH + "/*", this::onPost));
    }

    /** {@code GET /api/v1/dead-letters?code=&after=&limit=}: a page, and how many there are altogether. */
    void onList(Request request, Responder responder) {
        var parameters = new Parameters(request.head());
        @Nullable String code = parameters.text("code").orElse(null);
        Optional<String> text = parameters.text("after");
        @Nullable Cursor after = text.flatMap(Cursor::parse).orElse(null);
        if (text.isPresent() && after == null) {
            parameters.fault("after", text.get(), "the id of a dead letter");
        }
        int limit = parameters.number("limit", 1, MAX_LIMIT, USUAL_LIMIT);
        parameters.rejectOthers();
        if (!parameters.faults().isEmpty()) {
            responder.respond(parameters.refusal());
            return;
        }
        reads.answer(responder, () -> {
            Summary summary = letters.summary();
            List<DeadLetter> page = letters.page(code, after, limit);
            var answer = new LinkedHashMap<String, Object>();
            answer.put("total", summary.total());
            answer.put("by_code", new TreeMap<>(summary.byCode()));
            answer.put("oldest", summary.oldest().map(Instant::toString).orElse(null));
            answer.put(
                    "dead_letters", page.stream().map(DeadLettersApi::members).toList());
            answer.put("next", page.size() < limit ? null : id(page.getLast()));
            return json(answer);
        });
    }

    /** {@code GET /api/v1/dead-letters/{id}}: one of them with its event. */
    void onShow(Request request, Responder responder) {
        about(
                request,
                responder,
                "",
                position -> letters.find(position)
                        .map(letter -> {
                            Map<String, Object> members = members(letter);
                            members.put(
                                    "scope",
                                    new TreeMap<>(letter.entry().event().scope()));
                            members.put("body", letter.entry().event().body().toString());
                            return json(members);
                        })
                        .orElseGet(() -> absent(position)));
    }

    /** {@code DELETE /api/v1/dead-letters/{id}}: deletes one for good; it counts as discarded. */
    void onDiscard(Request request, Responder responder) {
        about(
                request,
                responder,
                "",
                position -> ledger.discard(position) ? json(Map.of("discarded", true)) : absent(position));
    }

    /** {@code POST /api/v1/dead-letters/{id}/redrive}, and {@code …/redrive} for all of a code. */
    void onPost(Request request, Responder responder) {
        if (request.path().equals(PATH + REDRIVE)) {
            onRedriveAll(request, responder);
            return;
        }
        about(request, responder, REDRIVE, position -> switch (ledger.redrive(position)) {
            case Redriven.Archived _ -> json(Map.of("archived", true));
            case Redriven.StillRejected still ->
                Response.problem(Problem.of(
                                409,
                                "the archive still refuses it: "
                                        + still.rejection().text())
                        .with("code", still.rejection().code()));
            case Redriven.Absent _ -> absent(position);
        });
    }

    /**
     * {@code POST /api/v1/dead-letters/redrive} with {@code {"code":"23514","after":"…"}}, both optional: tries the next
     * thousand. {@code next} is there when there may be more; those refused again are behind it.
     */
    private void onRedriveAll(Request request, Responder responder) {
        Optional<JsonNode> body = body(request);
        if (body.isEmpty()) {
            responder.respond(Response.problem(
                    Problem.of(400, "body: not understood (expected: an object with code and after, both optional)")));
            return;
        }
        @Nullable String code = body.get().path("code").asStringOpt().orElse(null);
        @Nullable
        Cursor after =
                body.get().path("after").asStringOpt().flatMap(Cursor::parse).orElse(null);
        reads.answer(responder, () -> redriveAll(code, after));
    }

    private Response redriveAll(@Nullable String code, @Nullable Cursor after) {
        List<DeadLetter> page = letters.page(code, after, MAX_LIMIT);
        int archived = 0;
        int refused = 0;
        for (DeadLetter letter : page) {
            switch (ledger.redrive(letter.entry().cursor())) {
                case Redriven.Archived _ -> archived++;
                case Redriven.StillRejected _ -> refused++;
                case Redriven.Absent _ -> {}
            }
        }
        var answer = new LinkedHashMap<String, Object>();
        answer.put("archived", archived);
        answer.put("still_rejected", refused);
        answer.put("next", page.size() < MAX_LIMIT ? null : id(page.getLast()));
        return json(answer);
    }

    private static Optional<JsonNode> body(Request request) {
        try {
            JsonNode body = request.body().length == 0 ? JSON.createObjectNode() : JSON.readTree(request.body());
            boolean understood = body.isObject()
                    && body.propertyNames().stream().allMatch(List.of("code", "after")::contains)
                    && (!body.has("code") || Rejection.isCode(body.path("code").asString("")))
                    && (!body.has("after")
                            || Cursor.parse(body.path("after").asString("")).isPresent());
            return understood ? Optional.of(body) : Optional.empty();
        } catch (JacksonException _) {
            return Optional.empty();
        }
    }

    /** Answers about the dead letter that the path names. */
    private void about(Request request, Responder responder, String suffix, Function<Cursor, Response> answer) {
        String rest = request.path().substring(PATH.length() + 1);
        Optional<Cursor> position = rest.endsWith(suffix)
                ? Cursor.parse(rest.substring(0, rest.length() - suffix.length()))
                : Optional.empty();
        if (position.isEmpty()) {
            responder.respond(Response.problem(Problem.of(404, "there is no such page or dead letter")));
            return;
        }
        reads.answer(responder, () -> answer.apply(position.get()));
    }

    private static Response absent(Cursor position) {
        return Response.problem(Problem.of(404, "there is no dead letter " + position));
    }

    private static String id(DeadLetter letter) {
        return letter.entry().cursor().toString();
    }

    private static Map<String, Object> members(DeadLetter letter) {
        var event = letter.entry().event();
        var members = new LinkedHashMap<String, Object>();
        members.put("id", id(letter));
        members.put("tenant", event.tenant().value());
        members.put("event_id", event.id().value());
        members.put("type", event.type());
        members.put("code", letter.rejection().code());
        members.put("reason", letter.rejection().text());
        members.put("attempts", letter.attempts());
        members.put("arrived", Instant.ofEpochMilli(letter.entry().atMillis()).toString());
        members.put("buried", letter.buried().toString());
        return members;
    }

    private static Response json(Map<String, Object> members) {
        return Response.json(200, JSON.writeValueAsBytes(members)).with("cache-control", "no-store");
    }
}
