package io.atalaya.management;

import io.atalaya.assignment.Assignment;
import io.atalaya.assignment.AssignmentException;
import io.atalaya.assignment.AssignmentRegister;
import io.atalaya.assignment.AssignmentStore.Entry;
import io.atalaya.assignment.Day;
import io.atalaya.event.TenantId;
import io.atalaya.http.Problem;
import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Responder;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/**
 * Who is responsible for what. Immutable; the register is read and edited on the worker, since it may wait for a file or a
 * database.
 *
 * <p>An entry looks like {@code {"tenant":"1","subject":"7","day":"daily","scope":{"branch_id":"1","sector_id":"5"}}}
 * everywhere; {@code day} may also be a date, and is {@code daily} when it is absent.
 */
public final class AssignmentsApi {
    private static final Set<String> MEMBERS = Set.of("tenant", "subject", "day", "scope");
    private static final String DAILY = "daily";

    private final AssignmentRegister register;
    private final BiConsumer<TenantId, String> onChanged;
    private final Executor worker;

    /**
     * @param onChanged told of every user whose assignments have changed, to forget what it remembers of them
     * @param worker may be blocked
     */
    public AssignmentsApi(AssignmentRegister register, BiConsumer<TenantId, String> onChanged, Executor worker) {
        this.register = register;
        this.onChanged = onChanged;
        this.worker = worker;
    }

    /** {@code GET /api/v1/assignments?tenant=&subject=}: those of a tenant, in the order in which they were made. */
    public void onList(Request request, Responder responder) {
        TenantId tenant = tenant(request.parameter("tenant").orElse(""));
        String subject = request.parameter("subject").orElse("");
        Answers.respond(
                responder,
                CompletableFuture.supplyAsync(() -> register.list(tenant), worker)
                        .thenApply(entries -> entries.stream()
                                .filter(entry -> subject.isEmpty() || subject.equals(entry.subject()))
                                .map(AssignmentsApi::page)
                                .toList())
                        .thenApply(entries -> Answers.json(200, Map.of("assignments", entries)))
                        .exceptionallyCompose(AssignmentsApi::refused));
    }

    /** {@code PUT /api/v1/assignments}: makes an entry; doing so twice changes nothing. */
    public void onPut(Request request, Responder responder) {
        edit(entry(request), register::put, responder);
    }

    /** {@code DELETE /api/v1/assignments}: takes back exactly the entry in the body. */
    public void onDelete(Request request, Responder responder) {
        edit(entry(request), register::remove, responder);
    }

    private void edit(Entry entry, Predicate<Entry> change, Responder responder) {
        Answers.respond(
                responder,
                CompletableFuture.supplyAsync(() -> changed(entry, change), worker)
                        .thenApply(changed -> Answers.json(200, Map.of("changed", changed)))
                        .exceptionallyCompose(AssignmentsApi::refused));
    }

    private boolean changed(Entry entry, Predicate<Entry> change) {
        boolean changed = change.test(entry);
        if (changed) {
            onChanged.accept(entry.tenant(), entry.subject());
        }
        return changed;
    }

    private static CompletableFuture<Response> refused(Throwable failure) {
        return switch (failure.getCause()) {
            case AssignmentException refusal -> problem(503, refusal);
            case IllegalArgumentException unsuitable -> problem(400, unsuitable);
            case null, default -> CompletableFuture.failedFuture(failure);
        };
    }

    private static CompletableFuture<Response> problem(int status, RuntimeException why) {
        return CompletableFuture.completedFuture(
                Response.problem(Problem.of(status, String.valueOf(why.getMessage()))));
    }

    private static Entry entry(Request request) {
        JsonNode body = Answers.object(request, MEMBERS);
        String day = body.has("day") ? Answers.text(body, "day") : DAILY;
        return new Entry(
                tenant(Answers.text(body, "tenant")),
                Answers.text(body, "subject"),
                Day.parse(day)
                        .orElseThrow(() -> new Answers.BadRequest(
                                "day: %.20s (expected: daily, or a date like 2030-12-31)".formatted(day))),
                new Assignment(scope(body.path("scope"))));
    }

    private static Map<String, String> scope(JsonNode scope) {
        if (!scope.isObject() || scope.isEmpty()) {
            throw new Answers.BadRequest("scope: missing or empty (expected: an object such as {\"sector_id\":\"5\"})");
        }
        var values = new TreeMap<String, String>();
        for (String member : scope.propertyNames()) {
            values.put(member, Answers.text(scope, member));
        }
        return values;
    }

    private static TenantId tenant(String text) {
        if (!TenantId.isValid(text)) {
            throw new Answers.BadRequest("tenant: '%.64s' (expected: 1 to 64 of [A-Za-z0-9._-])".formatted(text));
        }
        return new TenantId(text);
    }

    private static Map<String, Object> page(Entry entry) {
        var page = Answers.map();
        page.put("tenant", entry.tenant().value());
        page.put("subject", entry.subject());
        page.put("day", entry.day().toString());
        page.put("scope", new TreeMap<>(entry.assignment().scope()));
        return page;
    }
}
