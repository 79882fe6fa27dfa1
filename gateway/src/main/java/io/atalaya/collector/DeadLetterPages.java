package io.atalaya.collector;

import io.atalaya.archive.ArchiveLedger;
import io.atalaya.archive.DeadLetters;
import io.atalaya.archive.DeadLetters.DeadLetter;
import io.atalaya.archive.DeadLetters.Redriven;
import io.atalaya.archive.Rejection;
import io.atalaya.event.Cursor;
import io.atalaya.event.TenantId;
import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Responder;
import io.atalaya.query.Parameters;
import io.atalaya.query.Reads;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code /dlq}: what the archive refused, of the caller's tenant alone. Immutable; made of thread-safe parts. A dead
 * letter that was archived after all is none any more, so {@code reprocessed} is false of every one that is listed.
 */
final class DeadLetterPages {
    /** Where they are. */
    static final String PATH = "/dlq";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String REPROCESS = "/reprocess";
    private static final int AT_ONCE = 1_000;
    private static final int USUAL_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;
    private static final int MAX_OFFSET = 1_000_000;

    /** Dead letters looked at for one list; there should be none. */
    private static final int MAX_EXAMINED = 50_000;

    private final DeadLetters letters;
    private final ArchiveLedger ledger;
    private final Reads reads;

    /**
     * @param letters for reading
     * @param ledger for changes
     */
    DeadLetterPages(DeadLetters letters, ArchiveLedger ledger, Reads reads) {
        this.letters = letters;
        this.ledger = ledger;
        this.reads = reads;
    }

    /** {@code GET /dlq}. */
    void onList(TenantId tenant, Request request, Responder responder) {
        var parameters = new Parameters(request.head());
        Optional<String> service = parameters.text("service");
        boolean pending = !parameters.choice("reprocessed", Map.of("true", true, "false", false), false);
        int limit = parameters.number("limit", 1, MAX_LIMIT, USUAL_LIMIT);
        int offset = parameters.number("offset", 0, MAX_OFFSET, 0);
        parameters.rejectOthers();
        if (!parameters.faults().isEmpty()) {
            Parameters.Fault fault = parameters.faults().getFirst();
            String message = "%s: %s (expected: %s)".formatted(fault.parameter(), fault.found(), fault.expected());
            responder.respond(Dialect.error(400, message, "INVALID_QUERY"));
            return;
        }
        answer(responder, () -> {
            List<DeadLetter> found = pending ? lettersOf(tenant, service) : List.of();
            var members = Dialect.object();
            members.put(
                    "events",
                    found.stream()
                            .sorted(Comparator.comparing(DeadLetter::buried).reversed())
                            .skip(offset)
                            .limit(limit)
                            .map(DeadLetterPages::brief)
                            .toList());
            members.put("total", found.size());
            members.put("limit", limit);
            members.put("offset", offset);
            return Dialect.json(200, members);
        });
    }

    /** {@code GET /dlq/statistics} and {@code GET /dlq/<id>}. */
    void onOne(TenantId tenant, Request request, Responder responder) {
        String id = request.path().substring(PATH.length() + 1);
        if (id.equals("statistics")) {
            answer(responder, () -> Dialect.json(200, statistics(lettersOf(tenant, Optional.empty()))));
        } else {
            answer(responder, () -> about(tenant, id, letter -> Dialect.json(200, whole(letter))));
        }
    }

    /** {@code PATCH /dlq/<id>/reprocess}. */
    void onReprocess(TenantId tenant, Request request, Responder responder) {
        String path = request.path().substring(PATH.length() + 1);
        if (!path.endsWith(REPROCESS)) {
            responder.respond(Dialect.error(404, "Cannot PATCH " + PATH + "/" + path, "NOT_FOUND"));
            return;
        }
        String id = path.substring(0, path.length() - REPROCESS.length());
        answer(responder, () -> about(tenant, id, letter -> reprocess(id, letter)));
    }

