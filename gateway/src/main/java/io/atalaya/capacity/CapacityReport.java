package io.atalaya.capacity;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is proved, what is in use, and how long the storage lasts. Immutable.
 *
 * @param at when it was looked at
 * @param proved empty where nothing was
 * @param sameMachine whether what was proved was proved on a machine like this
 * @param problem why proved figures cannot be read; empty when there is nothing to say
 * @param use by resource, over the last minute; those not known yet are missing
 */
public record CapacityReport(
        Instant at,
        Optional<ProvedCapacity> proved,
        boolean sameMachine,
        String problem,
        Map<Resource, Double> use,
        List<StorageForecast> storage) {
    public CapacityReport {
        var copy = new EnumMap<Resource, Double>(Resource.class);
        copy.putAll(use);
        use = Collections.unmodifiableMap(copy);
        storage = List.copyOf(storage);
    }

    /** Before the first look. */
    static CapacityReport none(Instant at) {
        return new CapacityReport(at, Optional.empty(), false, "", Map.of(), List.of());
    }

    /** How many times the present use was proved: infinite when nothing is in use; empty while nobody knows. */
    public OptionalDouble headroom(Resource resource) {
        Double now = use.get(resource);
        ProvedCapacity.Figure figure =
                proved.map(known -> known.figures().get(resource)).orElse(null);
        if (now == null || figure == null) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(now > 0 ? figure.value() / now : Double.POSITIVE_INFINITY);
    }
}
