package io.atalaya.generate;

import static io.atalaya.yaml.YamlText.map;

import io.atalaya.slo.Slo;
import io.atalaya.slo.SloFile;
import io.atalaya.slo.SloFile.Capacity;
import io.atalaya.slo.Spans;
import io.atalaya.slo.Tier;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Recording rules and burn-rate alerts of the objectives. Immutable. */
final class SloRules {
    static final String BURN = Slo.BURN;
    static final String SPENT = Slo.SPENT;

    /** The groups, each after those whose series it reads. */
    static final List<String> ORDER = List.of("slo-own", "slo-others", "slo-objectives", "slo-alerts", "capacity");

    private final SloFile file;
    private final List<Slo> objectives;
    private final SloQueries queries;
    private final String runbooks;

    /**
     * @param objectives those that rules can be made of
     * @param runbooks what the links to runbooks start with
     */
    SloRules(SloFile file, List<Slo> objectives, SloQueries queries, String runbooks) {
        this.file = file;
        this.objectives = List.copyOf(objectives);
        this.queries = queries;
        this.runbooks = runbooks;
    }

    /** The groups of a rule file. */
    List<Map<String, Object>> groups() {
        return List.of(
                map("name", ORDER.get(0), "rules", own()),
                map("name", ORDER.get(1), "rules", others()),
                map("name", ORDER.get(2), "rules", declared()),
                map("name", ORDER.get(3), "rules", alerts()),
                map("name", ORDER.get(4), "rules", capacities()));
    }

