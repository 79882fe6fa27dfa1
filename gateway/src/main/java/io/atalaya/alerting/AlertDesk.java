package io.atalaya.alerting;

import io.atalaya.alerting.AlertingConfig.TargetConfig;
import io.atalaya.alerting.Outbox.Outcome;
import io.atalaya.alerting.Pauses.Pause;
import io.atalaya.budget.SloReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Tells everybody who is to know of the alerts of a report. Confined to the thread that steps it; {@link #report} is published
 * for everybody. It is told the time.
 */
final class AlertDesk {
    private final AlertBoard board = new AlertBoard();
    private final Inhibition inhibition;
    private final Pauses pauses;
    private final List<Outbox> outboxes = new ArrayList<>();
    private final List<AlertmanagerLine> alertmanagers = new ArrayList<>();
    private final List<WebhookLine> webhooks = new ArrayList<>();
    private volatile Report report;

    AlertDesk(AlertingConfig config, SloReport first, Pauses pauses, Sender sender, RandomGenerator random) {
        this.inhibition = new Inhibition(first.file());
        this.pauses = pauses;
        for (TargetConfig target : config.alertmanagers()) {
            alertmanagers.add(new AlertmanagerLine(config.resend(), outbox(target, sender, random)));
        }
        for (TargetConfig target : config.webhooks()) {
            webhooks.add(new WebhookLine(config.grouping(), outbox(target, sender, random)));
        }
        this.report = new Report(first.at(), List.of(), List.of(), statuses());
        board.update(first);
    }

    private Outbox outbox(TargetConfig target, Sender sender, RandomGenerator random) {
        var outbox = new Outbox(target, sender, random);
        outboxes.add(outbox);
        return outbox;
    }

    /** How it stands. Immutable. */
    record Report(Instant at, List<Firing> firing, List<Pause> pauses, List<TargetStatus> targets) {
        Report {
            firing = List.copyOf(firing);
            pauses = List.copyOf(pauses);
            targets = List.copyOf(targets);
        }
    }

    /** An alert that fires, and whether it is kept from webhooks. */
    record Firing(Alert alert, boolean inhibited, boolean paused) {}

    /** A target. Immutable. */
    record TargetStatus(String id, String place, int queued, Map<String, Long> outcomes, Optional<String> lastError) {}

    /** Takes over what the engine says, and sends what is due. */
    void step(SloReport slo, Instant now) {
        List<Alert> alerts = board.update(slo);
        List<Pause> inForce = pauses.active();
        Predicate<Alert> paused = alert -> inForce.stream().anyMatch(pause -> pause.covers(alert));
        Predicate<Alert> inhibited = alert -> alert.firing() && inhibition.covers(alert, alerts);
        alertmanagers.forEach(line -> line.step(alerts, paused, now));
        webhooks.forEach(line -> line.step(alerts, paused.or(inhibited), now));
        report = new Report(
                now,
                alerts.stream()
                        .filter(Alert::firing)
                        .map(alert -> new Firing(alert, inhibited.test(alert), paused.test(alert)))
                        .toList(),
                inForce,
                statuses());
    }

    private List<TargetStatus> statuses() {
        return outboxes.stream().map(Outbox::status).map(AlertDesk::status).toList();
    }

    private static TargetStatus status(Outbox.Status status) {
        var outcomes = new LinkedHashMap<String, Long>();
        for (Outcome outcome : Outcome.values()) {
            outcomes.put(outcome.word(), status.outcomes().getOrDefault(outcome, 0L));
        }
        return new TargetStatus(
                status.target().id(), status.target().place(), status.queued(), outcomes, status.lastError());
    }

    /** How it stood at the last step. Callable by any thread. */
    Report report() {
        return report;
    }
}
