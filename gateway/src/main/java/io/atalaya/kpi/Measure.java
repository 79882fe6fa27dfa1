package io.atalaya.kpi;

import io.atalaya.slo.Selector;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.core.JsonPointer;

/** How an indicator is reckoned. */
public sealed interface Measure {
    /** The events that it reads, by type. */
    default Set<String> types() {
        var types = new LinkedHashSet<String>();
        matches().forEach(match -> types.add(match.type()));
        return types;
    }

    /** The events that it reads. */
    Stream<Match> matches();

    /** The word in files and answers. */
    String kind();

    /**
     * A share of events. With a key each value of it counts once, in the period of its first event of {@code of}, and is
     * good as soon as a good event has the same key.
     */
    record Ratio(Match good, Match of, Optional<JsonPointer> key) implements Measure {
        @Override
        public Stream<Match> matches() {
            return Stream.of(good, of);
        }

        @Override
        public String kind() {
            return "ratio";
        }
    }

    /**
     * The share of time that known entities spend in some states.
     *
     * @param report an event that tells an entity's state
     * @param counted states that count as good
     * @param gone states in which an entity is not one any more
     * @param registered an event that makes an entity known before it has a state
     */
    record StateShare(
            Match report,
            JsonPointer entity,
            JsonPointer state,
            Set<String> counted,
            Set<String> gone,
            Optional<Match> registered)
            implements Measure {
        public StateShare {
            counted = Set.copyOf(counted);
            gone = Set.copyOf(gone);
        }

        @Override
        public Stream<Match> matches() {
            return Stream.concat(Stream.of(report), registered.stream());
        }

        @Override
        public String kind() {
            return "state_share";
        }
    }

    /**
     * The mean of a number.
     *
     * @param absolute whether its sign is ignored
     * @param most larger numbers are mistakes
     */
    record Mean(Match of, JsonPointer value, boolean absolute, double most) implements Measure {
        @Override
        public Stream<Match> matches() {
            return Stream.of(of);
        }

        @Override
        public String kind() {
            return "mean";
        }
    }

    /**
     * The mean of the mean scores of some groups, each by its weight; a group without answers does not weigh.
     *
     * @param least the lowest score
     * @param most the highest score
     */
    record WeightedScore(
            Match of, JsonPointer score, double least, double most, JsonPointer group, Map<String, Double> weights)
            implements Measure {
        public WeightedScore {
            weights = Map.copyOf(weights);
        }

        @Override
        public Stream<Match> matches() {
            return Stream.of(of);
        }

        @Override
        public String kind() {
            return "weighted_score";
        }
    }

    /** A share of what this program counts by itself. */
    record CounterRatio(List<Selector> good, List<Selector> of) implements Measure {
        public CounterRatio {
            good = List.copyOf(good);
            of = List.copyOf(of);
        }

        @Override
        public Stream<Match> matches() {
            return Stream.of();
        }

        @Override
        public String kind() {
            return "counter_ratio";
        }
    }
}