    /** The names of the series that the rules record. */
    Set<String> recorded() {
        var names = new TreeSet<String>();
        for (List<Object> rules : List.of(own(), others(), declared(), capacities())) {
            for (Object rule : rules) {
                if (rule instanceof Map<?, ?> map && map.get("record") instanceof String name) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    private Set<Duration> windows() {
        var windows = new TreeSet<Duration>();
        objectives.forEach(slo -> {
            windows.add(slo.window());
            slo.tiers().forEach(tier -> {
                windows.add(tier.longWindow());
                windows.add(tier.shortWindow());
            });
        });
        return windows;
    }

    private List<Object> own() {
        var rules = new ArrayList<>();
        for (Duration window : windows()) {
            rules.add(map("record", SloQueries.RATIO + Spans.text(window), "expr", SloQueries.ownRatio(window)));
            rules.add(map("record", SloQueries.EVENTS + Spans.text(window), "expr", SloQueries.ownEvents(window)));
        }
        return rules;
    }

    private List<Object> others() {
        var rules = new ArrayList<>();
        for (Slo slo : objectives) {
            if (slo.external()) {
                for (Duration window : windowsOf(slo)) {
                    rules.add(recorded(SloQueries.RATIO + Spans.text(window), queries.ratio(slo, window), slo));
                    String events = queries.events(slo, window);
                    if (!events.isEmpty()) {
                        rules.add(recorded(SloQueries.EVENTS + Spans.text(window), events, slo));
                    }
                }
            }
        }
        return rules;
    }

    private static Set<Duration> windowsOf(Slo slo) {
        var windows = new LinkedHashSet<Duration>();
        slo.tiers().forEach(tier -> {
            windows.add(tier.shortWindow());
            windows.add(tier.longWindow());
        });
        windows.add(slo.window());
        return windows;
    }

    private static Map<String, Object> recorded(String name, String expression, Slo slo) {
        return map("record", name, "expr", expression, "labels", labels(slo));
    }

    private static Map<String, Object> labels(Slo slo) {
        return map("slo", slo.id(), "service", slo.service());
    }

    private List<Object> declared() {
        var rules = new ArrayList<>();
        for (Slo slo : objectives) {
            rules.add(recorded("slo:objective:ratio", constant(slo.objective()), slo));
            rules.add(recorded("slo:error_budget:ratio", constant(slo.budget()), slo));
            rules.add(recorded("slo:window:days", constant(days(slo.window())), slo));
            rules.add(recorded(SloQueries.REMAINING, remaining(slo), slo));
        }
        return rules;
    }

    private static String constant(BigDecimal value) {
        return "vector(" + SloQueries.number(value) + ")";
    }

    private static BigDecimal days(Duration window) {
        return BigDecimal.valueOf(window.toSeconds())
                .divide(BigDecimal.valueOf(86_400), 4, java.math.RoundingMode.HALF_UP);
    }

    /** Of time, down time is a share of the whole window; of events, a share of what happened. */
    private static String remaining(Slo slo) {
        String budget = SloQueries.number(slo.budget());
        if (slo.countsTime() && !slo.external()) {
            return "1 - sum by (slo, service) (increase(atalaya_slo_bad_total{slo=\"%s\"}[%s])) / (%d * %s)"
                    .formatted(slo.id(), Spans.text(slo.window()), slo.window().toSeconds(), budget);
        }
        return "1 - %s%s{slo=\"%s\"} / %s".formatted(SloQueries.RATIO, Spans.text(slo.window()), slo.id(), budget);
    }

    private List<Object> alerts() {
        var rules = new ArrayList<>();
        for (Slo slo : objectives) {
            slo.tiers().forEach(tier -> rules.add(burn(slo, tier)));
            rules.add(spent(slo));
        }
        return rules;
    }

    private Map<String, Object> burn(Slo slo, Tier tier) {
        String limit = SloQueries.number(tier.factor(slo.window()).multiply(slo.budget()));
        String over = Spans.text(tier.longWindow());
        String brief = Spans.text(tier.shortWindow());
        String expression = "%1$s%2$s{slo=\"%4$s\"} > %5$s\nand\n%1$s%3$s{slo=\"%4$s\"} > %5$s"
                .formatted(SloQueries.RATIO, over, brief, slo.id(), limit);
        String share = SloQueries.number(tier.share().movePointRight(2));
        return map(
                "alert",
                BURN,
                "expr",
                expression + enough(slo, over),
                "for",
                Spans.text(tier.hold()),
                "labels",
                slo.labels(tier),
                "annotations",
                map(
                        "summary",
                        "%s: the error budget burns too fast".formatted(slo.id()),
                        "description",
                        "%s of %s (%s): at {{ $value | humanizePercentage }} bad over %s, %s %% of the budget of %s is gone within %s."
                                .formatted(
                                        SloQueries.number(slo.objective().movePointRight(2)) + " %",
                                        slo.title(),
                                        slo.id(),
                                        over,
                                        share,
                                        Spans.text(slo.window()),
                                        over),
                        "runbook_url",
                        runbooks + BURN + ".md"));
    }

    /** Fewer events prove nothing. */
    private static String enough(Slo slo, String window) {
        return slo.minEvents() == 0 || slo.countsTime()
                ? ""
                : "\nand\n%s%s{slo=\"%s\"} >= %d".formatted(SloQueries.EVENTS, window, slo.id(), slo.minEvents());
    }

    private Map<String, Object> spent(Slo slo) {
        return map(
                "alert",
                SPENT,
                "expr",
                "%s{slo=\"%s\"} <= 0%s"
                        .formatted(SloQueries.REMAINING, slo.id(), enough(slo, Spans.text(slo.window()))),
                "for",
                Spans.text(Slo.SPENT_HOLD),
                "labels",
                slo.spentLabels(),
                "annotations",
                map(
                        "summary",
                        "%s: the error budget is spent".formatted(slo.id()),
                        "description",
                        "{{ $value | humanizePercentage }} of the budget of %s is left for: %s. Operations on %s are blocked until it recovers."
                                .formatted(Spans.text(slo.window()), slo.title(), slo.service()),
                        "runbook_url",
                        runbooks + SPENT + ".md"));
    }

    private List<Object> capacities() {
        var rules = new ArrayList<>();
        for (Capacity capacity : file.capacities()) {
            if (!capacity.pending()) {
                Map<String, Object> labels = map("capacity", capacity.id(), "service", capacity.service());
                rules.add(map("record", "capacity:load", "expr", queries.load(capacity), "labels", labels));
                rules.add(map("record", "capacity:target", "expr", constant(capacity.target()), "labels", labels));
            }
        }
        return rules;
    }
}
