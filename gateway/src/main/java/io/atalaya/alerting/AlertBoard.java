package io.atalaya.alerting;

import io.atalaya.budget.SloReport;
import io.atalaya.budget.SloStatus;
import io.atalaya.budget.SloStatus.Phase;
import io.atalaya.budget.SloStatus.State;
import io.atalaya.budget.SloStatus.TierStatus;
import io.atalaya.slo.Slo;
import io.atalaya.slo.Spans;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The alerts that are firing or were a short while ago, from reports of the engine. Confined to the thread of the alerts.
 * Their labels are those of the generated rules, so that whoever hears of one from both sides hears of one alert.
 */
final class AlertBoard {
    /** As long as Prometheus tells of what is over. */
    static final Duration REMEMBERED = Duration.ofMinutes(15);

    private static final String RUNBOOKS = "docs/runbooks/";

    private final Map<Map<String, String>, Alert> alerts = new LinkedHashMap<>();

    /** Takes over what a report says. */
    List<Alert> update(SloReport report) {
        Map<Map<String, String>, Alert> firing = firing(report);
        alerts.replaceAll(
                (labels, alert) -> alert.firing() && !firing.containsKey(labels) ? alert.endedAt(report.at()) : alert);
        firing.forEach((labels, alert) -> alerts.merge(
                labels,
                alert,
                (known, now) -> known.firing()
                        ? new Alert(now.labels(), now.annotations(), known.since(), Optional.empty())
                        : now));
        Instant oldest = report.at().minus(REMEMBERED);
        alerts.values().removeIf(alert -> alert.over().filter(oldest::isAfter).isPresent());
        return List.copyOf(alerts.values());
    }

    private static Map<Map<String, String>, Alert> firing(SloReport report) {
        var firing = new LinkedHashMap<Map<String, String>, Alert>();
        for (SloStatus status : report.objectives()) {
            if (status.state() == State.NOT_MEASURED) {
                continue;
            }
            for (TierStatus tier : status.tiers()) {
                if (tier.phase() == Phase.FIRING) {
                    Alert alert = burn(status.slo(), tier);
                    firing.put(alert.labels(), alert);
                }
            }
            if (status.spent().phase() == Phase.FIRING) {
                Alert alert = spent(status);
                firing.put(alert.labels(), alert);
            }
        }
        return firing;
    }

    private static Alert burn(Slo slo, TierStatus tier) {
        String over = Spans.text(tier.tier().longWindow());
        double bad = tier.longBurn() * slo.budget().doubleValue();
        return alert(
                Slo.BURN,
                slo.labels(tier.tier()),
                "%s: the error budget burns too fast".formatted(slo.id()),
                "%s %% of %s (%s): at %s bad over %s, %s %% of the budget of %s is gone within %s."
                        .formatted(
                                slo.objective()
                                        .movePointRight(2)
                                        .stripTrailingZeros()
                                        .toPlainString(),
                                slo.title(),
                                slo.id(),
                                percent(bad),
                                over,
                                tier.tier()
                                        .share()
                                        .movePointRight(2)
                                        .stripTrailingZeros()
                                        .toPlainString(),
                                Spans.text(slo.window()),
                                over),
                tier.since().plus(tier.tier().hold()));
    }

    private static Alert spent(SloStatus status) {
        Slo slo = status.slo();
        return alert(
                Slo.SPENT,
                slo.spentLabels(),
                "%s: the error budget is spent".formatted(slo.id()),
                "%s of the budget of %s is left for: %s. Operations on %s are blocked until it recovers."
                        .formatted(percent(status.remaining()), Spans.text(slo.window()), slo.title(), slo.service()),
                status.spent().since().plus(Slo.SPENT_HOLD));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.4g%%", 100 * share);
    }

    private static Alert alert(
            String name, Map<String, String> labels, String summary, String description, Instant since) {
        var all = new LinkedHashMap<>(labels);
        all.put("alertname", name);
        Map<String, String> annotations =
                Map.of("summary", summary, "description", description, "runbook_url", RUNBOOKS + name + ".md");
        return new Alert(all, annotations, since, Optional.empty());
    }
}
