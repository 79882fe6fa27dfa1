package io.atalaya.generate;

import static io.atalaya.yaml.YamlText.map;

import io.atalaya.generate.Dashboard.Panel;
import io.atalaya.slo.Catalogue;
import io.atalaya.slo.FeasibilityReport;
import io.atalaya.slo.Slo;
import io.atalaya.slo.SloFile;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Problems;
import io.atalaya.yaml.YamlText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes everything that is made from the objectives, the alerts and the dashboards. Immutable; the same input makes the
 * same files.
 *
 * <p>Nothing names a series that does not exist: a name that is not in the catalogue is a problem of the source, and what
 * names a pending one is left out and listed.
 */
public final class Generator {
    private static final String HEADER = "Made by `./atalaya slo generate` from slo/*.yaml; do not edit.";

    private final Input input;
    private final List<AlertRule> alerts;
    private final List<Dashboard> dashboards;
    private final SeriesCheck check;
    private final SloRules rules;
    private final List<Slo> objectives;

    private Generator(Input input, List<AlertRule> alerts, List<Dashboard> dashboards) {
        this.input = input;
        this.objectives = input.file().objectives().stream()
                .filter(slo -> input.withPending() || !slo.pending())
                .toList();
        var queries = new SloQueries(input.catalogue());
        this.rules = new SloRules(input.file(), objectives, queries, input.runbooks());
        this.check = new SeriesCheck(input.catalogue(), rules.recorded());
        this.alerts = List.copyOf(alerts);
        var all = new ArrayList<>(dashboards);
        all.add(SloDashboards.budgets(input.file(), objectives));
        this.dashboards = List.copyOf(all);
    }

    /**
     * A file that is made. Immutable.
     *
     * @param path below the folder of all of them
     */
    public record Artefact(String path, String text) {}

    /**
     * What is read already.
     *
     * @param runbooks what the link to a runbook starts with
     * @param withPending make also what names metrics that are not exposed yet, as it will be
     */
    public record Input(SloFile file, Catalogue catalogue, String runbooks, boolean withPending) {}

    /**
     * Reads the alerts and dashboards and holds them against the catalogue.
     *
     * @param problems gets all that is wrong
     * @return empty when something is
     */
    public static Optional<Generator> read(
            Input input, Node.Mapping alerts, Node.Mapping dashboards, Problems problems) {
        var generator = new Generator(
                input, new AlertReader(problems).read(alerts), new DashboardReader(problems).read(dashboards));
        generator.alerts.forEach(alert -> generator.check.reject(alert.place(), alert.expression(), problems));
        generator.dashboards.forEach(dashboard -> dashboard
                .panels()
                .forEach(panel -> panel.queries()
                        .forEach(query -> generator.check.reject(panel.place(), query.expression(), problems))));
        return problems.isEmpty() ? Optional.of(generator) : Optional.empty();
    }

    /** All alerts that are declared by hand. */
    public List<AlertRule> alerts() {
        return alerts;
    }

    /** All dashboards, that of the budgets included. */
    public List<Dashboard> dashboards() {
        return dashboards;
    }

    /** What there is, in one line. */
    public String summary() {
        long waiting = input.file().objectives().stream().filter(Slo::pending).count()
                + alerts.stream()
                        .filter(alert -> !check.pending(alert.expression()).isEmpty())
                        .count();
        return "%d objectives, %d alerts, %d dashboards; %d of them wait for a metric"
                .formatted(input.file().objectives().size(), alerts.size(), dashboards.size(), waiting);
    }

    private boolean made(AlertRule alert) {
        return input.withPending() || check.pending(alert.expression()).isEmpty();
    }

    private boolean made(Panel panel) {
        return input.withPending()
                || panel.queries().stream()
                        .allMatch(query -> check.pending(query.expression()).isEmpty());
    }

    /** All files, in the order of their paths. */
    public List<Artefact> artefacts() {
        var files = new ArrayList<Artefact>();
        var byHand = new AlertRules(alerts.stream().filter(this::made).toList(), input.runbooks());
        files.add(new Artefact("prometheus/rules/slo.yml", YamlText.of(HEADER, map("groups", rules.groups()))));
        files.add(new Artefact("prometheus/rules/alerts.yml", YamlText.of(HEADER, map("groups", byHand.groups()))));
        files.add(tests("slo", "slo", "1m", RuleTests.burns(objectives)));
        files.add(tests("slo_slow", "slo", "10m", RuleTests.slowBurns(objectives)));
        files.add(tests("alerts", "alerts", "1m", byHand.tests()));
        var servers = new ServerConfigs(input.file(), input.catalogue());
        files.add(new Artefact("prometheus/prometheus.yml", servers.prometheus(HEADER)));
        files.add(new Artefact("alertmanager/alertmanager.yml", servers.alertmanager(HEADER)));
        Set<String> folders = new TreeSet<>();
        for (Dashboard declared : dashboards) {
            Dashboard dashboard = declared.with(this::made);
            if (!dashboard.rows().isEmpty()) {
                folders.add(dashboard.folder());
                files.add(new Artefact(
                        "grafana/dashboards/%s/%s.json".formatted(dashboard.folder(), dashboard.id()),
                        DashboardJson.of(dashboard)));
            }
        }
        files.add(new Artefact("grafana/provisioning/datasources/prometheus.yml", ServerConfigs.datasource(HEADER)));
        files.add(new Artefact("grafana/provisioning/dashboards/atalaya.yml", ServerConfigs.provider(HEADER, folders)));
        files.add(new Artefact("slo-report.md", FeasibilityReport.of(input.file())));
        files.add(new Artefact("PENDING.md", pending()));
        files.sort(Comparator.comparing(Artefact::path));
        return files;
    }

    private static Artefact tests(String name, String rules, String interval, List<Object> tests) {
        Map<String, Object> content =
                map("rule_files", List.of("../rules/" + rules + ".yml"), "evaluation_interval", interval);
        if (rules.equals("slo")) {
            // otherwise by chance, and an alert would look at what was recorded a step before
            content.put("group_eval_order", SloRules.ORDER);
        }
        content.put("tests", tests);
        return new Artefact("prometheus/tests/" + name + "_test.yml", YamlText.of(HEADER, content));
    }

    private String pending() {
        var out = new StringBuilder("""
                # What waits for a metric

                Made by `./atalaya slo generate`. Every line names something that is declared in `slo/` but left out of this
                folder, because a metric that it needs is not exposed yet: a rule or a panel without data would look like
                good news. It appears by itself once the metric is no longer `pending` in `slo/catalogue.yaml`.

                | what | waits for |
                |---|---|
                """);
        for (Slo slo : input.file().objectives()) {
            if (slo.pending()) {
                var names = new TreeSet<String>();
                slo.sli().selectors().forEach(selector -> names.add(selector.metric()));
                line(out, "objective " + slo.id(), names);
            }
        }
        for (AlertRule alert : alerts) {
            line(out, "alert " + alert.name(), check.pending(alert.expression()));
        }
        for (Dashboard dashboard : dashboards) {
            for (Panel panel : dashboard.panels()) {
                var names = new TreeSet<String>();
                panel.queries().forEach(query -> names.addAll(check.pending(query.expression())));
                line(out, "panel " + dashboard.title() + ": " + panel.title(), names);
            }
        }
        return out.toString();
    }

    private static void line(StringBuilder out, String what, Set<String> names) {
        if (!names.isEmpty()) {
            out.append("| ")
                    .append(what)
                    .append(" | `")
                    .append(String.join("`, `", names))
                    .append("` |\n");
        }
    }
}
