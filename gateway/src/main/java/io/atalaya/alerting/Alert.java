package io.atalaya.alerting;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Something that somebody has to know of, firing or over. Immutable.
 *
 * @param labels what it is known by; {@code alertname} is among them
 * @param since when it began to fire
 * @param over when it ceased to
 */
public record Alert(
        Map<String, String> labels, Map<String, String> annotations, Instant since, Optional<Instant> over) {
    public Alert {
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
        annotations = Collections.unmodifiableMap(new TreeMap<>(annotations));
    }

    /** One of its labels; empty when it has none of that name. */
    public String label(String name) {
        return labels.getOrDefault(name, "");
    }

    public boolean firing() {
        return over.isEmpty();
    }

    /** The same, over since then. */
    Alert endedAt(Instant moment) {
        return new Alert(labels, annotations, since, Optional.of(moment));
    }
}
