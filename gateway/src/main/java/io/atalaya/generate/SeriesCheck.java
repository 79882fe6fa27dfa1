package io.atalaya.generate;

import io.atalaya.generate.PromqlNames.Use;
import io.atalaya.slo.Catalogue;
import io.atalaya.slo.Catalogue.Metric;
import io.atalaya.yaml.Place;
import io.atalaya.yaml.Problems;
import io.atalaya.yaml.Suggestion;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Holds the series that expressions name against those that exist. Immutable. */
final class SeriesCheck {
    private static final Set<String> OF_EVERY_SERIES = Set.of("job", "instance", "le", "quantile");
    private static final Set<String> OF_RECORDED = Set.of("slo", "service", "capacity");

    private final Catalogue catalogue;
    private final Set<String> recorded;

    /** @param recorded the series that our own rules record */
    SeriesCheck(Catalogue catalogue, Set<String> recorded) {
        this.catalogue = catalogue;
        this.recorded = Set.copyOf(recorded);
    }

    /** Reports every series that does not exist, and every label that a series does not have. */
    void reject(Place place, String expression, Problems problems) {
        for (Use use : PromqlNames.in(expression)) {
            Optional<Metric> metric = catalogue.ofSeries(use.name());
            if (metric.isPresent()) {
                rejectLabels(place, use, metric.get().labels(), problems);
            } else if (recorded.contains(use.name())) {
                rejectLabels(place, use, OF_RECORDED, problems);
            } else {
                String close = Suggestion.closest(
                                use.name(), catalogue.families().keySet())
                        .map(word -> "did you mean " + word + "? ")
                        .orElse("");
                problems.add(place, use.name() + ", which nobody exposes", close + "a series of the catalogue");
            }
        }
    }

    private static void rejectLabels(Place place, Use use, Set<String> known, Problems problems) {
        for (String label : use.labels()) {
            if (!known.contains(label) && !OF_EVERY_SERIES.contains(label)) {
                problems.add(
                        place,
                        use.name() + " by " + label + ", which it does not have",
                        Suggestion.oneOf(label, known));
            }
        }
    }

    /** The metrics that an expression needs and that are not exposed yet. */
    Set<String> pending(String expression) {
        var names = new TreeSet<String>();
        for (Use use : PromqlNames.in(expression)) {
            catalogue.ofSeries(use.name()).filter(Metric::pending).ifPresent(metric -> names.add(metric.name()));
        }
        return names;
    }
}
