package io.atalaya.kpi;

import io.atalaya.kpi.Fact.Verdict;
import io.atalaya.kpi.KpiReport.Reading;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * The share of time that entities spend in some states. Confined to the engine's thread. An entity is known from its first
 * event on, and keeps a state until it tells another. At most {@link #MOST_ENTITIES}, and as many changes in all as
 * {@link #MOST_CHANGES}.
 */
final class States implements Reckoning {
    static final int MOST_ENTITIES = 100_000;
    static final int MOST_CHANGES = 1_000_000;

    private final Measure.StateShare measure;
    private final Map<String, TreeMap<Long, Standing>> entities = new HashMap<>();
    private int changes;

    States(Measure.StateShare measure) {
        this.measure = measure;
    }

    private enum Standing {
        GOOD,
        OTHER,
        GONE
    }

    @Override
    public Verdict take(Fact fact) {
        boolean report = measure.report().picks(fact);
        boolean registers =
                measure.registered().filter(match -> match.picks(fact)).isPresent();
        if (!report && !registers) {
            return Verdict.NOT_MEANT;
        }
        Optional<String> entity = Ratios.key(fact, measure.entity());
        JsonNode state = fact.body().at(measure.state());
        if (entity.isEmpty() || (report && !state.isString())) {
            return Verdict.MALFORMED;
        }
        return set(
                entity.get(), fact.at().toEpochMilli(), report ? standing(state.asString()) : Standing.OTHER, report);
    }

    private Standing standing(String state) {
        if (measure.gone().contains(state)) {
            return Standing.GONE;
        }
        return measure.counted().contains(state) ? Standing.GOOD : Standing.OTHER;
    }

    /** A registration never covers a state told for the same moment. */
    private Verdict set(String entity, long at, Standing standing, boolean told) {
        TreeMap<Long, Standing> line = entities.get(entity);
        if ((line == null && entities.size() >= MOST_ENTITIES) || changes >= MOST_CHANGES) {
            return Verdict.TOO_MANY;
        }
        if (line == null) {
            line = new TreeMap<>();
            entities.put(entity, line);
        }
        boolean known = line.containsKey(at);
        if (!told && (known || line.floorKey(at) != null)) {
            return Verdict.COUNTED;
        }
        if (known) {
            // of two states told for one moment the better one holds, whichever came first
            line.merge(at, standing, (one, other) -> one.compareTo(other) <= 0 ? one : other);
        } else {
            line.put(at, standing);
            changes++;
        }
        return Verdict.COUNTED;
    }

    @Override
    public Reading reading(Instant start, Instant end, Instant now) {
        long from = start.toEpochMilli();
        long to = Math.min(end.toEpochMilli(), now.toEpochMilli());
        double good = 0;
        double known = 0;
        long samples = 0;
        for (TreeMap<Long, Standing> line : entities.values()) {
            long here = 0;
            var before = line.floorEntry(from);
            long since = from;
            Standing standing = before == null ? Standing.GONE : before.getValue();
            for (var change : line.subMap(from, false, Math.max(from, to), true).entrySet()) {
                here += standing == Standing.GONE ? 0 : change.getKey() - since;
                good += standing == Standing.GOOD ? change.getKey() - since : 0;
                since = change.getKey();
                standing = change.getValue();
            }
            here += standing == Standing.GONE ? 0 : Math.max(0, to - since);
            good += standing == Standing.GOOD ? Math.max(0, to - since) : 0;
            known += here;
            samples += here > 0 ? 1 : 0;
        }
        double hour = 3_600_000;
        return Reading.share(good / hour, known / hour, samples);
    }

    @Override
    public void forgetBefore(Instant moment) {
        long before = moment.toEpochMilli();
        entities.values().removeIf(line -> {
            Long last = line.floorKey(before);
            if (last != null) {
                var old = line.headMap(last, false);
                changes -= old.size();
                old.clear();
            }
            boolean gone = line.size() == 1 && last != null && line.firstEntry().getValue() == Standing.GONE;
            changes -= gone ? 1 : 0;
            return gone;
        });
    }
}
