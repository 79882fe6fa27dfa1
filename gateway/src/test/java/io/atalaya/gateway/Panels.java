package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.slo.Catalogue;
import io.atalaya.slo.ShippedObjectives;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The panels of {@code deploy/}, and whose series they need. Immutable. */
final class Panels {
    static final Path DEPLOY = Path.of("../deploy");
    private static final Pattern WORD = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Pattern SUBJECT = Pattern.compile("(?m)^ +(slo|capacity): \"([a-z0-9-]+)\"$");
    private static final Pattern LABEL = Pattern.compile("\\{\\{ *([a-zA-Z_]+) *}}");
    private static final Pattern OTHER_JOB = Pattern.compile("job=\\\\?\"(?!api\\b)([a-z]+)");

    /** Panels that are empty as long as all is well. */
    private static final Set<String> EMPTY_IS_GOOD = Set.of("Alerts firing", "Burning now");

    private final Catalogue catalogue = ShippedObjectives.read().catalogue();
    private final List<Query> queries;

    /** Whose series a recorded series was made of, by the selector that tells it from others of its name. */
    private final Map<String, Set<String>> recorded;

    /** One expression of a panel, and what its series are called. */
    record Query(String panel, String expression, String legend) {}

    private Panels(List<Query> queries, String rules) {
        this.queries = List.copyOf(queries);
        this.recorded = new HashMap<>();
        for (String rule : rules.split("- record: ", -1)) {
            Set<String> exporters = named(rule);
            SUBJECT.matcher(rule)
                    .results()
                    .forEach(of -> recorded.computeIfAbsent(
                                    of.group(1) + "=\"" + of.group(2) + "\"", _ -> new TreeSet<>())
                            .addAll(exporters));
        }
    }

    /** Those that are committed. */
    static Panels read() throws IOException {
        var queries = new ArrayList<Query>();
        try (Stream<Path> files = Files.walk(DEPLOY.resolve("grafana/dashboards"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".json")).toList()) {
                for (JsonNode panel :
                        JsonMapper.shared().readTree(Files.readString(file)).path("panels")) {
                    for (JsonNode target : panel.path("targets")) {
                        queries.add(new Query(
                                panel.path("title").asString(),
                                target.path("expr").asString().replace("$__rate_interval", "15s"),
                                target.path("legendFormat").asString()));
                    }
                }
            }
        }
        assertThat(queries).hasSizeGreaterThan(80);
        return new Panels(queries, Files.readString(DEPLOY.resolve("prometheus/rules/slo.yml")));
    }

    Catalogue catalogue() {
        return catalogue;
    }

    List<Query> queries() {
        return queries;
    }

    /** Panels that should have a number now, and have none. */
    List<String> withoutNumber(PrometheusServer prometheus, Predicate<Set<String>> whose) {
        return queries.stream()
                .filter(query -> !EMPTY_IS_GOOD.contains(query.panel))
                .filter(query -> whose.test(exporters(query.expression)))
                .filter(query -> prometheus.query(query.expression).stream()
                        .noneMatch(sample -> Double.isFinite(sample.value())))
                .map(query -> query.panel + ": " + query.expression)
                .toList();
    }

    /** Panels that call their series by a label which none of them has: their legends would be empty. */
    List<String> withoutName(PrometheusServer prometheus, Predicate<Set<String>> whose) {
        return queries.stream()
                .filter(query -> whose.test(exporters(query.expression)))
                .flatMap(query -> {
                    List<PrometheusServer.Sample> samples = prometheus.query(query.expression);
                    return LABEL.matcher(query.legend)
                            .results()
                            .map(label -> label.group(1))
                            .filter(label -> !samples.isEmpty()
                                    && samples.stream()
                                            .noneMatch(sample -> sample.labels().has(label)))
                            .map(label -> "%s: %s of %s".formatted(query.panel, label, query.expression));
                })
                .toList();
    }

    /** The exporters, besides the gateway and Prometheus, whose series an expression needs, itself or by what was recorded. */
    Set<String> exporters(String expression) {
        Set<String> exporters = named(expression);
        recorded.forEach((selector, of) -> {
            if (expression.contains(selector)) {
                exporters.addAll(of);
            }
        });
        return exporters;
    }

    private Set<String> named(String expression) {
        var exporters = new TreeSet<String>();
        OTHER_JOB.matcher(expression).results().forEach(job -> exporters.add(job.group(1)));
        words(expression).stream()
                .map(catalogue::ofSeries)
                .flatMap(Optional::stream)
                .filter(metric -> !metric.ours() && !metric.exporter().equals("prometheus"))
                .forEach(metric -> exporters.add(metric.exporter()));
        return exporters;
    }

    /** What could be the name of a series. */
    static Set<String> words(String text) {
        var words = new TreeSet<String>();
        WORD.matcher(text).results().forEach(word -> words.add(word.group()));
        return words;
    }
}
