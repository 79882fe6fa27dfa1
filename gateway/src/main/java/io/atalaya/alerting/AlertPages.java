package io.atalaya.alerting;

import io.atalaya.alerting.AlertDesk.Firing;
import io.atalaya.alerting.AlertDesk.TargetStatus;
import io.atalaya.alerting.Pauses.Pause;
import io.atalaya.budget.SloReport;
import io.atalaya.http.Problem;
import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Responder;
import io.atalaya.slo.Spans;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Alerts as operators see them, and pauses of their notices. Immutable. */
public final class AlertPages {
    private static final Duration LONGEST = Duration.ofDays(31);
    private static final int MAX_REASON = 500;
    private static final Set<String> MEMBERS = Set.of("for", "reason", "service");

    private final Supplier<AlertDesk.Report> report;
    private final Supplier<SloReport> objectives;
    private final Pauses pauses;
    private final InstantSource clock;

    AlertPages(Supplier<AlertDesk.Report> report, Supplier<SloReport> objectives, Pauses pauses, InstantSource clock) {
        this.report = report;
        this.objectives = objectives;
        this.pauses = pauses;
        this.clock = clock;
    }

    /** {@code GET /api/v1/alerts}: what fires, what is paused, and how its targets are. */
    public void onList(Request request, Responder responder) {
        AlertDesk.Report now = report.get();
        var page = new LinkedHashMap<String, Object>();
        page.put("at", now.at().toString());
        page.put("firing", now.firing().stream().map(AlertPages::page).toList());
        page.put("pauses", now.pauses().stream().map(Pauses::document).toList());
        page.put("targets", now.targets().stream().map(AlertPages::page).toList());
        responder.respond(json(200, page));
    }

    private static Map<String, Object> page(Firing firing) {
        var page = new LinkedHashMap<String, Object>();
        page.put("alert", firing.alert().label("alertname"));
        page.put("labels", firing.alert().labels());
        page.put("annotations", firing.alert().annotations());
        page.put("starts_at", firing.alert().since().toString());
        page.put("inhibited", firing.inhibited());
        page.put("paused", firing.paused());
        return page;
    }

    private static Map<String, Object> page(TargetStatus target) {
        var page = new LinkedHashMap<String, Object>();
        page.put("id", target.id());
        page.put("url", target.place());
        page.put("queued", target.queued());
        page.putAll(target.outcomes());
        target.lastError().ifPresent(error -> page.put("last_error", error));
        return page;
    }

    /**
     * {@code POST /api/v1/alerts/pauses}: no notices of a service, or of all, for a while.
     *
     * @param worker does what blocks
     */
    public void onPause(Request request, Responder responder, Executor worker) {
        worker.execute(() -> responder.respond(pause(request)));
    }

    private Response pause(Request request) {
        JsonNode body;
        try {
            body = JsonMapper.shared().readTree(request.body());
        } catch (JacksonException _) {
            return bad("body: not JSON (expected: an object)");
        }
        if (!body.isObject()) {
            return bad("body: not an object (expected: an object)");
        }
        for (String name : body.propertyNames()) {
            if (!MEMBERS.contains(name)) {
                return bad("%.64s: unknown member (expected: for, reason, service)".formatted(name));
            }
        }
        Optional<Duration> length =
                Spans.parse(body.path("for").asString("")).filter(span -> span.compareTo(LONGEST) <= 0);
        if (length.isEmpty()) {
            return bad("for: %.64s (expected: a span of time such as 2h, at most 31d)"
                    .formatted(body.path("for").asString("nothing")));
        }
        String reason = body.path("reason").asString("").strip();
        if (reason.isEmpty() || reason.length() > MAX_REASON) {
            return bad("reason: %d characters (expected: why, in 1 … %d)".formatted(reason.length(), MAX_REASON));
        }
        String service = body.path("service").asString("");
        Set<String> known = objectives.get().file().services().keySet();
        if (!service.isEmpty() && !known.contains(service)) {
            return bad("service: %.64s (expected: one of %s, or none for all)".formatted(service, known));
        }
        return pauses.begin(service, reason, clock.instant().plus(length.get()))
                .map(AlertPages::created)
                .orElseGet(() -> Response.problem(
                        Problem.of(409, "pauses: %d (expected: fewer, before another one)".formatted(Pauses.MOST))));
    }

    private static Response created(Pause pause) {
        return json(201, Pauses.document(pause));
    }

    /**
     * {@code DELETE /api/v1/alerts/pauses?id=}: ends a pause.
     *
     * @param worker does what blocks
     */
    public void onResume(Request request, Responder responder, Executor worker) {
        String id = request.parameter("id").orElse("");
        worker.execute(() -> responder.respond(
                pauses.end(id)
                        ? Response.empty(204)
                        : Response.problem(Problem.of(404, "id: %.64s (expected: that of a pause)".formatted(id)))));
    }

    private static Response bad(String detail) {
        return Response.problem(Problem.of(400, detail));
    }

    private static Response json(int status, Object page) {
        return Response.json(status, JsonMapper.shared().writeValueAsBytes(page))
                .with("cache-control", "no-store");
    }
}
