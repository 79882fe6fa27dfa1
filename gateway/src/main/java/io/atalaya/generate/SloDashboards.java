package io.atalaya.generate;

import io.atalaya.generate.Dashboard.Kind;
import io.atalaya.generate.Dashboard.Panel;
import io.atalaya.generate.Dashboard.Query;
import io.atalaya.generate.Dashboard.Row;
import io.atalaya.generate.Dashboard.Step;
import io.atalaya.slo.Slo;
import io.atalaya.slo.SloFile;
import io.atalaya.slo.SloFile.Capacity;
import io.atalaya.slo.Spans;
import io.atalaya.yaml.Place;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The dashboard of budgets, made from the objectives: a row a service. Pure functions. */
final class SloDashboards {
    private static final Place PLACE = Place.of("objectives", "");
    private static final List<Step> BUDGET = List.of(
            new Step(new BigDecimal("0.0001"), "orange"),
            new Step(new BigDecimal("0.25"), "yellow"),
            new Step(new BigDecimal("0.5"), "green"));

    private SloDashboards() {}

    /** @param objectives those that rules are made of */
    static Dashboard budgets(SloFile file, List<Slo> objectives) {
        var rows = new ArrayList<Row>();
        rows.add(new Row(
                "All objectives",
                List.of(
                        panel(
                                "Budget left",
                                Kind.BARGAUGE,
                                "percentunit",
                                "Share of each error budget that is left; below zero it is overspent.",
                                new Query("sort(" + SloQueries.REMAINING + ")", "{{service}} {{slo}}"),
                                BUDGET),
                        panel(
                                "Burning now",
                                Kind.TABLE,
                                "none",
                                "Burn-rate alerts that fire.",
                                new Query(
                                        "ALERTS{alertname=\"%s\",alertstate=\"firing\"}".formatted(SloRules.BURN),
                                        "{{slo}} {{burnrate_tier}}"),
                                List.of()))));
        file.services().values().forEach(service -> {
            List<Panel> panels = new ArrayList<>();
            objectives.stream()
                    .filter(slo -> slo.service().equals(service.id()))
                    .forEach(slo -> panels.add(burn(slo)));
            file.capacities().stream()
                    .filter(capacity -> capacity.service().equals(service.id()) && !capacity.pending())
                    .forEach(capacity -> panels.add(capacity(capacity)));
            if (!panels.isEmpty()) {
                rows.add(new Row(service.title(), panels));
            }
        });
        return new Dashboard(
                "slo-budgets",
                "Error budgets",
                "slo",
                "How much of each error budget is left, and how fast it burns.",
                rows);
    }

    private static Panel burn(Slo slo) {
        String budget = SloQueries.number(slo.budget());
        var queries = new ArrayList<Query>();
        for (var tier : slo.tiers()) {
            String window = Spans.text(tier.longWindow());
            queries.add(
                    new Query("%s%s{slo=\"%s\"} / %s".formatted(SloQueries.RATIO, window, slo.id(), budget), window));
        }
        return new Panel(
                PLACE,
                "%s: burn rate".formatted(slo.id()),
                Kind.TIMESERIES,
                "none",
                "%s %% of %s within %s: %s. At 1 the budget lasts exactly as long as its window."
                        .formatted(
                                SloQueries.number(slo.objective().movePointRight(2)),
                                slo.countsTime() ? "time" : "events",
                                Spans.text(slo.window()),
                                slo.title()),
                "",
                8,
                queries,
                List.of(),
                Map.of());
    }

    private static Panel capacity(Capacity capacity) {
        return new Panel(
                PLACE,
                "%s: load and target".formatted(capacity.id()),
                Kind.TIMESERIES,
                "none",
                "%s, in %s, against what is to be borne.".formatted(capacity.title(), capacity.unit()),
                "",
                8,
                List.of(
                        new Query("capacity:load{capacity=\"%s\"}".formatted(capacity.id()), "load"),
                        new Query("capacity:target{capacity=\"%s\"}".formatted(capacity.id()), "target")),
                List.of(),
                Map.of());
    }

    private static Panel panel(
            String title, Kind kind, String unit, String description, Query query, List<Step> steps) {
        return new Panel(PLACE, title, kind, unit, description, "", 12, List.of(query), steps, Map.of());
    }
}
