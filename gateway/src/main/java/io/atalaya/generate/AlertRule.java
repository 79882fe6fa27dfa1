package io.atalaya.generate;

import io.atalaya.yaml.Place;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An alert as it is declared. Immutable.
 *
 * @param place where it is declared
 * @param group of rules, which is also its component
 * @param hold how long the expression must hold
 * @param origin where it comes from, by the number of the requirement
 * @param threshold who has set its threshold
 */
public record AlertRule(
        Place place,
        String name,
        String group,
        String expression,
        Duration hold,
        Severity severity,
        String origin,
        Threshold threshold,
        String summary,
        String description,
        Trial trial) {

    /** Who is told. */
    public enum Severity {
        CRITICAL,
        WARNING,
        INFO
    }

    /** Who has set a threshold. */
    public enum Threshold {
        /** The design that asks for the alert. */
        DESIGN,
        /** The system that the design describes; the design itself has none. */
        DESCRIBED_SYSTEM,
        /** We. */
        OURS
    }

    /**
     * How the alert is tried.
     *
     * @param fires series, in promtool's notation, on which it fires
     * @param quiet series on which it does not, close to the threshold
     * @param at when to look
     */
    public record Trial(Map<String, String> fires, Map<String, String> quiet, Duration at) {
        public Trial {
            fires = Collections.unmodifiableMap(new LinkedHashMap<>(fires));
            quiet = Collections.unmodifiableMap(new LinkedHashMap<>(quiet));
        }
    }

    /** Where its runbook is. */
    public String runbook() {
        return "docs/runbooks/" + name + ".md";
    }
}
