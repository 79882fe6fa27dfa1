package io.atalaya.budget;

import io.atalaya.budget.SloStatus.MonthBudget;
import io.atalaya.budget.SloStatus.Phase;
import io.atalaya.budget.SloStatus.State;
import io.atalaya.budget.SloStatus.TierStatus;
import io.atalaya.budget.Tally.Step;
import io.atalaya.slo.Slo;
import io.atalaya.slo.Tier;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One objective as it is kept: what is counted, what was, and its alarms. Confined to the engine's thread. */
final class Account {
    /** No tier has such a name. */
    private static final String SPENT = "/spent";

    private final Slo slo;
    private final Tally tally;
    private final History history;
    private final Months months;
    private final Outages outages;
    private final List<Alarm> alarms;
    private final Alarm spent = new Alarm(SPENT, Slo.SPENT_HOLD);
    private long excluded;

    /** @param goal within what time its service is to be back after a failure */
    Account(Slo slo, ZoneId zone, Instant start, Optional<Duration> goal) {
        this.slo = slo;
        this.tally = new Tally(slo.sli());
        this.history = new History(start);
        this.months = new Months(zone, start);
        this.outages = new Outages(goal);
        this.alarms = slo.tiers().stream()
                .map(tier -> new Alarm(tier.id(), tier.hold()))
                .toList();
    }

    Slo slo() {
        return slo;
    }

    /** Whether this program can tell how it stands. */
    boolean measured() {
        return !slo.external() && !slo.pending();
    }

    /** When it was last looked at. */
    Instant now() {
        return history.now();
    }

    /** Whether anything was ever counted. */
    boolean begun() {
        return history.totals().total() > 0;
    }

    /** What has happened since the last look. */
    Step look(Instant now, Measurements measurements) {
        long elapsed = Math.max(0, Duration.between(history.now(), now).toMillis());
        return tally.advance(measurements, elapsed);
    }

    /** Counts a step up to {@code now}. */
    void count(Instant now, Step step, boolean even) {
        if (even) {
            history.advanceEvenly(now, step.bad(), step.total());
        } else {
            history.advance(now, step.bad(), step.total());
        }
        months.onAdvance(history);
    }

    /** Whether it was up during a step that counts. */
    void notice(Step step) {
        if (slo.countsTime()) {
            outages.onStep(step);
        }
    }

    /** Time passes, and what happened in it does not count. */
    void exclude(Instant now, long amount) {
        excluded += amount;
        count(now, Step.NONE, false);
    }

    /** Judges every tier; to be called after the step was counted. */
    void judge(Instant now, boolean excludedNow) {
        for (int i = 0; i < alarms.size(); i++) {
            alarms.get(i).onLook(now, !excludedNow && burning(slo.tiers().get(i)));
        }
        spent.onLook(now, !excludedNow && isSpent(history.over(slo.window())));
    }

    private boolean isSpent(Totals window) {
        boolean enough = window.total() > 0 && (slo.countsTime() || window.total() >= slo.minEvents());
        return enough && SloStatus.remaining(slo, window, slo.window()) <= 0;
    }

    private boolean burning(Tier tier) {
        Totals overLong = history.over(tier.longWindow());
        Totals overShort = history.over(tier.shortWindow());
        return overLong.total() > 0
                && overLong.total() >= slo.minEvents()
                && overShort.total() > 0
                && tier.exceeded(overLong.bad(), overLong.total(), slo.budget(), slo.window())
                && tier.exceeded(overShort.bad(), overShort.total(), slo.budget(), slo.window());
    }

    SloStatus status(boolean excludedNow) {
        Totals window = history.over(slo.window());
        var tiers = new ArrayList<TierStatus>();
        for (int i = 0; i < alarms.size(); i++) {
            tiers.add(status(slo.tiers().get(i), alarms.get(i)));
        }
        return new SloStatus(
                slo,
                state(excludedNow, window, tiers),
                history.totals(),
                window,
                history.known(),
                budget(months.current(history)),
                months.closed().stream().map(this::budget).toList(),
                tiers,
                new SloStatus.SpentStatus(spent.phase(), spent.since()),
                excluded,
                tally.inconsistencies(),
                outages.soFar());
    }

    private TierStatus status(Tier tier, Alarm alarm) {
        return new TierStatus(tier, burn(tier.longWindow()), burn(tier.shortWindow()), alarm.phase(), alarm.since());
    }

    private double burn(Duration window) {
        return history.over(window).badRatio() / slo.budget().doubleValue();
    }

    private MonthBudget budget(Months.Month month) {
        double remaining = SloStatus.remaining(slo, month.totals(), months.length(month.month()));
        return new MonthBudget(month.month(), month.totals(), remaining);
    }

    private State state(boolean excludedNow, Totals window, List<TierStatus> tiers) {
        if (!measured()) {
            return State.NOT_MEASURED;
        }
        if (excludedNow) {
            return State.EXCLUDED;
        }
        if (isSpent(window)) {
            return State.SPENT;
        }
        if (tiers.stream().anyMatch(tier -> tier.phase() == Phase.FIRING)) {
            return State.BURNING;
        }
        long recent = history.over(slo.tiers().getFirst().longWindow()).total();
        if (recent == 0) {
            return State.NO_DATA;
        }
        return recent < slo.minEvents() ? State.LOW_TRAFFIC : State.OK;
    }

    void writeTo(DataOutput out) throws IOException {
        history.writeTo(out);
        months.writeTo(out);
        out.writeLong(excluded);
        List<Alarm> all = allAlarms();
        out.writeInt(all.size());
        for (Alarm alarm : all) {
            alarm.writeTo(out);
        }
    }

    void readFrom(DataInput in) throws IOException {
        history.readFrom(in);
        months.readFrom(in);
        excluded = in.readLong();
        List<Alarm> all = allAlarms();
        for (int left = in.readInt(); left > 0; left--) {
            Alarm.read(in, all);
        }
    }

    private List<Alarm> allAlarms() {
        var all = new ArrayList<>(alarms);
        all.add(spent);
        return all;
    }
}
