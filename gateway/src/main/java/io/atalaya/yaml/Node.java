package io.atalaya.yaml;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One value of a YAML file, with the place where it stands. Immutable. */
public sealed interface Node {
    Place place();

    /** What it is, in a few words, for the "found" of a problem. */
    String describe();

    /** A scalar, as it is written: {@code 007} stays {@code 007}; what it means is decided by who expects it. */
    record Text(Place place, String text) implements Node {
        @Override
        public String describe() {
            return text.isEmpty() ? "an empty text" : text;
        }
    }

    /** {@code null}, or nothing at all after the colon. */
    record Empty(Place place) implements Node {
        @Override
        public String describe() {
            return "nothing";
        }
    }

    /** A list. */
    record Sequence(Place place, List<Node> items) implements Node {
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public String describe() {
            return items.isEmpty() ? "an empty list" : "a list";
        }
    }

    /** Keys with values, in the order of the file. */
    record Mapping(Place place, Map<String, Member> members) implements Node {
        public Mapping {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        @Override
        public String describe() {
            return "a mapping";
        }
    }

    /**
     * A key and its value.
     *
     * @param key where the key stands
     */
    record Member(Place key, Node value) {}
}
