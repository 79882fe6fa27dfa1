package io.atalaya.generate;

import io.atalaya.yaml.Place;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A dashboard as it is declared. Immutable.
 *
 * @param id its name as a file, unique
 * @param folder of dashboards that belong together
 */
public record Dashboard(String id, String title, String folder, String description, List<Row> rows) {
    public Dashboard {
        rows = List.copyOf(rows);
    }

    /** Panels under one heading. Immutable. */
    public record Row(String title, List<Panel> panels) {
        public Row {
            panels = List.copyOf(panels);
        }
    }

    /**
     * One panel. Immutable.
     *
     * @param origin where it comes from, by the number of the requirement; empty for our own
     * @param unit by Grafana's name
     * @param width of 24
     * @param steps colours from a value on, ascending; the first colour holds below the first value
     * @param words for values
     */
    public record Panel(
            Place place,
            String title,
            Kind kind,
            String unit,
            String description,
            String origin,
            int width,
            List<Query> queries,
            List<Step> steps,
            Map<String, String> words) {
        public Panel {
            queries = List.copyOf(queries);
            steps = List.copyOf(steps);
            words = Map.copyOf(words);
        }
    }

    /** What a panel looks like. */
    public enum Kind {
        TIMESERIES,
        STAT,
        GAUGE,
        BARGAUGE,
        TABLE
    }

    /** What a panel shows; {@code legend} names a series of it. */
    public record Query(String expression, String legend) {}

    /** A colour from a value on. */
    public record Step(BigDecimal from, String colour) {}

    /** The dashboard with those panels only, and no row without any. */
    Dashboard with(Predicate<Panel> wanted) {
        var kept = new ArrayList<Row>();
        for (Row row : rows) {
            List<Panel> panels = row.panels().stream().filter(wanted).toList();
            if (!panels.isEmpty()) {
                kept.add(new Row(row.title(), panels));
            }
        }
        return new Dashboard(id, title, folder, description, kept);
    }

    List<Panel> panels() {
        return rows.stream().flatMap(row -> row.panels().stream()).toList();
    }
}
