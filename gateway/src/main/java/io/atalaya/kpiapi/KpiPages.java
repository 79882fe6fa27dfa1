package io.atalaya.kpiapi;

import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Handler;
import io.atalaya.http.Route.Responder;
import io.atalaya.kpi.Fact.Verdict;
import io.atalaya.kpi.Kpi;
import io.atalaya.kpi.KpiReport;
import io.atalaya.kpi.KpiReport.PeriodValue;
import io.atalaya.kpi.KpiReport.Reading;
import io.atalaya.kpi.KpiReport.Status;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** How the indicators stand, for people and for spreadsheets. Immutable. */
public final class KpiPages {
    private static final String CSV = "text/csv; charset=utf-8";

    private final KpiLoop loop;

    public KpiPages(KpiLoop loop) {
        this.loop = loop;
    }

    /** The pages by path. */
    public Map<String, Handler> pages() {
        return Map.of("/api/v1/kpi", this::onList, "/api/v1/kpi.csv", this::onCsv);
    }

    /** {@code GET /api/v1/kpi}: the scorecard; {@code ?tenant=} that of one tenant. */
    void onList(Request request, Responder responder) {
        KpiReport report = report(request);
        var page = new LinkedHashMap<String, Object>();
        page.put("name", report.file().name());
        page.put("time_zone", report.file().zone().toString());
        page.put("at", report.at().toString());
        page.put("history", loop.history().name().toLowerCase(Locale.ROOT));
        page.put("kpis", report.kpis().stream().map(KpiPages::page).toList());
        responder.respond(
                Response.json(200, JsonMapper.shared().writeValueAsBytes(page)).with("cache-control", "no-store"));
    }

    private KpiReport report(Request request) {
        return request.parameter("tenant").map(loop::report).orElseGet(loop::report);
    }

    private static Map<String, Object> page(Status status) {
        Kpi kpi = status.kpi();
        var page = new LinkedHashMap<String, Object>();
        page.put("id", kpi.id());
        page.put("title", kpi.title());
        if (!kpi.titles().isEmpty()) {
            page.put("titles", kpi.titles());
        }
        page.put("domain", kpi.domain());
        page.put("owner", kpi.owner());
        page.put("kind", kpi.measure().kind());
        page.put("unit", kpi.unit());
        page.put("period", kpi.period().word());
        page.put("better", kpi.better().word());
        page.put("target", kpi.target());
        page.put("warning", kpi.warning());
        page.put("min_samples", kpi.minSamples());
        page.put("state", status.state().word());
        page.put("trend", status.trend().word());
        page.put("risk", status.risk().word());
        putNumber(page, "value", status.judged().reading().value());
        page.put("judged", status.judged().day().toString());
        page.put("current", period(status.current()));
        page.put("periods", status.periods().stream().map(KpiPages::period).toList());
        page.put("events", events(status.events()));
        return page;
    }

    private static Map<String, Object> period(PeriodValue value) {
        var page = new LinkedHashMap<String, Object>();
        Reading reading = value.reading();
        page.put("day", value.day().toString());
        page.put("start", value.start().toString());
        page.put("end", value.end().toString());
        putNumber(page, "value", reading.value());
        page.put("numerator", reading.numerator());
        page.put("denominator", reading.denominator());
        page.put("samples", reading.samples());
        page.put("open", value.open());
        if (!reading.details().isEmpty()) {
            page.put("details", reading.details());
        }
        return page;
    }

    private static Map<String, Long> events(Map<Verdict, Long> counts) {
        var events = new LinkedHashMap<String, Long>();
        long rejected = 0;
        for (Verdict verdict : Verdict.values()) {
            long count = counts.getOrDefault(verdict, 0L);
            switch (verdict) {
                case COUNTED, LATE, TOO_LATE -> events.put(verdict.word(), count);
                case MALFORMED, OUT_OF_RANGE, FUTURE, TOO_MANY -> rejected += count;
                case NOT_MEANT -> {}
            }
        }
        events.put("rejected", rejected);
        return events;
    }

    /** What nobody knows is not there: JSON has no number for it. */
    private static void putNumber(Map<String, Object> page, String name, double value) {
        if (Double.isFinite(value)) {
            page.put(name, value);
        }
    }

    /** {@code GET /api/v1/kpi.csv}: a line for each indicator and period, oldest first (RFC 4180). */
    void onCsv(Request request, Responder responder) {
        byte[] text = csv(report(request)).getBytes(StandardCharsets.UTF_8);
        responder.respond(Response.of(200, CSV, text).with("cache-control", "no-store"));
    }

    static String csv(KpiReport report) {
        var out = new StringBuilder(
                "kpi,title,domain,owner,period,day,value,unit,numerator,denominator,samples,open,target,warning\r\n");
        for (Status status : report.kpis()) {
            var periods = new ArrayList<>(status.periods());
            periods.add(status.current());
            periods.forEach(period -> out.append(line(status.kpi(), period)).append("\r\n"));
        }
        return out.toString();
    }

    private static String line(Kpi kpi, PeriodValue period) {
        Reading reading = period.reading();
        return String.join(
                ",",
                List.of(
                        kpi.id(),
                        quoted(kpi.title()),
                        quoted(kpi.domain()),
                        quoted(kpi.owner()),
                        kpi.period().word(),
                        period.day().toString(),
                        Double.isFinite(reading.value()) ? Double.toString(reading.value()) : "",
                        quoted(kpi.unit()),
                        Double.toString(reading.numerator()),
                        Double.toString(reading.denominator()),
                        Long.toString(reading.samples()),
                        Boolean.toString(period.open()),
                        Double.toString(kpi.target()),
                        Double.toString(kpi.warning())));
    }

    private static String quoted(String text) {
        boolean plain = text.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == ' ' || c == '%');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
