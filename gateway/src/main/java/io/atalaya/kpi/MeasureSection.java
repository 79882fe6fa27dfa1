package io.atalaya.kpi;

import io.atalaya.kpi.Match.Condition;
import io.atalaya.slo.Catalogue;
import io.atalaya.slo.Selector;
import io.atalaya.yaml.Fields;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Place;
import io.atalaya.yaml.Problems;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import tools.jackson.core.JsonPointer;

/** Reads how an indicator is reckoned. Confined to the reading thread. */
final class MeasureSection {
    private static final Pattern TYPE = Pattern.compile("[A-Za-z][A-Za-z0-9_.:-]{0,127}");
    private static final Pattern POINTER = Pattern.compile("(/[^/\\s]{1,100}){1,10}");
    private static final String POINTED = "a path in the event, such as /outcome";
    private static final JsonPointer NOWHERE = JsonPointer.compile("/");

    private final Catalogue catalogue;
    private final Problems problems;
    private final Map<String, Function<Fields, Measure>> kinds = new LinkedHashMap<>();

    MeasureSection(Catalogue catalogue, Problems problems) {
        this.catalogue = catalogue;
        this.problems = problems;
        kinds.put("ratio", this::ratio);
        kinds.put("state-share", this::stateShare);
        kinds.put("mean", this::mean);
        kinds.put("weighted-score", this::weightedScore);
        kinds.put("counter-ratio", this::counterRatio);
    }

