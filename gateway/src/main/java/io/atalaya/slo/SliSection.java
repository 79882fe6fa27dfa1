package io.atalaya.slo;

import io.atalaya.slo.Catalogue.Kind;
import io.atalaya.slo.Catalogue.Metric;
import io.atalaya.yaml.Fields;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Place;
import io.atalaya.yaml.Problems;
import io.atalaya.yaml.Suggestion;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads what objectives are measured by, and holds it against the catalogue. Confined to the reading thread. */
final class SliSection {
    private static final Pattern ANY = Pattern.compile("\\S{1,128}");
    private static final Duration LONGEST = Duration.ofHours(1);

    /** Of a histogram, its observations count. */
    private static final Set<Kind> COUNTED = Set.of(Kind.COUNTER, Kind.HISTOGRAM);

    /** Labels that a scrape job adds to what others expose. */
    private static final Set<String> OF_THE_JOB = Set.of("job", "instance");

    private final Catalogue catalogue;
    private final Problems problems;

    SliSection(Catalogue catalogue, Problems problems) {
        this.catalogue = catalogue;
        this.problems = problems;
    }

    /** The indicator of an objective: exactly one of {@code events}, {@code latency} and {@code uptime}. */
    Optional<Sli> read(Fields objective) {
        Optional<Node> events = objective.optional("events");
        Optional<Node> latency = objective.optional("latency");
        Optional<Node> uptime = objective.optional("uptime");
        long kinds = List.of(events, latency, uptime).stream()
                .filter(Optional::isPresent)
                .count();
        if (kinds != 1) {
            problems.add(objective.place(), kinds + " indicators", "exactly one of events, latency, uptime");
            return Optional.empty();
        }
        int before = problems.list().size();
        Optional<Sli> sli = events.flatMap(this::events)
                .or(() -> latency.flatMap(this::latency))
                .or(() -> uptime.map(this::uptime));
        return problems.list().size() == before ? sli : Optional.empty();
    }

    private Optional<Sli> events(Node node) {
        Fields fields = Fields.of(node, problems);
        Optional<Node> good = fields.optional("good");
        Optional<Node> bad = fields.optional("bad");
        if (good.isPresent() == bad.isPresent()) {
            problems.add(fields.place(), good.isPresent() ? "both good and bad" : "neither", "good, or bad");
        }
        List<Selector> valid = fields.required("valid", "all events that count, good and bad")
                .map(all -> selectors(all, COUNTED))
                .orElse(List.of());
        List<Selector> counted =
                good.or(() -> bad).map(some -> selectors(some, COUNTED)).orElse(List.of());
        fields.rejectOthers();
        return Optional.of(new Sli.Events(good.isPresent() ? Sli.Counts.GOOD : Sli.Counts.BAD, counted, valid));
    }

    private Optional<Sli> latency(Node node) {
        Fields fields = Fields.of(node, problems);
        Place place = fields.optional("threshold").map(Node::place).orElse(fields.place());
        String text = fields.text("threshold", ANY, "a bound of the histogram, such as 200ms", "");
        Optional<Duration> threshold = Spans.parse(text).filter(span -> span.compareTo(LONGEST) <= 0);
        if (threshold.isEmpty() && !text.isEmpty()) {
            problems.add(place, text, "a time such as 200ms or 5s, at most 1h");
        }
        Optional<Selector> histogram = fields.required("histogram", "a histogram")
                .map(of -> selectors(of, Set.of(Kind.HISTOGRAM)))
                .filter(list -> !list.isEmpty())
                .map(List::getFirst);
        fields.rejectOthers();
        threshold.ifPresent(span -> histogram.ifPresent(of -> checkBound(place, of.metric(), span)));
        return threshold.flatMap(span -> histogram.map(of -> new Sli.Latency(of, span)));
    }

