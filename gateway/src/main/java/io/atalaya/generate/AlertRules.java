package io.atalaya.generate;

import static io.atalaya.yaml.YamlText.map;

import io.atalaya.slo.Spans;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Rules and their tests of the alerts that are declared by hand. Immutable. */
final class AlertRules {
    private final List<AlertRule> rules;
    private final String runbooks;

    /** @param runbooks what the links to runbooks start with */
    AlertRules(List<AlertRule> rules, String runbooks) {
        this.rules = List.copyOf(rules);
        this.runbooks = runbooks;
    }

    /** The groups of a rule file. */
    List<Map<String, Object>> groups() {
        var byGroup = new LinkedHashMap<String, List<Object>>();
        rules.forEach(rule ->
                byGroup.computeIfAbsent(rule.group(), _ -> new ArrayList<>()).add(rule(rule)));
        var groups = new ArrayList<Map<String, Object>>();
        byGroup.forEach((group, of) -> groups.add(map("name", group, "rules", of)));
        return groups;
    }

    private Map<String, Object> rule(AlertRule rule) {
        return map(
                "alert",
                rule.name(),
                "expr",
                rule.expression(),
                "for",
                rule.hold().isZero() ? "0s" : Spans.text(rule.hold()),
                "labels",
                map("severity", rule.severity().name().toLowerCase(Locale.ROOT), "component", rule.group()),
                "annotations",
                map(
                        "summary",
                        rule.summary(),
                        "description",
                        rule.description(),
                        "origin",
                        rule.origin(),
                        "threshold",
                        switch (rule.threshold()) {
                            case DESIGN -> "of the design";
                            case DESCRIBED_SYSTEM -> "of the described system; the design has none";
                            case OURS -> "ours";
                        },
                        "runbook_url",
                        runbooks + rule.name() + ".md"));
    }

    /** Two tests an alert: it fires on the one, and not on the other. */
    List<Object> tests() {
        var tests = new ArrayList<>();
        for (AlertRule rule : rules) {
            tests.add(test(rule, rule.trial().fires(), true));
            tests.add(test(rule, rule.trial().quiet(), false));
        }
        return tests;
    }

    private static Object test(AlertRule rule, Map<String, String> series, boolean fires) {
        return RuleTests.test(
                rule.name() + (fires ? " fires" : " stays quiet"),
                "1m",
                series,
                Spans.text(rule.trial().at()),
                "alertname=\"" + rule.name() + '"',
                fires);
    }
}
