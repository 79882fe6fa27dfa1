package io.atalaya.kpiapi;

import io.atalaya.kpi.Fact.Verdict;
import io.atalaya.kpi.KpiReport;
import io.atalaya.kpi.KpiReport.State;
import io.atalaya.kpi.KpiReport.Status;
import io.atalaya.metrics.Families;
import io.atalaya.metrics.Series;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** Indicators as metrics, those of all tenants together. A pure function of a report. */
public final class KpiMetrics {
    private KpiMetrics() {}

    /**
     * The families of a report.
     *
     * @param lost events that did not fit into the feed
     */
    public static MetricSnapshots of(KpiReport report, long lost) {
        var value = Series.labelled("kpi");
        var target = Series.labelled("kpi");
        var state = Series.labelled("kpi", "state");
        var events = Series.labelled("kpi", "outcome");
        for (Status status : report.kpis()) {
            String id = status.kpi().id();
            double found = status.judged().reading().value();
            if (Double.isFinite(found)) {
                value.add(found, id);
            }
            target.add(status.kpi().target(), id);
            for (State one : State.values()) {
                state.add(one == status.state() ? 1 : 0, id, one.word());
            }
            for (Verdict verdict : Verdict.values()) {
                events.add(status.events().getOrDefault(verdict, 0L), id, verdict.word());
            }
        }
        return new Families()
                .gauge("atalaya_kpi_value", "The value of an indicator; none without data.", value)
                .gauge("atalaya_kpi_target", "What an indicator is to reach.", target)
                .gauge("atalaya_kpi_state", "1 for the state that an indicator is in.", state)
                .counter("atalaya_kpi_events_total", "What became of the events that an indicator reads.", events)
                .counter("atalaya_kpi_events_lost_total", "Events that came too fast to be reckoned.", lost)
                .build();
    }
}
