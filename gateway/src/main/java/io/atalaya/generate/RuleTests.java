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
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * promtool's unit tests of the burn-rate alerts: a burn just above each tier's rate fires it, one just below does not.
 * Pure functions.
 */
final class RuleTests {
    /** A multiple of every interval that rules are evaluated at. */
    private static final long EVALUATION_MINUTES = 10;

    /** The shortest window of the slower tiers holds a few of these. */
    private static final long SLOW_STEP_MINUTES = 5;

    private RuleTests() {}

    /**
     * One test: whether an alert fires on some series.
     *
     * @param matchers pick the alert among those that fire
     */
    static Map<String, Object> test(
            String name, String interval, Map<String, String> series, String at, String matchers, boolean fires) {
        return test(name, interval, series, List.of(expectation(at, matchers, fires)));
    }

    private static Map<String, Object> test(
            String name, String interval, Map<String, String> series, List<Object> expectations) {
        var input = new ArrayList<>();
        series.forEach((selector, values) -> input.add(map("series", selector, "values", values)));
        return map("name", name, "interval", interval, "input_series", input, "promql_expr_test", expectations);
    }

    /** Whether an alert fires at a time. */
    private static Object expectation(String at, String matchers, boolean fires) {
        List<Object> samples = fires ? List.of(map("labels", "{}", "value", 1)) : List.of();
        return map(
                "expr",
                "count(ALERTS{alertstate=\"firing\"," + matchers + "} > 0) > bool 0",
                "eval_time",
                at,
                "exp_samples",
                samples);
    }

    /**
     * Tests of the first tier of every objective that this program measures, in one for all that fire and one for all that
     * do not: promtool evaluates every rule for each test anew.
     */
    static List<Object> burns(List<Slo> objectives) {
        var tests = new ArrayList<>();
        for (boolean fires : List.of(true, false)) {
            Map<Long, List<Slo>> byStep = objectives.stream()
                    .filter(slo -> !slo.external())
                    .collect(Collectors.groupingBy(
                            slo -> step(slo.tiers().getFirst()), TreeMap::new, Collectors.toList()));
            byStep.forEach((minutes, together) -> tests.add(burns(
                    "first tiers: " + outcome(fires),
                    minutes,
                    together.stream()
                            .map(slo -> new Burn(slo, slo.tiers().getFirst(), minutes, fires))
                            .toList())));
        }
        return tests;
    }

    /**
     * Tests of the other tiers, whose windows are long: each tier that fires and that does not on an objective of its own, so
     * that few days have to be lived through.
     */
    static List<Object> slowBurns(List<Slo> objectives) {
        List<Slo> own = objectives.stream().filter(slo -> !slo.external()).toList();
        var burns = new ArrayList<Burn>();
        int tiers = own.stream().mapToInt(slo -> slo.tiers().size()).min().orElse(0);
        for (int tier = 1; tier < tiers; tier++) {
            for (boolean fires : List.of(true, false)) {
                Slo slo = own.get(burns.size() % own.size());
                burns.add(new Burn(slo, slo.tiers().get(tier), SLOW_STEP_MINUTES, fires));
            }
        }
        var tests = new ArrayList<>();
        for (int from = 0; from < burns.size(); from += own.size()) {
            List<Burn> together = burns.subList(from, Math.min(burns.size(), from + own.size()));
            tests.add(burns("slower tiers, above and below the rate", SLOW_STEP_MINUTES, together));
        }
        return tests;
    }

    private static String outcome(boolean fires) {
        return fires ? "above the rate" : "below the rate";
    }

    private static Map<String, Object> burns(String name, long minutes, List<Burn> burns) {
        var series = new LinkedHashMap<String, String>();
        var expectations = new ArrayList<>();
        for (Burn burn : burns) {
            series.putAll(burn.series());
            expectations.add(burn.expectation());
        }
        return test(name, minutes + "m", series, expectations);
    }

    /** One tier of an objective, burning a tenth faster, or slower, than its limit. Immutable. */
    private record Burn(Slo slo, Tier tier, long minutes, boolean fires) {
        /** When everything has been seen; rules are evaluated then, whatever their interval. */
        private long atMinutes() {
            long seen = tier.longWindow().plus(tier.hold()).toMinutes() + 3 * minutes;
            return Math.ceilDiv(seen, EVALUATION_MINUTES) * EVALUATION_MINUTES;
        }

        private long steps() {
            return atMinutes() / minutes + 1;
        }

        Map<String, String> series() {
            double limit = tier.factor(slo.window()).multiply(slo.budget()).doubleValue();
            double share = Math.min(limit * (fires ? 1.1 : 0.9), 1);
            long total = Math.max(1_000_000, 10 * slo.minEvents());
            long bad = Math.round(total * share);
            var series = new LinkedHashMap<String, String>();
            String labels = "{slo=\"%s\",service=\"%s\"}".formatted(slo.id(), slo.service());
            series.put("atalaya_slo_bad_total" + labels, "0+%dx%d".formatted(bad, steps()));
            series.put("atalaya_slo_events_total" + labels, "0+%dx%d".formatted(total, steps()));
            return series;
        }

        Object expectation() {
            return RuleTests.expectation(
                    Spans.text(Duration.ofMinutes(atMinutes())),
                    "alertname=\"%s\",slo=\"%s\",burnrate_tier=\"%s\"".formatted(SloRules.BURN, slo.id(), tier.id()),
                    fires);
        }
    }

    /** A step that the short window holds a few of. */
    private static long step(Tier tier) {
        return Math.max(1, tier.shortWindow().toMinutes() / 6);
    }
}
