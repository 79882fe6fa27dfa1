package io.atalaya.generate;

import io.atalaya.generate.Dashboard.Kind;
import io.atalaya.generate.Dashboard.Panel;
import io.atalaya.generate.Dashboard.Query;
import io.atalaya.generate.Dashboard.Row;
import io.atalaya.generate.Dashboard.Step;
import io.atalaya.yaml.Fields;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Problems;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the dashboards that are declared by hand. Confined to the reading thread. */
final class DashboardReader {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");
    private static final Pattern TEXT = Pattern.compile("(?s).{1,1000}");
    private static final Map<String, Kind> KINDS = Map.of(
            "timeseries", Kind.TIMESERIES,
            "stat", Kind.STAT,
            "gauge", Kind.GAUGE,
            "bargauge", Kind.BARGAUGE,
            "table", Kind.TABLE);
    private static final List<String> UNITS = List.of(
            "none", "short", "percent", "percentunit", "s", "ms", "reqps", "ops", "bytes", "Bps", "dateTimeAsIso");
    private static final List<String> COLOURS = List.of("green", "yellow", "orange", "red", "blue");

    private final Problems problems;

    DashboardReader(Problems problems) {
        this.problems = problems;
    }

    List<Dashboard> read(Node.Mapping top) {
        var fields = new Fields(top, problems);
        var dashboards = new ArrayList<Dashboard>();
        fields.required("dashboards", "dashboards by id")
                .ifPresent(node ->
                        Fields.named(node, problems).forEach((id, member) -> dashboards.add(dashboard(id, member))));
        fields.rejectOthers();
        return dashboards;
    }

    private Dashboard dashboard(String id, Node.Member member) {
        if (!NAME.matcher(id).matches()) {
            problems.add(member.key(), id, "a name: a-z, 0-9 and -");
        }
        Fields fields = Fields.of(member.value(), problems);
        String title = fields.text("title", TEXT, "its title", id);
        String folder = fields.text("folder", NAME, "the folder it is in", "");
        String description = fields.text("description", TEXT, "what it is for", "");
        var rows = new ArrayList<Row>();
        Set<String> titles = new HashSet<>();
        fields.required("rows", "rows of panels by title")
                .ifPresent(node -> Fields.named(node, problems)
                        .forEach((row, panels) -> rows.add(new Row(row, panels(panels, titles)))));
        fields.rejectOthers();
        return new Dashboard(id, title, folder, description, rows);
    }

    private List<Panel> panels(Node.Member member, Set<String> titles) {
        var panels = new ArrayList<Panel>();
        Fields.named(member.value(), problems).forEach((title, panel) -> {
            if (!titles.add(title)) {
                problems.add(panel.key(), title + " a second time", "each title once a dashboard");
            }
            panels.add(panel(title, panel));
        });
        return panels;
    }

    private Panel panel(String title, Node.Member member) {
        Fields fields = Fields.of(member.value(), problems);
        fields.required("kind", "one of timeseries, stat, gauge, bargauge, table");
        var panel = new Panel(
                member.key(),
                title,
                fields.choice("kind", KINDS, Kind.TIMESERIES),
                unit(fields),
                fields.text("description", TEXT, "what it shows", ""),
                fields.optionalText("origin", TEXT, "the number of the requirement", ""),
                (int) fields.integer("width", 3, 24, 8),
                queries(fields),
                steps(fields),
                words(fields));
        fields.rejectOthers();
        return panel;
    }

    private String unit(Fields fields) {
        String unit = fields.text("unit", TEXT, "a unit by Grafana's name", "none");
        if (!UNITS.contains(unit)) {
            problems.add(fields.place().child("unit"), unit, "one of " + UNITS);
        }
        return unit;
    }

    /** Expressions by their legends. */
    private List<Query> queries(Fields fields) {
        var queries = new ArrayList<Query>();
        fields.required("show", "expressions by their legends")
                .ifPresent(node -> Fields.named(node, problems).forEach((legend, member) -> {
                    if (member.value() instanceof Node.Text text) {
                        queries.add(new Query(text.text(), legend));
                    } else {
                        problems.add(member.value().place(), member.value().describe(), "an expression in PromQL");
                    }
                }));
        return queries;
    }

    /** Colours by the value they start from, ascending: out of order, a panel is green while the house burns. */
    private List<Step> steps(Fields fields) {
        var steps = new ArrayList<Step>();
        fields.optional("colours")
                .ifPresent(node -> Fields.named(node, problems).forEach((from, member) -> {
                    if (!(member.value() instanceof Node.Text(var place, String colour)) || !COLOURS.contains(colour)) {
                        problems.add(member.value().place(), member.value().describe(), "one of " + COLOURS);
                        return;
                    }
                    try {
                        var value = new BigDecimal(from);
                        if (!steps.isEmpty() && value.compareTo(steps.getLast().from()) <= 0) {
                            problems.add(
                                    place, from, "more than " + steps.getLast().from() + ": colours ascend");
                        }
                        steps.add(new Step(value, colour));
                    } catch (NumberFormatException _) {
                        problems.add(member.key(), from, "the value from which the colour holds");
                    }
                }));
        return steps;
    }

    private Map<String, String> words(Fields fields) {
        var words = new LinkedHashMap<String, String>();
        fields.optional("words")
                .ifPresent(node -> Fields.named(node, problems).forEach((value, member) -> {
                    if (member.value() instanceof Node.Text text) {
                        words.put(value, text.text());
                    } else {
                        problems.add(member.value().place(), member.value().describe(), "a word for the value");
                    }
                }));
        return words;
    }
}
