package io.atalaya.sloapi;

import io.atalaya.budget.SloReport;
import io.atalaya.budget.SloStatus;
import io.atalaya.budget.SloStatus.MonthBudget;
import io.atalaya.budget.SloStatus.State;
import io.atalaya.budget.SloStatus.TierStatus;
import io.atalaya.budget.Totals;
import io.atalaya.http.Problem;
import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Handler;
import io.atalaya.http.Route.Responder;
import io.atalaya.slo.Slo;
import io.atalaya.slo.Spans;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/** How the objectives stand, and whether operations may go on. Immutable. */
public final class SloPages {
    private final Supplier<SloReport> reports;

    /** @param reports the engine's last report */
    public SloPages(Supplier<SloReport> reports) {
        this.reports = reports;
    }

    /** The pages by path. */
    public Map<String, Handler> pages() {
        return Map.of("/api/v1/slo", this::onList, "/api/v1/slo/gate", this::onGate);
    }

    /** {@code GET /api/v1/slo}: every objective; {@code ?service=} those of one. */
    void onList(Request request, Responder responder) {
        SloReport report = reports.get();
        Optional<String> service = request.parameter("service");
        if (unknown(report, service, responder)) {
            return;
        }
        var page = new LinkedHashMap<String, Object>();
        page.put("name", report.file().name());
        page.put("at", report.at().toString());
        page.put(
                "objectives",
                report.objectives().stream()
                        .filter(status -> service.isEmpty()
                                || service.get().equals(status.slo().service()))
                        .map(SloPages::page)
                        .toList());
        responder.respond(json(page));
    }

    /** {@code GET /api/v1/slo/gate}: whether operations, {@code ?service=} on one service, may go on. */
    void onGate(Request request, Responder responder) {
        SloReport report = reports.get();
        Optional<String> service = request.parameter("service");
        if (unknown(report, service, responder)) {
            return;
        }
        SloReport.Gate gate = report.gate(service);
        var page = new LinkedHashMap<String, Object>();
        page.put("allowed", gate.allowed());
        page.put("at", report.at().toString());
        page.put("spent", gate.spent().stream().map(SloPages::page).toList());
        page.put(
                "unknown",
                gate.unknown().stream().map(status -> status.slo().id()).toList());
        responder.respond(json(page));
    }

    /** A service that nobody promises for is a mistake that must not open the gate. */
    private static boolean unknown(SloReport report, Optional<String> service, Responder responder) {
        boolean unknown = service.isPresent() && !report.file().services().containsKey(service.get());
        if (unknown) {
            responder.respond(Response.problem(Problem.of(
                    400,
                    "service: %.64s (expected: one of %s)"
                            .formatted(service.get(), report.file().services().keySet()))));
        }
        return unknown;
    }

    private static Map<String, Object> page(SloStatus status) {
        Slo slo = status.slo();
        var page = new LinkedHashMap<String, Object>();
        page.put("id", slo.id());
        page.put("service", slo.service());
        page.put("title", slo.title());
        if (!slo.titles().isEmpty()) {
            page.put("titles", slo.titles());
        }
        page.put("objective_percent", slo.objective().movePointRight(2));
        page.put("window", Spans.text(slo.window()));
        page.put("counts", slo.countsTime() ? "milliseconds" : "events");
        page.put("gate", slo.gate().name().toLowerCase(Locale.ROOT));
        page.put("state", status.state().word());
        if (status.state() != State.NOT_MEASURED) {
            page.put("blocks", status.blocks());
            page.put("bad", status.window().bad());
            page.put("total", status.window().total());
            putNumber(page, "budget_remaining", status.remaining());
            page.put("history_complete", status.complete());
            page.put("history_seconds", status.known().toSeconds());
            page.put("excluded", status.excluded());
            page.put("month", month(status.month()));
            page.put("months", status.months().stream().map(SloPages::month).toList());
            page.put("tiers", tiers(status));
            if (slo.countsTime()) {
                page.put("recoveries", recoveries(status.recoveries()));
            }
        }
        return page;
    }

    private static Map<String, Object> recoveries(SloStatus.Recoveries recoveries) {
        var page = new LinkedHashMap<String, Object>();
        page.put("in_time", recoveries.inTime());
        page.put("late", recoveries.late());
        recoveries.last().ifPresent(last -> page.put("last_seconds", last.toMillis() / 1e3));
        page.put("away_seconds", recoveries.away().toMillis() / 1e3);
        return page;
    }

    private static Map<String, Object> month(MonthBudget month) {
        var page = new LinkedHashMap<String, Object>();
        Totals totals = month.totals();
        page.put("month", month.month().toString());
        page.put("bad", totals.bad());
        page.put("total", totals.total());
        putNumber(page, "budget_remaining", month.remaining());
        return page;
    }

    private static List<Object> tiers(SloStatus status) {
        var tiers = new ArrayList<>();
        for (TierStatus tier : status.tiers()) {
            var page = new LinkedHashMap<String, Object>();
            page.put("tier", tier.tier().id());
            page.put("severity", tier.tier().severity().word());
            page.put("limit", tier.tier().factor(status.slo().window()));
            page.put("long", Spans.text(tier.tier().longWindow()));
            putNumber(page, "long_burn_rate", tier.longBurn());
            page.put("short", Spans.text(tier.tier().shortWindow()));
            putNumber(page, "short_burn_rate", tier.shortBurn());
            page.put("alert", tier.phase().word());
            tiers.add(page);
        }
        return tiers;
    }

    /** What nobody knows is not there: JSON has no number for it. */
    private static void putNumber(Map<String, Object> page, String name, double value) {
        if (Double.isFinite(value)) {
            page.put(name, value);
        }
    }

    private static Response json(Object page) {
        return Response.json(200, JsonMapper.shared().writeValueAsBytes(page)).with("cache-control", "no-store");
    }
}
