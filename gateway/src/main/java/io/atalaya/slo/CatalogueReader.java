package io.atalaya.slo;

import io.atalaya.slo.Catalogue.Exporter;
import io.atalaya.slo.Catalogue.Kind;
import io.atalaya.slo.Catalogue.Metric;
import io.atalaya.yaml.Fields;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Problems;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Reads a catalogue of metrics. Confined to the reading thread. */
final class CatalogueReader {
    static final Pattern METRIC = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]{0,127}");
    private static final Pattern LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]{0,63}");
    private static final Pattern TEXT = Pattern.compile("[^\\p{Cntrl}]{1,400}");
    private static final Pattern JOB = Pattern.compile("[a-z][a-z0-9-]{0,63}");
    private static final Map<String, Kind> TYPES =
            Map.of("counter", Kind.COUNTER, "gauge", Kind.GAUGE, "histogram", Kind.HISTOGRAM, "summary", Kind.SUMMARY);

    private final Problems problems;
    private final Map<String, Exporter> exporters = new LinkedHashMap<>();
    private final Map<String, Metric> metrics = new TreeMap<>();

    CatalogueReader(Problems problems) {
        this.problems = problems;
    }

    Catalogue read(Node.Mapping top) {
        var fields = new Fields(top, problems);
        fields.required("exporters", "programs that expose metrics")
                .ifPresent(node -> Fields.named(node, problems).forEach(this::readExporter));
        fields.rejectOthers();
        if (!exporters.isEmpty() && !exporters.containsKey(Catalogue.OURS)) {
            problems.add(top.place().child("exporters"), "no " + Catalogue.OURS, "this program among the exporters");
        }
        return new Catalogue(exporters, metrics.values());
    }

    private void readExporter(String id, Node.Member member) {
        Fields fields = Fields.of(member.value(), problems);
        String job = fields.text("job", JOB, "the name of a scrape job", "");
        String about = fields.text("about", TEXT, "what it is", "");
        exporters.put(id, new Exporter(id, job, about));
        fields.required("metrics", "families by name")
                .ifPresent(
                        node -> Fields.named(node, problems).forEach((name, family) -> readMetric(id, name, family)));
        fields.rejectOthers();
    }

    private void readMetric(String exporter, String name, Node.Member member) {
        if (!METRIC.matcher(name).matches()) {
            problems.add(member.key(), name, "the name of a metric");
        }
        Fields fields = Fields.of(member.value(), problems);
        fields.required("type", "one of counter, gauge, histogram, summary");
        Kind type = fields.choice("type", TYPES, Kind.GAUGE);
        var labels = new TreeSet<String>();
        for (Node.Text label : fields.texts("labels")) {
            if (!LABEL.matcher(label.text()).matches()) {
                problems.add(label.place(), label.text(), "the name of a label");
            }
            labels.add(label.text());
        }
        List<BigDecimal> bounds = bounds(fields, type);
        boolean pending = fields.flag("pending", false);
        fields.rejectOthers();
        Metric first = metrics.putIfAbsent(name, new Metric(name, exporter, type, labels, bounds, pending));
        if (first != null) {
            problems.add(member.key(), name + " a second time", "once; exporter " + first.exporter() + " has it");
        }
    }

    private List<BigDecimal> bounds(Fields fields, Kind type) {
        var bounds = new ArrayList<BigDecimal>();
        for (Node.Text text : fields.texts("buckets")) {
            try {
                BigDecimal bound = new BigDecimal(text.text());
                if (!bounds.isEmpty() && bound.compareTo(bounds.getLast()) <= 0) {
                    problems.add(text.place(), text.text(), "more than " + bounds.getLast());
                }
                bounds.add(bound);
            } catch (NumberFormatException _) {
                problems.add(text.place(), text.text(), "an upper bound, such as 0.2");
            }
        }
        if (bounds.isEmpty() == (type == Kind.HISTOGRAM)) {
            problems.add(
                    fields.place().child("buckets"),
                    bounds.isEmpty() ? "nothing" : "buckets",
                    bounds.isEmpty() ? "the bounds of a histogram" : "none: only histograms have them");
        }
        return bounds;
    }
}