    /** Between two bounds nobody knows: the share would be a guess. */
    private void checkBound(Place place, String metric, Duration threshold) {
        catalogue.family(metric).filter(of -> of.type() == Kind.HISTOGRAM).ifPresent(of -> {
            BigDecimal wanted = Spans.inUnitOf(metric, threshold);
            if (of.bounds().stream().noneMatch(bound -> bound.compareTo(wanted) == 0)) {
                problems.add(
                        place,
                        Spans.text(threshold) + ", between two buckets",
                        "a bound of " + metric + ": one of " + of.bounds());
            }
        });
    }

    private Sli uptime(Node node) {
        Fields fields = Fields.of(node, problems);
        List<Selector> up = fields.required("up", "gauges that are above 0 while it is up")
                .map(of -> selectors(of, Set.of(Kind.GAUGE)))
                .orElse(List.of());
        fields.rejectOthers();
        return new Sli.Uptime(up);
    }

    /** One selector, or a list of them. */
    List<Selector> selectors(Node node, Set<Kind> types) {
        var selectors = new ArrayList<Selector>();
        List<Node> items = node instanceof Node.Sequence sequence ? sequence.items() : List.of(node);
        items.forEach(item -> selector(item, types).ifPresent(selectors::add));
        if (items.isEmpty()) {
            problems.add(node.place(), "an empty list", "at least one metric");
        }
        return selectors;
    }

    /** A metric by its name alone, or {@code {metric: …, labels: {…}, except: {…}}}. */
    Optional<Selector> selector(Node node, Set<Kind> types) {
        if (node instanceof Node.Text(Place place, String name)) {
            return metric(place, name, types).map(of -> Selector.of(of.name()));
        }
        Fields fields = Fields.of(node, problems);
        Place place = fields.optional("metric").map(Node::place).orElse(fields.place());
        String name = fields.text("metric", CatalogueReader.METRIC, "the name of a metric", "");
        Optional<Metric> metric = name.isEmpty() ? Optional.empty() : metric(place, name, types);
        Map<String, List<String>> labels = labels(fields, "labels", metric);
        Map<String, List<String>> except = labels(fields, "except", metric);
        fields.rejectOthers();
        return metric.map(of -> new Selector(of.name(), labels, except));
    }

    private Optional<Metric> metric(Place place, String name, Set<Kind> types) {
        Optional<Metric> metric = catalogue.family(name);
        if (metric.isEmpty()) {
            String close = Suggestion.closest(name, catalogue.families().keySet())
                    .map(word -> "did you mean " + word + "? ")
                    .orElse("");
            problems.add(place, name + ", which is not in the catalogue", close + "a metric that exists");
            return Optional.empty();
        }
        if (!types.contains(metric.get().type())) {
            problems.add(place, name + ", a " + word(metric.get().type()), "a " + words(types));
        }
        return metric;
    }

    private static String words(Set<Kind> types) {
        return String.join(" or ", types.stream().map(SliSection::word).sorted().toList());
    }

    private static String word(Kind type) {
        return type.name().toLowerCase(java.util.Locale.ROOT);
    }

    private Map<String, List<String>> labels(Fields fields, String key, Optional<Metric> metric) {
        var labels = new LinkedHashMap<String, List<String>>();
        fields.optional(key)
                .ifPresent(node -> Fields.named(node, problems).forEach((label, member) -> {
                    metric.filter(of -> !of.labels().contains(label) && (of.ours() || !OF_THE_JOB.contains(label)))
                            .ifPresent(of -> problems.add(
                                    member.key(),
                                    "label " + label + ", which " + of.name() + " does not have",
                                    Suggestion.oneOf(label, of.labels())));
                    labels.put(label, values(member.value()));
                }));
        return labels;
    }

    private List<String> values(Node node) {
        List<Node.Text> texts = node instanceof Node.Text text ? List.of(text) : Fields.texts(node, problems);
        for (Node.Text text : texts) {
            if (!Selector.VALUE.matcher(text.text()).matches()) {
                problems.add(text.place(), text.text(), "a value, or the beginning of values and *");
            }
        }
        return texts.stream().map(Node.Text::text).toList();
    }
}
