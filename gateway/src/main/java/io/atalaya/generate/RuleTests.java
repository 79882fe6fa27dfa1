package io.atalaya.generate;

import static io.atalaya.yaml.YamlText.map;

import io.atalaya.slo.Slo;
import io.atalaya.slo.Spans;
import io.atalaya.slo.Tier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * promtool's unit tests of the burn-rate alerts: a burn just above each tier's rate fires it, one just below does not.
 * Pure functions.
 */
final class RuleTests {
    private RuleTests() {}

    /**
     * One test: whether an alert fires on some series.
     *
     * @param matchers pick the alert among those that fire
     */
    static Map<String, Object> test(
            String name, String interval, Map<String, String> series, String at, String matchers, boolean fires) {
        var input = new ArrayList<>();
        series.forEach((selector, values) -> input.add(map("series", selector, "values", values)));
        List<Object> samples = fires ? List.of(map("labels", "{}", "value", 1)) : List.of();
        return map(
                "name",
                name,
                "interval",
                interval,
                "input_series",
                input,
                "promql_expr_test",
                List.of(map(
                        "expr",
                        "count(ALERTS{alertstate=\"firing\"," + matchers + "} > 0) > bool 0",
                        "eval_time",
                        at,
                        "exp_samples",
                        samples)));
    }

    /** Tests of the first tier of every objective that this program measures. */
    static List<Object> burns(List<Slo> objectives) {
        var tests = new ArrayList<>();
        for (Slo slo : objectives) {
            if (!slo.external()) {
                tests.add(burn(slo, slo.tiers().getFirst(), true));
                tests.add(burn(slo, slo.tiers().getFirst(), false));
            }
        }
        return tests;
    }

    /** Tests of the other tiers, whose windows are long, of the first objective that this program measures. */
    static List<Object> slowBurns(List<Slo> objectives) {
        var tests = new ArrayList<>();
        objectives.stream().filter(slo -> !slo.external()).findFirst().ifPresent(slo -> {
            for (Tier tier : slo.tiers().subList(1, slo.tiers().size())) {
                tests.add(burn(slo, tier, true));
                tests.add(burn(slo, tier, false));
            }
        });
        return tests;
    }

    private static Map<String, Object> burn(Slo slo, Tier tier, boolean fires) {
        long minutes = step(tier);
        long steps = tier.longWindow().plus(tier.hold()).toMinutes() / minutes + 4;
        // exactly: a share of bad events a tenth above, or below, the limit
        double limit = tier.factor(slo.window()).multiply(slo.budget()).doubleValue();
        double share = Math.min(limit * (fires ? 1.1 : 0.9), 1);
        long total = Math.max(1_000_000, 10 * slo.minEvents());
        long bad = Math.round(total * share);
        var series = new LinkedHashMap<String, String>();
        String labels = "{slo=\"%s\",service=\"%s\"}".formatted(slo.id(), slo.service());
        series.put("atalaya_slo_bad_total" + labels, "0+%dx%d".formatted(bad, steps));
        series.put("atalaya_slo_events_total" + labels, "0+%dx%d".formatted(total, steps));
        return test(
                "%s, tier %s: %s".formatted(slo.id(), tier.id(), fires ? "above the rate" : "below the rate"),
                minutes + "m",
                series,
                Spans.text(Duration.ofMinutes(minutes * (steps - 1))),
                "alertname=\"%s\",slo=\"%s\",burnrate_tier=\"%s\"".formatted(SloRules.BURN, slo.id(), tier.id()),
                fires);
    }

    /** A step that the short window holds a few of. */
    private static long step(Tier tier) {
        return Math.max(1, tier.shortWindow().toMinutes() / 6);
    }
}
