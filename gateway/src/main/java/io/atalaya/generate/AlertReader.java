package io.atalaya.generate;

import io.atalaya.generate.AlertRule.Severity;
import io.atalaya.generate.AlertRule.Threshold;
import io.atalaya.generate.AlertRule.Trial;
import io.atalaya.slo.Spans;
import io.atalaya.yaml.Fields;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Place;
import io.atalaya.yaml.Problems;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the alerts that are declared by hand. Confined to the reading thread. */
final class AlertReader {
    private static final Pattern NAME = Pattern.compile("[A-Z][A-Za-z0-9]{2,63}");
    private static final Pattern GROUP = Pattern.compile("[a-z][a-z0-9-]{0,31}");
    private static final Pattern TEXT = Pattern.compile("(?s).{1,1000}");
    private static final Map<String, Severity> SEVERITIES =
            Map.of("critical", Severity.CRITICAL, "warning", Severity.WARNING, "info", Severity.INFO);
    private static final Map<String, Threshold> THRESHOLDS =
            Map.of("design", Threshold.DESIGN, "described-system", Threshold.DESCRIBED_SYSTEM, "ours", Threshold.OURS);

    private final Problems problems;
    private final List<AlertRule> rules = new ArrayList<>();
    private final Map<String, Place> places = new LinkedHashMap<>();

    AlertReader(Problems problems) {
        this.problems = problems;
    }

    List<AlertRule> read(Node.Mapping top) {
        var fields = new Fields(top, problems);
        fields.required("alerts", "groups of alerts")
                .ifPresent(node -> Fields.named(node, problems).forEach(this::readGroup));
        fields.rejectOthers();
        return rules;
    }

    private void readGroup(String group, Node.Member member) {
        if (!GROUP.matcher(group).matches()) {
            problems.add(member.key(), group, "a name: a-z, 0-9 and -");
        }
        Fields.named(member.value(), problems).forEach((name, alert) -> readAlert(group, name, alert));
    }

    private void readAlert(String group, String name, Node.Member member) {
        if (!NAME.matcher(name).matches()) {
            problems.add(member.key(), name, "a name such as HighLatencyP95");
        }
        Place first = places.putIfAbsent(name, member.key());
        if (first != null) {
            problems.add(member.key(), name + " a second time", "once; it is on line " + first.line() + " already");
        }
        Fields fields = Fields.of(member.value(), problems);
        fields.required("severity", "one of critical, warning, info");
        var rule = new AlertRule(
                member.key(),
                name,
                group,
                fields.text("expr", TEXT, "an expression in PromQL", "").strip(),
                span(fields, "for", Duration.ZERO),
                fields.choice("severity", SEVERITIES, Severity.WARNING),
                fields.text("origin", TEXT, "the number of the requirement", ""),
                fields.choice("threshold", THRESHOLDS, Threshold.DESIGN),
                fields.text("summary", TEXT, "one line for people", ""),
                fields.text("description", TEXT, "what is the case, with its value", ""),
                trial(fields));
        fields.rejectOthers();
        rules.add(rule);
    }

    private Trial trial(Fields fields) {
        Map<String, String> fires = series(fields, "fires");
        Map<String, String> quiet = series(fields, "quiet");
        return new Trial(fires, quiet, span(fields, "at", Duration.ofMinutes(30)));
    }

    private Map<String, String> series(Fields fields, String key) {
        var series = new LinkedHashMap<String, String>();
        fields.required(key, "series by name, with their values as promtool writes them")
                .ifPresent(node -> Fields.named(node, problems).forEach((name, member) -> {
                    if (member.value() instanceof Node.Text text) {
                        series.put(name, text.text());
                    } else {
                        problems.add(member.value().place(), member.value().describe(), "values such as 0+10x30");
                    }
                }));
        return series;
    }

    private Duration span(Fields fields, String key, Duration fallback) {
        Optional<Node> node = fields.optional(key);
        if (node.isEmpty()) {
            return fallback;
        }
        Optional<Duration> span = node.get() instanceof Node.Text text ? Spans.parse(text.text()) : Optional.empty();
        if (span.isEmpty()) {
            problems.add(node.get().place(), node.get().describe(), "a span of time such as 5m");
        }
        return span.orElse(fallback);
    }
}