    /** The one measure of an indicator; empty when there is not exactly one, which is reported. */
    Optional<Measure> read(Fields fields) {
        var found = new ArrayList<Measure>();
        for (var kind : kinds.entrySet()) {
            fields.optional(kind.getKey()).ifPresent(node -> {
                Fields of = Fields.of(node, problems);
                found.add(kind.getValue().apply(of));
                of.rejectOthers();
            });
        }
        if (found.size() != 1) {
            problems.add(
                    fields.place(),
                    found.isEmpty() ? "no measure" : found.size() + " measures",
                    "one of " + String.join(", ", kinds.keySet()));
        }
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    private Measure ratio(Fields fields) {
        Match good = match(fields, "good");
        Match of = match(fields, "of");
        Optional<JsonPointer> key = fields.optional("key").map(_ -> pointer(fields, "key"));
        return new Measure.Ratio(good, of, key);
    }

    private Measure stateShare(Fields fields) {
        Match report = match(fields, "report");
        JsonPointer entity = pointer(fields, "entity");
        JsonPointer state = pointer(fields, "state");
        Set<String> counted = words(fields, "counted");
        if (counted.isEmpty()) {
            problems.add(fields.place().child("counted"), "nothing", "the states that count, such as [available]");
        }
        Optional<Match> registered = fields.optional("registered").map(node -> match(node));
        return new Measure.StateShare(report, entity, state, counted, words(fields, "gone"), registered);
    }

    private Set<String> words(Fields fields, String key) {
        var words = new LinkedHashSet<String>();
        fields.texts(key).forEach(text -> words.add(text.text()));
        return words;
    }

    private Measure mean(Fields fields) {
        Match of = match(fields, "of");
        JsonPointer value = pointer(fields, "value");
        boolean absolute = fields.flag("absolute", false);
        double most =
                fields.optional("most").isPresent() ? number(fields, "most").orElse(0) : Double.MAX_VALUE;
        return new Measure.Mean(of, value, absolute, most);
    }

    private Measure weightedScore(Fields fields) {
        Match of = match(fields, "of");
        JsonPointer score = pointer(fields, "score");
        double least = number(fields, "least").orElse(0);
        double most = number(fields, "most").orElse(0);
        JsonPointer group = pointer(fields, "group");
        var weights = new HashMap<String, Double>();
        fields.required("weights", "the weight of each group")
                .ifPresent(node -> Fields.named(node, problems).forEach((name, member) -> {
                    OptionalDouble weight = number(member.value());
                    if (weight.isEmpty() || weight.getAsDouble() <= 0) {
                        problems.add(member.value().place(), member.value().describe(), "a weight above 0");
                    } else {
                        weights.put(name, weight.getAsDouble());
                    }
                }));
        if (problems.isEmpty() && least >= most) {
            problems.add(fields.place(), "least, which is not below most", "a range of scores");
        }
        return new Measure.WeightedScore(of, score, least, most, group, weights);
    }

    private Measure counterRatio(Fields fields) {
        return new Measure.CounterRatio(selectors(fields, "good"), selectors(fields, "of"));
    }

    private List<Selector> selectors(Fields fields, String key) {
        Optional<Node> node = fields.required(key, "a counter of this program, or a list of them");
        if (node.isEmpty()) {
            return List.of();
        }
        List<Node> nodes = node.get() instanceof Node.Sequence list ? list.items() : List.of(node.get());
        return nodes.stream().map(this::selector).toList();
    }

    private Selector selector(Node node) {
        if (node instanceof Node.Text text) {
            checkCounter(text.place(), text.text(), Set.of());
            return Selector.of(text.text());
        }
        Fields fields = Fields.of(node, problems);
        String metric = fields.text("metric", TYPE, "a counter of this program", "");
        var labels = new LinkedHashMap<String, List<String>>();
        fields.optional("labels")
                .ifPresent(of -> Fields.named(of, problems)
                        .forEach((label, member) -> labels.put(label, values(member.value()))));
        fields.rejectOthers();
        if (!metric.isEmpty()) {
            checkCounter(fields.place(), metric, labels.keySet());
        }
        return new Selector(metric, labels, Map.of());
    }

    private void checkCounter(Place place, String metric, Set<String> labels) {
        Optional<Catalogue.Metric> family = catalogue.family(metric);
        boolean counter = family.filter(Catalogue.Metric::ours)
                .filter(found -> found.type() == Catalogue.Kind.COUNTER)
                .isPresent();
        if (!counter) {
            problems.add(place, metric, "a counter of this program, as in catalogue.yaml");
            return;
        }
        for (String label : labels) {
            if (!family.get().labels().contains(label)) {
                problems.add(
                        place,
                        label,
                        "a label of " + metric + ": " + family.get().labels());
            }
        }
    }

    private List<String> values(Node node) {
        if (node instanceof Node.Text text) {
            return List.of(text.text());
        }
        return Fields.texts(node, problems).stream().map(Node.Text::text).toList();
    }

    private Match match(Fields fields, String key) {
        return fields.required(key, "a type of event, or {type: …, where: {…}}")
                .map(node -> match(node))
                .orElseGet(() -> new Match("", List.of()));
    }

    private Match match(Node node) {
        if (node instanceof Node.Text text) {
            if (!TYPE.matcher(text.text()).matches()) {
                problems.add(text.place(), text.describe(), "a type of event");
            }
            return new Match(text.text(), List.of());
        }
        Fields fields = Fields.of(node, problems);
        String type = fields.text("type", TYPE, "a type of event", "");
        var where = new ArrayList<Condition>();
        fields.optional("where")
                .ifPresent(of -> Fields.named(of, problems).forEach((path, member) -> {
                    if (POINTER.matcher(path).matches()) {
                        where.add(condition(JsonPointer.compile(path), member.value()));
                    } else {
                        problems.add(member.key(), path, POINTED);
                    }
                }));
        fields.rejectOthers();
        return new Match(type, where);
    }

    private Condition condition(JsonPointer member, Node node) {
        if (!(node instanceof Node.Mapping)) {
            return new Condition.OneOf(member, Set.copyOf(values(node)));
        }
        Fields fields = Fields.of(node, problems);
        OptionalDouble above = fields.optional("above").isPresent() ? number(fields, "above") : OptionalDouble.empty();
        OptionalDouble below = fields.optional("below").isPresent() ? number(fields, "below") : OptionalDouble.empty();
        fields.rejectOthers();
        if (fields.optional("above").isEmpty() && fields.optional("below").isEmpty()) {
            problems.add(fields.place(), "no bound", "above, below or both");
        }
        return new Condition.Between(member, above, below);
    }

    private JsonPointer pointer(Fields fields, String key) {
        String text = fields.text(key, POINTER, POINTED, "");
        return text.isEmpty() ? NOWHERE : JsonPointer.compile(text);
    }

    /** A number that must be there. */
    OptionalDouble number(Fields fields, String key) {
        Optional<Node> node = fields.required(key, "a number");
        if (node.isEmpty()) {
            return OptionalDouble.empty();
        }
        OptionalDouble number = number(node.get());
        if (number.isEmpty()) {
            problems.add(node.get().place(), node.get().describe(), "a number");
        }
        return number;
    }

    private static OptionalDouble number(Node node) {
        try {
            double value = node instanceof Node.Text text ? Double.parseDouble(text.text()) : Double.NaN;
            return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
        } catch (NumberFormatException _) {
            return OptionalDouble.empty();
        }
    }
}
