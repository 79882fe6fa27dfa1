package io.atalaya.openslo;

import static io.atalaya.yaml.YamlText.map;

import io.atalaya.slo.Selector;
import io.atalaya.slo.Spans;
import io.atalaya.yaml.Fields;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Place;
import io.atalaya.yaml.Problems;
import io.atalaya.yaml.YamlReader;
import io.atalaya.yaml.YamlText;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads OpenSLO documents into a file of ours. Confined to the reading thread. What cannot be said here is a problem, not
 * a guess: several objectives in one document, a calendar window, a query that is more than a sum of series.
 */
public final class OpenSloReader {
    private static final Pattern TEXT = Pattern.compile("(?s).{1,2000}");

    private final Problems problems;
    private final Map<String, Object> services = new LinkedHashMap<>();
    private final Map<String, Object> objectives = new LinkedHashMap<>();
    private final Map<String, Object> sections = map();

    private OpenSloReader(Problems problems) {
        this.problems = problems;
    }

    /**
     * Reads a file of one or more documents.
     *
     * @param file what problems call it
     * @return a file of objectives; empty when there are problems
     */
    public static Optional<String> read(String file, String text, Problems problems) {
        var reader = new OpenSloReader(problems);
        int line = 0;
        for (String document : text.split("(?m)^---[ \\t]*$", -1)) {
            if (!document.isBlank()) {
                // the empty lines keep the numbers of the others right
                YamlReader.read(file, "\n".repeat(line) + document, problems).ifPresent(reader::document);
            }
            line += (int) document.chars().filter(c -> c == '\n').count();
        }
        if (reader.objectives.isEmpty() && problems.isEmpty()) {
            problems.add(Place.of(file, ""), "no SLO", "at least one document of kind SLO");
        }
        return problems.isEmpty() ? Optional.of(reader.text()) : Optional.empty();
    }

    private String text() {
        return YamlText.of(
                "Imported from OpenSLO; `./atalaya slo check` holds it against the catalogue of metrics.", whole());
    }

    private Map<String, Object> whole() {
        Map<String, Object> whole = map("slo", "imported", "services", services, "objectives", objectives);
        whole.putAll(sections);
        return whole;
    }

    private void document(Node.Mapping top) {
        var fields = new Fields(top, problems);
        String version = fields.text("apiVersion", TEXT, OpenSloText.VERSION, OpenSloText.VERSION);
        if (!version.equals(OpenSloText.VERSION)) {
            problems.add(top.place().child("apiVersion"), version, OpenSloText.VERSION);
        }
        Optional<Node> metadata = fields.required("metadata", "metadata with a name");
        Optional<Node> spec = fields.required("spec", "a specification");
        String kind = fields.text("kind", TEXT, "SLO or Service", "");
        metadata.ifPresent(meta -> spec.ifPresent(of -> {
            switch (kind) {
                case "SLO" -> objective(Fields.of(meta, problems), Fields.of(of, problems));
                case "Service" -> service(Fields.of(meta, problems));
                case "" -> {}
                default -> problems.add(top.place().child("kind"), kind, "SLO or Service; the others are not read");
            }
        }));
    }

    private void service(Fields meta) {
        String name = meta.text("name", TEXT, "a name", "");
        Map<String, Object> service = map("title", meta.optionalText("displayName", TEXT, "a title", name));
        Map<String, String> annotations = annotations(meta);
        service.put("owner", annotations.getOrDefault("owner", "unknown"));
        for (String key : List.of("rto", "rpo")) {
            if (annotations.containsKey(key)) {
                service.put(key, annotations.get(key));
            }
        }
        services.put(name, service);
        String whole = annotations.get(FileAnnotation.KEY);
        if (whole != null) {
            if (!sections.isEmpty()) {
                problems.add(
                        meta.place(), "another " + OpenSloText.PREFIX + FileAnnotation.KEY, "one in all documents");
            }
            sections.putAll(FileAnnotation.read(meta.place(), whole, problems));
        }
    }

    private Map<String, String> annotations(Fields fields) {
        var annotations = new LinkedHashMap<String, String>();
        fields.optional("annotations")
                .ifPresent(node -> Fields.named(node, problems).forEach((key, member) -> {
                    if (key.startsWith(OpenSloText.PREFIX) && member.value() instanceof Node.Text text) {
                        annotations.put(key.substring(OpenSloText.PREFIX.length()), text.text());
                    }
                }));
        return annotations;
    }

    private void objective(Fields meta, Fields spec) {
        String name = meta.text("name", TEXT, "a name", "");
        String service = spec.text("service", TEXT, "a service", "");
        services.putIfAbsent(service, map("title", service, "owner", "unknown"));
        Map<String, Object> objective = map("service", service);
        objective.put("title", meta.optionalText("displayName", TEXT, "a title", name));
        target(spec, objective);
        window(spec, objective);
        Map<String, String> annotations = annotations(meta);
        for (String key : List.of("min-events", "gate")) {
            if (annotations.containsKey(key)) {
                objective.put(key, annotations.get(key));
            }
        }
        Map<String, Object> titles = map();
        annotations.forEach((key, text) -> {
            if (key.startsWith(OpenSloText.TITLE)) {
                titles.put(key.substring(OpenSloText.TITLE.length()), text);
            }
        });
        if (!titles.isEmpty()) {
            objective.put("titles", titles);
        }
        spec.required("indicator", "an indicator in place")
                .flatMap(node -> Fields.of(node, problems).required("spec", "its specification"))
                .ifPresent(node -> indicator(Fields.of(node, problems), objective));
        objectives.put(name, objective);
    }

