package io.atalaya.profile;

import java.nio.file.Path;

/** Where a profile is read from. Immutable. */
public sealed interface ProfileSource {
    /** What problems and log lines call it. */
    String label();

    /**
     * Understands the setting {@code profile}: a text with a {@code /} in it, or that ends in {@code .yaml} or
     * {@code .yml}, is a path; anything else is the name of a shipped profile.
     *
     * @param directory what a relative path starts from
     */
    static ProfileSource of(String text, Path directory) {
        boolean isPath = text.indexOf('/') >= 0 || text.endsWith(".yaml") || text.endsWith(".yml");
        return isPath ? new File(directory.resolve(text)) : new Shipped(text);
    }

    /** A profile that comes with the program. */
    record Shipped(String name) implements ProfileSource {
        @Override
        public String label() {
            return name + ".yaml";
        }
    }

    /** A profile in a file. */
    record File(Path path) implements ProfileSource {
        @Override
        public String label() {
            return path.toString();
        }
    }
}
