package io.atalaya.kpi;

import io.atalaya.kpi.Fact.Verdict;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How all indicators stood at one moment. Immutable.
 *
 * @param tenant whose events; empty for everybody's
 */
public record KpiReport(KpiFile file, Instant at, String tenant, List<Status> kpis) {
    public KpiReport {
        kpis = List.copyOf(kpis);
    }

    /**
     * What a period comes to. Immutable.
     *
     * @param value not a number without data
     * @param samples how much it rests on
     * @param details further figures by name
     */
    public record Reading(
            double value, double numerator, double denominator, long samples, Map<String, Double> details) {
        /** No data. */
        public static final Reading NONE = new Reading(Double.NaN, 0, 0, 0, Map.of());

        public Reading {
            details = Collections.unmodifiableMap(new TreeMap<>(details));
        }

        /** A share in percent. */
        static Reading share(double numerator, double denominator, long samples) {
            double value = denominator == 0 ? Double.NaN : 100 * numerator / denominator;
            return new Reading(value, numerator, denominator, samples, Map.of());
        }
    }

    /**
     * A period with what it comes to.
     *
     * @param open whether events may still change it
     */
    public record PeriodValue(LocalDate day, Instant start, Instant end, Reading reading, boolean open) {
        /** Whether it rests on enough. */
        boolean proves(Kpi kpi) {
            return reading.samples() > 0 && reading.samples() >= kpi.minSamples() && Double.isFinite(reading.value());
        }
    }

    /**
     * One indicator.
     *
     * @param judged the period that state and trend are of: the present one or, while it has too few samples, the last one
     * @param current the present period
     * @param periods those before it, oldest first
     * @param events what became of those that it reads
     */
    public record Status(
            Kpi kpi,
            State state,
            Trend trend,
            Risk risk,
            PeriodValue judged,
            PeriodValue current,
            List<PeriodValue> periods,
            Map<Verdict, Long> events) {
        public Status {
            periods = List.copyOf(periods);
            events = Map.copyOf(events);
        }
    }

    /** How a value is against its bars. */
    public enum State {
        ON_TARGET,
        /** Short of the target, but not beyond the warning. */
        AT_RISK,
        MISSED,
        /** Something is known, too little to judge. */
        LOW_SAMPLE,
        NO_DATA;

        /** The word in labels and answers. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where it goes, against the mean of up to three periods before. */
    public enum Trend {
        IMPROVING,
        STABLE,
        WORSENING,
        UNKNOWN;

        /** The word in answers. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What state and trend together threaten. */
    public enum Risk {
        LOW,
        MEDIUM,
        HIGH;

        /** The word in answers. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The status of an indicator. */
    static Status status(Kpi kpi, PeriodValue current, List<PeriodValue> periods, Map<Verdict, Long> events) {
        PeriodValue last = periods.isEmpty() ? current : periods.getLast();
        PeriodValue judged = !current.proves(kpi) && last.proves(kpi) ? last : current;
        State state = state(kpi, judged);
        Trend trend = trend(kpi, judged, periods);
        return new Status(kpi, state, trend, risk(state, trend), judged, current, periods, events);
    }

    private static State state(Kpi kpi, PeriodValue judged) {
        if (judged.reading().samples() == 0 || !Double.isFinite(judged.reading().value())) {
            return State.NO_DATA;
        }
        if (!judged.proves(kpi)) {
            return State.LOW_SAMPLE;
        }
        if (kpi.better().reaches(judged.reading().value(), kpi.target())) {
            return State.ON_TARGET;
        }
        return kpi.better().reaches(judged.reading().value(), kpi.warning()) ? State.AT_RISK : State.MISSED;
    }

    /** A change of less than 2 % of the target is none. */
    private static Trend trend(Kpi kpi, PeriodValue judged, List<PeriodValue> periods) {
        List<PeriodValue> before = periods.stream()
                .filter(period -> period.day().isBefore(judged.day()) && period.proves(kpi))
                .toList();
        if (before.isEmpty() || !judged.proves(kpi)) {
            return Trend.UNKNOWN;
        }
        double mean = before.subList(Math.max(0, before.size() - 3), before.size()).stream()
                .mapToDouble(period -> period.reading().value())
                .average()
                .orElseThrow();
        double change = judged.reading().value() - mean;
        if (Math.abs(change) < 0.02 * Math.abs(kpi.target())) {
            return Trend.STABLE;
        }
        return change > 0 == (kpi.better() == Kpi.Better.HIGHER) ? Trend.IMPROVING : Trend.WORSENING;
    }

    /** What nobody knows is a risk too. */
    private static Risk risk(State state, Trend trend) {
        int score = switch (state) {
            case ON_TARGET -> 0;
            case AT_RISK -> 1;
            case MISSED, LOW_SAMPLE, NO_DATA -> 2;
        };
        score += switch (trend) {
            case IMPROVING -> -1;
            case WORSENING -> 1;
            case STABLE, UNKNOWN -> 0;
        };
        return score <= 0 ? Risk.LOW : score == 1 ? Risk.MEDIUM : Risk.HIGH;
    }
}
