package io.atalaya.kpi;

import io.atalaya.kpi.Fact.Verdict;
import io.atalaya.kpi.KpiReport.Reading;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/** A share of events, or of keys of events. Confined to the engine's thread. At most {@link #MOST} keys. */
final class Ratios implements Reckoning {
    static final int MOST = 200_000;

    private static final long UNKNOWN = Long.MAX_VALUE;

    private final Measure.Ratio measure;
    private final Function<Instant, LocalDate> periods;
    private final TreeMap<LocalDate, Long> goods = new TreeMap<>();
    private final TreeMap<LocalDate, Long> all = new TreeMap<>();
    private final Map<String, Case> cases = new HashMap<>();

    /** @param periods the first day of the period of a moment */
    Ratios(Measure.Ratio measure, Function<Instant, LocalDate> periods) {
        this.measure = measure;
        this.periods = periods;
    }

    /** What is known of one key: when it first came up, and when it was first good. */
    private static final class Case {
        private long asked = UNKNOWN;
        private long good = UNKNOWN;
    }

    @Override
    public Verdict take(Fact fact) {
        boolean asked = measure.of().picks(fact);
        boolean good = measure.good().picks(fact);
        if (!asked && !good) {
            return Verdict.NOT_MEANT;
        }
        long at = fact.at().toEpochMilli();
        if (measure.key().isPresent()) {
            Optional<String> key = key(fact, measure.key().get());
            return key.isEmpty() ? Verdict.MALFORMED : take(key.get(), at, asked, good);
        }
        if (asked) {
            add(all, at, 1);
        }
        if (good) {
            add(goods, at, 1);
        }
        return Verdict.COUNTED;
    }

    /** A value that names something, within its tenant. */
    static Optional<String> key(Fact fact, JsonPointer pointer) {
        JsonNode value = fact.body().at(pointer);
        boolean names = value.isString() || value.isIntegralNumber();
        return names ? Optional.of(fact.tenant() + '\n' + value.asString()) : Optional.empty();
    }

    private Verdict take(String key, long at, boolean asked, boolean good) {
        Case found = cases.get(key);
        if (found == null) {
            if (cases.size() >= MOST) {
                return Verdict.TOO_MANY;
            }
            found = new Case();
            cases.put(key, found);
        }
        add(found, -1);
        if (asked) {
            found.asked = Math.min(found.asked, at);
        }
        if (good) {
            found.good = Math.min(found.good, at);
        }
        add(found, 1);
        return Verdict.COUNTED;
    }

    private void add(Case found, long amount) {
        if (found.asked != UNKNOWN) {
            add(all, found.asked, amount);
            if (found.good != UNKNOWN) {
                add(goods, found.asked, amount);
            }
        }
    }

    private void add(Map<LocalDate, Long> counts, long at, long amount) {
        counts.merge(periods.apply(Instant.ofEpochMilli(at)), amount, Long::sum);
    }

    @Override
    public Reading reading(Instant start, Instant end, Instant now) {
        LocalDate period = periods.apply(start);
        long denominator = all.getOrDefault(period, 0L);
        return Reading.share((double) goods.getOrDefault(period, 0L), (double) denominator, denominator);
    }

    @Override
    public void forgetBefore(Instant moment) {
        long before = moment.toEpochMilli();
        cases.values().removeIf(found -> Math.min(found.asked, found.good) < before && isOver(found, before));
        goods.headMap(periods.apply(moment)).clear();
        all.headMap(periods.apply(moment)).clear();
    }

    private static boolean isOver(Case found, long before) {
        return found.asked == UNKNOWN || found.asked < before;
    }
}
