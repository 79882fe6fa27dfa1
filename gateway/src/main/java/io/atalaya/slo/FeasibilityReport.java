package io.atalaya.slo;

import io.atalaya.slo.SloFile.Capacity;
import io.atalaya.slo.SloFile.Service;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is promised, what that allows, and what is hard to reconcile, as Markdown. Pure functions. */
public final class FeasibilityReport {
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);
    private static final long SECONDS_TO_TELL = 50;

    private FeasibilityReport() {}

    /** The report of a file. */
    public static String of(SloFile file) {
        var out = new StringBuilder("# Service level objectives: ")
                .append(file.name())
                .append(
                        "\n\nMade from the objectives by `./atalaya slo report`; budgets are for rolling windows, calendar months are those of ")
                .append(file.zone())
                .append(
                        ".\n\n## Objectives\n\n| service | objective | promise | window | allows | measured by |\n|---|---|---|---|---|---|\n");
        file.objectives()
                .forEach(slo -> out.append("| %s | %s | %s %% %s | %s | %s | %s |%n"
                        .formatted(
                                slo.service(),
                                slo.id(),
                                number(slo.objective().multiply(HUNDRED)),
                                slo.title(),
                                Spans.text(slo.window()),
                                allowance(slo),
                                measured(slo))));
        tiers(file, out);
        capacities(file, out);
        services(file, out);
        out.append("\n## What to think about\n\n");
        warnings(file).forEach(warning -> out.append("- ").append(warning).append('\n'));
        return out.toString().replace(System.lineSeparator(), "\n");
    }

    private static String allowance(Slo slo) {
        BigDecimal budget = slo.budget();
        if (slo.countsTime()) {
            return seconds(budget.multiply(BigDecimal.valueOf(slo.window().toSeconds()))
                            .longValue()) + " of down time";
        }
        return "1 bad event in "
                + BigDecimal.ONE.divide(budget, 0, RoundingMode.FLOOR).toPlainString();
    }

    private static String seconds(long seconds) {
        return seconds < 600 ? seconds + " s" : seconds / 60 + " min";
    }

    private static String measured(Slo slo) {
        String kind = switch (slo.sli()) {
            case Sli.Events _ -> "events";
            case Sli.Latency latency -> "latency up to " + Spans.text(latency.threshold());
            case Sli.Uptime _ -> "time";
        };
        String metrics = String.join(
                ", ",
                slo.sli()
                        .selectors()
                        .map(selector -> "`" + selector.metric() + "`")
                        .distinct()
                        .toList());
        String by = slo.external() ? " (another exporter's)" : slo.pending() ? " (not exposed yet)" : "";
        return kind + ": " + metrics + by;
    }

    private static void tiers(SloFile file, StringBuilder out) {
        out.append(
                "\n## When somebody is told\n\n| tier | burn rate | over | and over | for | severity |\n|---|---|---|---|---|---|\n");
        Slo first = file.objectives().getFirst();
        for (Tier tier : first.tiers()) {
            out.append("| %s | %s | %s | %s | %s | %s |%n"
                    .formatted(
                            tier.id(),
                            number(tier.factor(first.window())),
                            Spans.text(tier.longWindow()),
                            Spans.text(tier.shortWindow()),
                            Spans.text(tier.hold()),
                            tier.severity().word()));
        }
        out.append("\nThe rates are those of a window of ")
                .append(Spans.text(first.window()))
                .append("; they scale with the window of an objective.\n");
    }

    private static void capacities(SloFile file, StringBuilder out) {
        out.append(
                "\n## Capacity targets\n\nTo be proved by load tests; little demand is no failure, so nothing burns.\n\n| service | capacity | target | goal |\n|---|---|---|---|\n");
        for (Capacity capacity : file.capacities()) {
            out.append("| %s | %s | %s %s | %s |%n"
                    .formatted(
                            capacity.service(),
                            capacity.title(),
                            number(capacity.target()),
                            capacity.unit(),
                            capacity.goal().map(FeasibilityReport::number).orElse("–")));
        }
    }

    private static void services(SloFile file, StringBuilder out) {
        out.append("\n## Recovery\n\n| service | owner | back within | may lose |\n|---|---|---|---|\n");
        for (Service service : file.services().values()) {
            out.append("| %s | %s | %s | %s |%n"
                    .formatted(
                            service.title(),
                            service.owner(),
                            service.rto().map(Spans::text).orElse("–"),
                            service.rpo().map(Spans::text).orElse("–")));
        }
    }

    /** What the numbers say against each other. */
    static List<String> warnings(SloFile file) {
        var warnings = new ArrayList<String>();
        for (Slo slo : file.objectives()) {
            Optional.ofNullable(file.services().get(slo.service()))
                    .flatMap(Service::rto)
                    .ifPresent(rto -> failover(slo, rto, warnings));
            slow(slo, warnings);
        }
        for (Slo slo : file.objectives()) {
            if (slo.external() || slo.pending()) {
                warnings.add("%s is not measured by the engine: %s."
                        .formatted(
                                slo.id(),
                                slo.external()
                                        ? "its metrics are another exporter's, so only the rules tell"
                                        : "a metric that it needs is not exposed yet"));
            }
        }
        return warnings;
    }

    /** An outage of the length of the recovery objective, against the budget. */
    private static void failover(Slo slo, Duration rto, List<String> warnings) {
        if (!slo.countsTime() && !slo.id().endsWith("availability")) {
            return;
        }
        BigDecimal share = spentBy(rto, slo);
        if (share.compareTo(BigDecimal.valueOf(25)) >= 0) {
            warnings.add("%s: one failover of %s spends %s %% of the budget of %s (%s %% allow %s)."
                    .formatted(
                            slo.id(),
                            Spans.text(rto),
                            share.toPlainString(),
                            Spans.text(slo.window()),
                            number(slo.objective().multiply(HUNDRED)),
                            seconds(slo.budget()
                                    .multiply(BigDecimal.valueOf(slo.window().toSeconds()))
                                    .longValue())));
        }
    }

    /** The share of a budget that a total outage of that length spends, in percent. */
    static BigDecimal spentBy(Duration outage, Slo slo) {
        BigDecimal allowed =
                slo.budget().multiply(BigDecimal.valueOf(slo.window().toSeconds()));
        return BigDecimal.valueOf(outage.toSeconds()).multiply(HUNDRED).divide(allowed, 0, RoundingMode.HALF_UP);
    }

    /** What is gone before a rule of a scraper can tell anybody. */
    private static void slow(Slo slo, List<String> warnings) {
        BigDecimal gone = spentBy(Duration.ofSeconds(SECONDS_TO_TELL), slo);
        if (gone.compareTo(BigDecimal.TEN) >= 0) {
            warnings.add(
                    "%s: a scrape, an evaluation and the wait of a group take up to %d s; a total outage spends %s %% of the budget before the first notification."
                            .formatted(slo.id(), SECONDS_TO_TELL, gone.toPlainString()));
        }
    }

    private static String number(BigDecimal value) {
        return value.stripTrailingZeros().toPlainString();
    }
}
