package io.atalaya.yaml;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The things of one kind that a file defines by name, and the references to them from elsewhere in the file. Confined to
 * the reading thread. A name whose definition is broken still counts as defined, so that one mistake is reported once.
 */
public final class Definitions<T> {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,63}");

    private final String what;
    private final Problems problems;
    private final Map<String, Place> places = new LinkedHashMap<>();
    private final Map<String, T> values = new LinkedHashMap<>();
    private final Set<String> used = new HashSet<>();

    /** @param what one of them, with its article: {@code "a topic"} */
    public Definitions(String what, Problems problems) {
        this.what = what;
        this.problems = problems;
    }

    /** Defines a name, with its value when that could be read. */
    public void define(String name, Place place, Optional<? extends T> value) {
        if (!NAME.matcher(name).matches()) {
            problems.add(
                    place,
                    name.isEmpty() ? "an empty name" : name,
                    "a name: a letter, then letters, digits, - and _, at most 64");
        }
        places.put(name, place);
        value.ifPresent(v -> values.put(name, v));
    }

    /** What a reference means; empty when its name is not defined (reported) or its definition broken (reported then). */
    public Optional<T> resolve(Place place, String reference) {
        used.add(reference);
        return find(place, reference);
    }

    /** As {@link #resolve(Place, String)}, for a reference that does not count as use. */
    public Optional<T> find(Place place, String reference) {
        if (!places.containsKey(reference)) {
            String expected = what + ": " + Suggestion.oneOf(reference, places.keySet());
            problems.add(place, reference + ", which is not defined", expected);
        }
        return Optional.ofNullable(values.get(reference));
    }

    /** As {@link #resolve(Place, String)}. */
    public Optional<T> resolve(Node.Text reference) {
        return resolve(reference.place(), reference.text());
    }

    /** Everything that could be read, in the order of the file. */
    public Map<String, T> values() {
        return Collections.unmodifiableMap(values);
    }

    /** Reports what is defined but never referred to; dead text in a file is a mistake that waits. */
    public void rejectUnused(String expected) {
        rejectUnless(used::contains, "defined, but used nowhere", expected);
    }

    /** Reports every defined name that does not fit. */
    public void rejectUnless(Predicate<String> fits, String found, String expected) {
        places.forEach((name, place) -> {
            if (!fits.test(name)) {
                problems.add(place, found, expected);
            }
        });
    }
}
