package io.atalaya.kpi;

import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * Picks events by their type and by what is in them. Immutable.
 *
 * @param where all of these have to hold
 */
public record Match(String type, List<Condition> where) {
    public Match {
        where = List.copyOf(where);
    }

    /** Whether an event is picked. */
    boolean picks(Fact fact) {
        return type.equals(fact.type()) && where.stream().allMatch(condition -> condition.holds(fact.body()));
    }

    /** One thing that an event must be. */
    public sealed interface Condition {
        /** Whether it is. */
        boolean holds(JsonNode body);

        /** A member is one of some values; numbers and truth values count as they are written. */
        record OneOf(JsonPointer member, Set<String> values) implements Condition {
            public OneOf {
                values = Set.copyOf(values);
            }

            @Override
            public boolean holds(JsonNode body) {
                JsonNode value = body.at(member);
                return value.isValueNode() && !value.isNull() && values.contains(value.asString());
            }
        }

        /** A member is a number between two bounds, which do not belong to it. */
        record Between(JsonPointer member, OptionalDouble above, OptionalDouble below) implements Condition {
            @Override
            public boolean holds(JsonNode body) {
                JsonNode value = body.at(member);
                return value.isNumber()
                        && (above.isEmpty() || value.doubleValue() > above.getAsDouble())
                        && (below.isEmpty() || value.doubleValue() < below.getAsDouble());
            }
        }
    }
}