    private Response reprocess(String id, DeadLetter letter) {
        return switch (ledger.redrive(letter.entry().cursor())) {
            case Redriven.Archived _ -> {
                var members = Dialect.object();
                members.put("message", "Event reprocessed successfully");
                members.put("eventId", id);
                yield Dialect.json(200, members);
            }
            case Redriven.StillRejected(Rejection rejection) ->
                Dialect.error(409, "Event refused again: " + rejection.text(), "STILL_REJECTED");
            case Redriven.Absent _ -> notFound(id);
        };
    }

    /** {@code DELETE /dlq/<id>}. */
    void onDelete(TenantId tenant, Request request, Responder responder) {
        String id = request.path().substring(PATH.length() + 1);
        answer(
                responder,
                () -> about(
                        tenant,
                        id,
                        letter -> ledger.discard(letter.entry().cursor()) ? Response.empty(204) : notFound(id)));
    }

    private void answer(Responder responder, Supplier<Response> work) {
        reads.perform(work, SearchEvents::refusal).thenAccept(responder::respond);
    }

    /** Another tenant's dead letter is not there. */
    private Response about(TenantId tenant, String id, Function<DeadLetter, Response> then) {
        return Cursor.parse(id)
                .flatMap(letters::find)
                .filter(letter -> letter.entry().event().tenant().equals(tenant))
                .map(then)
                .orElseGet(() -> notFound(id));
    }

    private static Response notFound(String id) {
        String shown = id.length() <= 64 ? id : id.substring(0, 64) + "…";
        return Dialect.error(404, "Dead letter event not found: " + shown, "NOT_FOUND");
    }

    private List<DeadLetter> lettersOf(TenantId tenant, Optional<String> service) {
        var found = new ArrayList<DeadLetter>();
        Cursor after = null;
        int examined = 0;
        List<DeadLetter> page;
        do {
            page = letters.page(null, after, AT_ONCE);
            for (DeadLetter letter : page) {
                after = letter.entry().cursor();
                examined++;
                if (letter.entry().event().tenant().equals(tenant)
                        && (service.isEmpty() || service.get().equals(serviceOf(letter)))) {
                    found.add(letter);
                }
            }
        } while (page.size() == AT_ONCE && examined < MAX_EXAMINED);
        return found;
    }

    private static @Nullable String serviceOf(DeadLetter letter) {
        return letter.entry().event().scope().get("service");
    }

    private static Map<String, @Nullable Object> brief(DeadLetter letter) {
        var members = Dialect.object();
        members.put("id", letter.entry().cursor().toString());
        members.put("eventId", letter.entry().event().id().value());
        members.put("service", serviceOf(letter));
        members.put(
                "failureReason",
                letter.rejection().code() + ": " + letter.rejection().text());
        members.put("retryCount", letter.attempts());
        members.put("lastAttemptAt", Dialect.time(letter.buried()));
        members.put("reprocessed", false);
        members.put("createdAt", Dialect.time(letter.buried()));
        return members;
    }

    private static Map<String, @Nullable Object> whole(DeadLetter letter) {
        var members = new LinkedHashMap<>(brief(letter));
        members.put("originalEvent", JSON.readTree(letter.entry().event().body().toString()));
        return members;
    }

    private static Map<String, @Nullable Object> statistics(List<DeadLetter> found) {
        var byService = new TreeMap<String, Integer>();
        for (DeadLetter letter : found) {
            String service = serviceOf(letter);
            if (service != null) {
                byService.merge(service, 1, Integer::sum);
            }
        }
        var members = Dialect.object();
        members.put("total", found.size());
        members.put("byService", byService);
        members.put("reprocessed", 0);
        members.put("pending", found.size());
        members.put(
                "oldestEvent",
                found.stream()
                        .map(DeadLetter::buried)
                        .min(Comparator.naturalOrder())
                        .map(Object::toString)
                        .orElse(null));
        return members;
    }
}
