package io.atalaya.kpi;

import io.atalaya.budget.Measurements;
import io.atalaya.kpi.Fact.Verdict;
import io.atalaya.kpi.KpiReport.PeriodValue;
import io.atalaya.kpi.KpiReport.Reading;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reckons all indicators of a file. Confined to the thread that feeds it; {@link #report} is published for everybody.
 *
 * <p>It is told the time, so that what happened can be told again, faster: events in the order of their arrival give the
 * readings that they gave then. A period takes events until its grace is over, and is kept as it stood from then on.
 */
public final class KpiEngine {
    /** A clock may be ahead by so much. */
    private static final Duration AHEAD = Duration.ofMinutes(5);

    private static final String EVERYBODY = "";

    private final KpiFile file;
    private final List<Desk> desks;
    private volatile Map<String, KpiReport> reports;

    public KpiEngine(KpiFile file) {
        this.file = file;
        this.desks = file.kpis().stream().map(Desk::new).toList();
        this.reports = Map.of(EVERYBODY, new KpiReport(file, Instant.EPOCH, EVERYBODY, List.of()));
    }

    /** What is kept of a period. Immutable. */
    public record Kept(String kpi, String tenant, LocalDate day, Reading reading, boolean open) {}

    /** The types of events that it reads. */
    public Set<String> types() {
        var types = new LinkedHashSet<String>();
        file.kpis().forEach(kpi -> types.addAll(kpi.measure().types()));
        return types;
    }

    /** Takes an event. Events come in the order of their arrival. */
    public void take(Fact fact) {
        for (Desk desk : desks) {
            if (desk.types.contains(fact.type())) {
                desk.take(fact);
            }
        }
    }

    /** Whether it wants to look at what this program counts by itself. */
    public boolean looks() {
        return file.kpis().stream().anyMatch(kpi -> kpi.measure() instanceof Measure.CounterRatio);
    }

    /** Looks at what this program counts by itself. */
    public void look(Measurements now, Instant at) {
        for (Desk desk : desks) {
            if (desk.reckoning(EVERYBODY) instanceof Counters counters) {
                desk.advance(at);
                counters.look(now, at);
            }
        }
    }

    /** Time has come to {@code now}: closes what is over, and reports. */
    public void tick(Instant now) {
        var next = new HashMap<String, KpiReport>();
        desks.forEach(desk -> desk.advance(now));
        for (String tenant : tenants()) {
            next.put(
                    tenant,
                    new KpiReport(
                            file,
                            now,
                            tenant,
                            desks.stream().map(desk -> desk.status(tenant, now)).toList()));
        }
        reports = Map.copyOf(next);
    }

    private Set<String> tenants() {
        var tenants = new LinkedHashSet<String>(List.of(EVERYBODY));
        desks.forEach(desk -> {
            tenants.addAll(desk.reckonings.keySet());
            tenants.addAll(desk.closed.keySet());
        });
        return tenants;
    }

    /** How the indicators stood at the last tick. Callable by any thread. */
    public KpiReport report() {
        return report(EVERYBODY);
    }

    /** The same for one tenant; without indicators when nothing is known of it. Callable by any thread. */
    public KpiReport report(String tenant) {
        Map<String, KpiReport> last = reports;
        KpiReport all = last.getOrDefault(EVERYBODY, new KpiReport(file, Instant.EPOCH, EVERYBODY, List.of()));
        return last.getOrDefault(tenant, new KpiReport(file, all.at(), tenant, List.of()));
    }

    /** What has to survive the process: periods that are closed, and open ones that events do not tell again. */
    public List<Kept> kept() {
        var kept = new ArrayList<Kept>();
        desks.forEach(desk -> desk.keep(kept));
        return kept;
    }

    /** Takes up what an earlier process has kept; before anything else. */
    public void restore(List<Kept> kept) {
        for (Kept period : kept) {
            desks.stream().filter(desk -> desk.kpi.id().equals(period.kpi())).forEach(desk -> desk.restore(period));
        }
    }

    /**
     * The moment from which on events have to be told again, so that all open periods are whole; null for all events. What
     * is kept of closed periods stays as it is.
     */
    public @Nullable Instant neededFrom(Instant now) {
        Duration longest = Duration.ZERO;
        for (Desk desk : desks) {
            if (desk.kpi.measure() instanceof Measure.StateShare || desk.closed.isEmpty()) {
                return null;
            }
            Duration period = desk.kpi.period().atMost();
            longest = period.compareTo(longest) > 0 ? period : longest;
        }
        // the oldest open period, and what was still open when its first event came
        return now.minus(longest.multipliedBy(2)).minus(file.grace().multipliedBy(2));
    }

    /** One indicator with its periods, for everybody and for some tenants. */
    private final class Desk {
        private final Kpi kpi;
        private final Set<String> types;
        private final Map<String, Reckoning> reckonings = new LinkedHashMap<>();
        private final Map<String, TreeMap<LocalDate, Reading>> closed = new HashMap<>();
        private final EnumMap<Verdict, Long> verdicts = new EnumMap<>(Verdict.class);

        /** The first day of the first period that is not closed; null before anything was heard. */
        private @Nullable LocalDate closedUntil;

        Desk(Kpi kpi) {
            this.kpi = kpi;
            this.types = kpi.measure().types();
            reckonings.put(EVERYBODY, fresh());
            for (Verdict verdict : Verdict.values()) {
                verdicts.put(verdict, 0L);
            }
        }

        private Reckoning fresh() {
            return switch (kpi.measure()) {
                case Measure.Ratio ratio -> new Ratios(ratio, this::dayOf);
                case Measure.StateShare share -> new States(share);
                case Measure.Mean mean -> Means.of(mean, this::dayOf);
                case Measure.WeightedScore score -> Means.of(score, this::dayOf);
                case Measure.CounterRatio counters -> new Counters(counters, this::dayOf);
            };
        }

        Reckoning reckoning(String tenant) {
            return reckonings.getOrDefault(
                    tenant, reckonings.values().iterator().next());
        }

        private LocalDate dayOf(Instant moment) {
            return kpi.period().firstDay(moment, file.zone());
        }

        private Instant startOf(LocalDate day) {
            return Kpi.Period.start(day, file.zone());
        }

        private Instant endOf(LocalDate day) {
            return startOf(kpi.period().next(day));
        }

        void take(Fact fact) {
            LocalDate open = advance(fact.arrived());
            verdicts.merge(verdict(fact, open), 1L, Long::sum);
        }

        private Verdict verdict(Fact fact, LocalDate open) {
            if (fact.at().isAfter(fact.arrived().plus(AHEAD))) {
                return Verdict.FUTURE;
            }
            LocalDate day = dayOf(fact.at());
            if (day.isBefore(open)) {
                if (kpi.measure() instanceof Measure.StateShare) {
                    reckon(fact); // a state goes on into periods that are open
                }
                return Verdict.TOO_LATE;
            }
            Verdict verdict = reckon(fact);
            return verdict == Verdict.COUNTED && day.isBefore(dayOf(fact.arrived())) ? Verdict.LATE : verdict;
        }

        private Verdict reckon(Fact fact) {
            Verdict verdict = reckoning(EVERYBODY).take(fact);
            boolean known = reckonings.containsKey(fact.tenant());
            if (verdict == Verdict.COUNTED && (known || reckonings.size() <= file.tenants())) {
                reckonings.computeIfAbsent(fact.tenant(), _ -> fresh()).take(fact);
            }
            return verdict;
        }

        /** Closes the periods whose grace is over. */
        LocalDate advance(Instant now) {
            LocalDate open = closedUntil == null ? dayOf(now.minus(file.grace())) : closedUntil;
            while (!endOf(open).plus(file.grace()).isAfter(now)) {
                close(open);
                open = kpi.period().next(open);
            }
            closedUntil = open;
            return open;
        }

        private void close(LocalDate day) {
            reckonings.forEach((tenant, reckoning) -> {
                Reading reading = reckoning.reading(startOf(day), endOf(day), endOf(day));
                TreeMap<LocalDate, Reading> periods = closed.computeIfAbsent(tenant, _ -> new TreeMap<>());
                if (reading.samples() > 0 || !periods.headMap(day).isEmpty()) {
                    periods.putIfAbsent(day, reading); // what was kept is not reckoned anew: it was whole
                }
                while (periods.size() > file.keep()) {
                    periods.pollFirstEntry();
                }
                reckoning.forgetBefore(endOf(day));
            });
        }

        KpiReport.Status status(String tenant, Instant now) {
            Reckoning reckoning = reckonings.get(tenant);
            var periods = new ArrayList<PeriodValue>();
            LocalDate today = dayOf(now);
            LocalDate day = closedUntil == null ? today : closedUntil;
            closed.getOrDefault(tenant, new TreeMap<>())
                    .headMap(day)
                    .forEach((first, reading) ->
                            periods.add(new PeriodValue(first, startOf(first), endOf(first), reading, false)));
            for (; day.isBefore(today); day = kpi.period().next(day)) {
                PeriodValue open = open(day, reckoning, now);
                if (!periods.isEmpty() || open.reading().samples() > 0) {
                    periods.add(open);
                }
            }
            return KpiReport.status(
                    kpi, open(today, reckoning, now), periods, Collections.unmodifiableMap(new EnumMap<>(verdicts)));
        }

        private PeriodValue open(LocalDate day, @Nullable Reckoning reckoning, Instant now) {
            Reading reading = reckoning == null ? Reading.NONE : reckoning.reading(startOf(day), endOf(day), now);
            return new PeriodValue(day, startOf(day), endOf(day), reading, true);
        }

        void keep(List<Kept> kept) {
            closed.forEach((tenant, periods) ->
                    periods.forEach((day, reading) -> kept.add(new Kept(kpi.id(), tenant, day, reading, false))));
            if (reckoning(EVERYBODY) instanceof Counters counters && closedUntil != null) {
                counters.each((day, reading) -> kept.add(new Kept(kpi.id(), EVERYBODY, day, reading, true)));
            }
        }

        void restore(Kept period) {
            if (period.open()) {
                if (reckoning(EVERYBODY) instanceof Counters counters) {
                    counters.add(
                            period.day(),
                            period.reading().numerator(),
                            period.reading().denominator());
                }
                return;
            }
            closed.computeIfAbsent(period.tenant(), _ -> new TreeMap<>()).put(period.day(), period.reading());
        }
    }
}
