package io.atalaya.capacity;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Figures that a load on a machine has proved: a lower bound each, since client and gateway shared the machine.
 * Immutable.
 *
 * @param at when
 * @param version of the program that bore the load
 * @param settings how the load was made
 * @param figures at least one
 */
public record ProvedCapacity(
        Instant at, String version, Machine machine, Map<String, String> settings, Map<Resource, Figure> figures) {
    public ProvedCapacity {
        if (figures.isEmpty()) {
            throw new IllegalArgumentException("figures: none (expected: at least one)");
        }
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        figures = Collections.unmodifiableMap(new EnumMap<>(figures));
    }

    /**
     * One proved figure. Immutable.
     *
     * @param value more than 0
     * @param evidence what else was measured in the same run, in the unit that its name ends with
     */
    public record Figure(double value, Map<String, Double> evidence) {
        public Figure {
            if (!(value > 0 && Double.isFinite(value))) {
                throw new IllegalArgumentException("figure: %s (expected: more than 0)".formatted(value));
            }
            evidence = Collections.unmodifiableMap(new LinkedHashMap<>(evidence));
        }
    }
}
