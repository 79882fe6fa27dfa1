package io.atalaya.yaml;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Collects the problems of one reading, each once, in the order in which they are found. Confined to the reading thread.
 */
public final class Problems {
    private final Set<Problem> found = new LinkedHashSet<>();

    public Problems() {}

    public void add(Place place, String what, String expected) {
        found.add(new Problem(place.file(), place.line(), place.column(), place.path(), what, expected));
    }

    public boolean isEmpty() {
        return found.isEmpty();
    }

    /** Everything reported so far. */
    public List<Problem> list() {
        return List.copyOf(found);
    }
}
