package io.atalaya.metrics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The values that a label may have, each with an index; everything else is {@link #OTHER}. Immutable. Nothing that a
 * stranger sends becomes a label, so a scrape cannot grow with what strangers make up.
 */
public final class LabelSet {
    /** Stands for every value that is not known; the last one. */
    public static final String OTHER = "_other";

    private final List<String> values;
    private final Map<String, Integer> indexes = new HashMap<>();
    private final int other;

    private LabelSet(List<String> values) {
        this.values = values;
        this.other = values.size() - 1;
        for (int i = 0; i < values.size(); i++) {
            indexes.put(values.get(i), i);
        }
    }

    /** The known values, in their natural order whatever the order given. */
    public static LabelSet of(Collection<String> known) {
        var sorted = new TreeSet<>(known);
        sorted.remove(OTHER);
        var values = new ArrayList<>(sorted);
        values.add(OTHER);
        return new LabelSet(List.copyOf(values));
    }

    /** All values, {@link #OTHER} last. */
    public List<String> values() {
        return values;
    }

    /** The index of a value; that of {@link #OTHER} when it is not known. */
    public int indexOf(String value) {
        return indexes.getOrDefault(value, other);
    }
}
