package io.atalaya.sloapi;

import io.atalaya.budget.SloReport;
import io.atalaya.budget.SloStatus;
import io.atalaya.budget.SloStatus.Phase;
import io.atalaya.budget.SloStatus.State;
import io.atalaya.budget.SloStatus.TierStatus;
import io.atalaya.metrics.Families;
import io.atalaya.metrics.Series;
import io.atalaya.slo.Slo;
import io.atalaya.slo.Spans;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;

/**
 * Budgets as metrics, of the objectives that this program measures. A pure function of a report. The two counters are the
 * engine's own, so that whoever computes with them agrees with it; time is counted in seconds.
 */
public final class SloMetrics {
    private SloMetrics() {}

    /** The families of a report. */
    public static MetricSnapshots of(SloReport report) {
        List<SloStatus> measured = report.objectives().stream()
                .filter(status -> status.state() != State.NOT_MEASURED)
                .toList();
        var events = Series.labelled("slo", "service");
        var bad = Series.labelled("slo", "service");
        var excluded = Series.labelled("slo", "service");
        var inconsistent = Series.labelled("slo", "service");
        var objective = Series.labelled("slo", "service");
        var remaining = Series.labelled("slo", "service");
        var history = Series.labelled("slo", "service");
        for (SloStatus status : measured) {
            Slo slo = status.slo();
            events.add(inUnit(slo, status.totals().total()), slo.id(), slo.service());
            bad.add(inUnit(slo, status.totals().bad()), slo.id(), slo.service());
            excluded.add(inUnit(slo, status.excluded()), slo.id(), slo.service());
            inconsistent.add(status.inconsistencies(), slo.id(), slo.service());
            objective.add(slo.objective(), slo.id(), slo.service());
            remaining.add(status.remaining(), slo.id(), slo.service());
            history.add(status.known().toMillis() / 1e3, slo.id(), slo.service());
        }
        return new Families()
                .counter("atalaya_slo_events_total", "Events, or seconds, that count for an objective.", events)
                .counter("atalaya_slo_bad_total", "Those of them that were bad.", bad)
                .counter("atalaya_slo_excluded_total", "Events, or seconds, in maintenance and pauses.", excluded)
                .counter(
                        "atalaya_slo_inconsistent_total",
                        "Looks at which an objective counted more than all events.",
                        inconsistent)
                .counter(
                        "atalaya_slo_recoveries_total",
                        "Outages that ended, by whether they did within the time that the service is to be back in.",
                        recoveries(measured))
                .gauge("atalaya_slo_recovery_seconds", "How long the last outage lasted.", lastRecoveries(measured))
                .gauge("atalaya_slo_outage_seconds", "How long the present outage lasts.", outages(measured))
                .gauge("atalaya_slo_objective_ratio", "The share that is promised to be good.", objective)
                .gauge("atalaya_slo_budget_remaining_ratio", "The share of the error budget that is left.", remaining)
                .gauge("atalaya_slo_history_seconds", "For how long an objective has been counted.", history)
                .gauge("atalaya_slo_burn_rate", "How fast the budget burns; 1 lasts for its window.", burns(measured))
                .gauge("atalaya_slo_alert", "1 while a tier's alert fires.", alerts(measured))
                .gauge("atalaya_slo_state", "1 for the state that an objective is in.", states(measured))
                .gauge(
                        "atalaya_slo_last_tick_timestamp_seconds",
                        "When the engine last looked, as a Unix time.",
                        report.at().toEpochMilli() / 1e3)
                .build();
    }

    private static Series recoveries(List<SloStatus> measured) {
        var series = Series.labelled("slo", "service", "in_time");
        measured.stream().filter(status -> status.slo().countsTime()).forEach(status -> {
            Slo slo = status.slo();
            series.add(status.recoveries().inTime(), slo.id(), slo.service(), "yes");
            series.add(status.recoveries().late(), slo.id(), slo.service(), "no");
        });
        return series;
    }

    private static Series lastRecoveries(List<SloStatus> measured) {
        var series = Series.labelled("slo", "service");
        for (SloStatus status : measured) {
            Slo slo = status.slo();
            status.recoveries().last().ifPresent(last -> series.add(last.toMillis() / 1e3, slo.id(), slo.service()));
        }
        return series;
    }

    private static Series outages(List<SloStatus> measured) {
        var series = Series.labelled("slo", "service");
        measured.stream().filter(status -> status.slo().countsTime()).forEach(status -> {
            Slo slo = status.slo();
            series.add(status.recoveries().away().toMillis() / 1e3, slo.id(), slo.service());
        });
        return series;
    }

    private static double inUnit(Slo slo, long amount) {
        return slo.countsTime() ? amount / 1e3 : amount;
    }

    private static Series burns(List<SloStatus> measured) {
        var series = Series.labelled("slo", "service", "window");
        for (SloStatus status : measured) {
            Slo slo = status.slo();
            var seen = new java.util.HashSet<String>();
            for (TierStatus tier : status.tiers()) {
                String longWindow = Spans.text(tier.tier().longWindow());
                String shortWindow = Spans.text(tier.tier().shortWindow());
                if (seen.add(longWindow)) {
                    series.add(tier.longBurn(), slo.id(), slo.service(), longWindow);
                }
                if (seen.add(shortWindow)) {
                    series.add(tier.shortBurn(), slo.id(), slo.service(), shortWindow);
                }
            }
        }
        return series;
    }

    private static Series alerts(List<SloStatus> measured) {
        var series = Series.labelled("slo", "service", "tier", "severity");
        for (SloStatus status : measured) {
            for (TierStatus tier : status.tiers()) {
                series.add(
                        tier.phase() == Phase.FIRING ? 1 : 0,
                        status.slo().id(),
                        status.slo().service(),
                        tier.tier().id(),
                        tier.tier().severity().word());
            }
        }
        return series;
    }

    private static Series states(List<SloStatus> measured) {
        var series = Series.labelled("slo", "service", "state");
        for (SloStatus status : measured) {
            for (State state : State.values()) {
                if (state != State.NOT_MEASURED) {
                    series.add(
                            state == status.state() ? 1 : 0,
                            status.slo().id(),
                            status.slo().service(),
                            state.word());
                }
            }
        }
        return series;
    }
}