    private void target(Fields spec, Map<String, Object> objective) {
        Optional<Fields> only = only(spec, "objectives", "one objective");
        only.ifPresent(fields -> {
            String percent = fields.optionalText("targetPercent", TEXT, "a percentage", "");
            String share = fields.optionalText("target", TEXT, "a share such as 0.999", "");
            try {
                BigDecimal target =
                        percent.isEmpty() ? new BigDecimal(share).movePointRight(2) : new BigDecimal(percent);
                objective.put("objective", target.stripTrailingZeros().toPlainString());
            } catch (NumberFormatException _) {
                problems.add(fields.place(), percent + share, "target, such as 0.999, or targetPercent");
            }
        });
    }

    private void window(Fields spec, Map<String, Object> objective) {
        only(spec, "timeWindow", "one time window").ifPresent(fields -> {
            String text = fields.text("duration", TEXT, "a duration such as 30d", "");
            Optional<Duration> duration = span(text);
            if (!fields.flag("isRolling", false) || duration.isEmpty()) {
                problems.add(fields.place(), text, "a rolling window such as 30d");
            }
            duration.ifPresent(of -> objective.put("window", Spans.text(of)));
        });
    }

    /** Weeks are seven days. */
    private static Optional<Duration> span(String text) {
        return text.matches("[1-9]\\d?w")
                ? Optional.of(Duration.ofDays(7L * Integer.parseInt(text.substring(0, text.length() - 1))))
                : Spans.parse(text);
    }

    private Optional<Fields> only(Fields spec, String key, String expected) {
        Optional<Node> node = spec.required(key, expected);
        if (node.isEmpty()) {
            return Optional.empty();
        }
        if (node.get() instanceof Node.Sequence(Place _, List<Node> items) && items.size() == 1) {
            return Optional.of(Fields.of(items.getFirst(), problems));
        }
        problems.add(node.get().place(), node.get().describe(), expected);
        return Optional.empty();
    }

    private void indicator(Fields spec, Map<String, Object> objective) {
        Optional<Node> ratio = spec.optional("ratioMetric");
        Optional<Node> threshold = spec.optional("thresholdMetric");
        if (ratio.isPresent()) {
            ratio(Fields.of(ratio.get(), problems), objective);
        } else if (threshold.isPresent()) {
            query(threshold.get()).ifPresent(up -> objective.put("uptime", map("up", selectors(up, ""))));
        } else {
            problems.add(spec.place(), "neither ratioMetric nor thresholdMetric", "one of them");
        }
    }

    private void ratio(Fields ratio, Map<String, Object> objective) {
        Optional<Node> good = ratio.optional("good");
        Optional<Node> bad = ratio.optional("bad");
        Optional<List<Selector>> counted = good.or(() -> bad).flatMap(this::query);
        Optional<List<Selector>> total = ratio.required("total", "all events").flatMap(this::query);
        if (good.isEmpty() && bad.isEmpty()) {
            problems.add(ratio.place(), "neither good nor bad", "one of them");
        }
        counted.ifPresent(some -> total.ifPresent(all -> {
            Selector first = some.getFirst();
            if (good.isPresent()
                    && first.metric().endsWith("_bucket")
                    && first.labels().containsKey("le")) {
                objective.put("latency", latency(first));
            } else {
                objective.put(
                        "events",
                        map(
                                good.isPresent() ? "good" : "bad",
                                selectors(some, "_count"),
                                "valid",
                                selectors(all, "_count")));
            }
        }));
    }

    private Map<String, Object> latency(Selector bucket) {
        String name = bucket.metric().substring(0, bucket.metric().length() - "_bucket".length());
        var labels = new LinkedHashMap<>(bucket.labels());
        BigDecimal bound =
                new BigDecimal(Objects.requireNonNull(labels.remove("le")).getFirst());
        boolean millis = name.endsWith("_ms") || name.endsWith("_milliseconds");
        Duration threshold =
                Duration.ofMillis(bound.movePointRight(millis ? 0 : 3).longValue());
        return map(
                "histogram",
                selector(new Selector(name, labels, bucket.except()), ""),
                "threshold",
                Spans.text(threshold));
    }

    private static List<Object> selectors(List<Selector> selectors, String suffix) {
        return selectors.stream().map(selector -> selector(selector, suffix)).toList();
    }

    /** @param suffix of a histogram's series, which its name does not have here */
    static Object selector(Selector selector, String suffix) {
        String name = selector.metric();
        Map<String, Object> of = map(
                "metric",
                !suffix.isEmpty() && name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : name);
        if (!selector.labels().isEmpty()) {
            of.put("labels", selector.labels());
        }
        if (!selector.except().isEmpty()) {
            of.put("except", selector.except());
        }
        return of;
    }

    private Optional<List<Selector>> query(Node node) {
        Optional<Node> source = Fields.of(node, problems).required("metricSource", "a metric source in place");
        Optional<Node> spec = source.flatMap(of -> Fields.of(of, problems).required("spec", "its specification"));
        return spec.flatMap(of -> {
            Fields fields = Fields.of(of, problems);
            String text = fields.text("query", TEXT, "a query in PromQL", "");
            Optional<List<Selector>> selectors = QuerySelectors.of(text);
            if (selectors.isEmpty() && !text.isEmpty()) {
                Place place = fields.optional("query").map(Node::place).orElse(fields.place());
                problems.add(place, text, "a series such as requests_total{code=\"200\"}, or a sum of some");
            }
            return selectors;
        });
    }
}
