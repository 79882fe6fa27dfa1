package io.atalaya.generate;

import static io.atalaya.yaml.YamlText.map;

import io.atalaya.generate.Dashboard.Kind;
import io.atalaya.generate.Dashboard.Panel;
import io.atalaya.generate.Dashboard.Query;
import io.atalaya.generate.Dashboard.Row;
import io.atalaya.generate.Dashboard.Step;
import io.atalaya.yaml.YamlText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.NullNode;

/**
 * A dashboard in Grafana's classic format, which every version since 10.4 provisions from files. Pure functions. The data
 * source is a variable, so that the file fits any installation.
 */
final class DashboardJson {
    private static final int SCHEMA = 39;
    private static final int COLUMNS = 24;
    private static final int HEIGHT = 8;

    private DashboardJson() {}

    /** The data source that whoever looks has chosen. */
    private static Map<String, Object> chosen() {
        return map("type", "prometheus", "uid", "${datasource}");
    }

    static String of(Dashboard dashboard) {
        return YamlText.json(map(
                "uid",
                dashboard.id(),
                "title",
                dashboard.title(),
                "description",
                dashboard.description(),
                "tags",
                List.of("atalaya", dashboard.folder()),
                "editable",
                false,
                "graphTooltip",
                1,
                "schemaVersion",
                SCHEMA,
                "version",
                1,
                "timezone",
                "browser",
                "refresh",
                "30s",
                "time",
                map("from", "now-6h", "to", "now"),
                "annotations",
                map("list", List.of()),
                "links",
                List.of(),
                "templating",
                map("list", List.of(source())),
                "panels",
                panels(dashboard)));
    }

    private static Map<String, Object> source() {
        return map(
                "name",
                "datasource",
                "type",
                "datasource",
                "label",
                "Data source",
                "query",
                "prometheus",
                "current",
                map("text", "Prometheus", "value", "prometheus"),
                "hide",
                0,
                "includeAll",
                false,
                "multi",
                false);
    }

    private static List<Object> panels(Dashboard dashboard) {
        var panels = new ArrayList<>();
        int id = 1;
        int y = 0;
        for (Row row : dashboard.rows()) {
            panels.add(map(
                    "id",
                    id++,
                    "type",
                    "row",
                    "title",
                    row.title(),
                    "collapsed",
                    false,
                    "gridPos",
                    position(0, y++, COLUMNS, 1),
                    "panels",
                    List.of()));
            int x = 0;
            for (Panel panel : row.panels()) {
                if (x + panel.width() > COLUMNS) {
                    x = 0;
                    y += HEIGHT;
                }
                panels.add(panel(panel, id++, position(x, y, panel.width(), HEIGHT)));
                x += panel.width();
            }
            y += HEIGHT;
        }
        return panels;
    }

    private static Map<String, Object> position(int x, int y, int width, int height) {
        return map("x", x, "y", y, "w", width, "h", height);
    }

    private static Map<String, Object> panel(Panel panel, int id, Map<String, Object> position) {
        String origin = panel.origin().isEmpty() ? "" : " (" + panel.origin() + ")";
        return map(
                "id",
                id,
                "type",
                panel.kind().name().toLowerCase(Locale.ROOT),
                "title",
                panel.title(),
                "description",
                panel.description() + origin,
                "datasource",
                chosen(),
                "gridPos",
                position,
                "fieldConfig",
                map("defaults", defaults(panel), "overrides", List.of()),
                "options",
                options(panel.kind()),
                "targets",
                targets(panel));
    }

    private static Map<String, Object> defaults(Panel panel) {
        var steps = new ArrayList<>();
        String below =
                panel.steps().isEmpty() || !panel.steps().getFirst().colour().equals("green") ? "green" : "red";
        var base = map("color", below);
        base.put("value", NullNode.getInstance());
        steps.add(base);
        for (Step step : panel.steps()) {
            steps.add(map("color", step.colour(), "value", step.from()));
        }
        return map(
                "unit",
                panel.unit(),
                "thresholds",
                map("mode", "absolute", "steps", steps),
                "mappings",
                panel.words().isEmpty() ? List.of() : List.of(mapping(panel.words())));
    }

    private static Map<String, Object> mapping(Map<String, String> words) {
        var options = new TreeMap<String, Object>();
        new TreeMap<>(words).forEach((value, word) -> options.put(value, map("text", word)));
        return map("type", "value", "options", options);
    }

    private static Map<String, Object> options(Kind kind) {
        Map<String, Object> last = map("calcs", List.of("lastNotNull"), "fields", "", "values", false);
        return switch (kind) {
            case TIMESERIES ->
                map(
                        "legend",
                        map("calcs", List.of(), "displayMode", "list", "placement", "bottom", "showLegend", true),
                        "tooltip",
                        map("mode", "multi", "sort", "desc"));
            case STAT -> map("reduceOptions", last, "colorMode", "value", "graphMode", "area");
            case GAUGE -> map("reduceOptions", last, "showThresholdLabels", false, "showThresholdMarkers", true);
            case BARGAUGE -> map("reduceOptions", last, "displayMode", "gradient", "orientation", "horizontal");
            case TABLE -> map("showHeader", true, "cellHeight", "sm");
        };
    }

    private static List<Object> targets(Panel panel) {
        var targets = new ArrayList<>();
        boolean table = panel.kind() == Kind.TABLE;
        for (Query query : panel.queries()) {
            targets.add(map(
                    "refId",
                    String.valueOf((char) ('A' + targets.size())),
                    "datasource",
                    chosen(),
                    "expr",
                    query.expression(),
                    "legendFormat",
                    query.legend(),
                    "instant",
                    table,
                    "range",
                    !table,
                    "format",
                    table ? "table" : "time_series"));
        }
        return targets;
    }
}
