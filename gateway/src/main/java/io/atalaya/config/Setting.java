package io.atalaya.config;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * One setting. Immutable. Its variable in the environment is its key in capitals with {@code _} for {@code -}.
 *
 * @param key kebab-case, as in the file
 * @param kind what its value must look like
 * @param defaultText the default as one would write it; empty when there is none
 * @param secret whether its value is never shown and may come from a file: {@code <key>-file}, {@code <VARIABLE>_FILE}
 * @param sentence what it does, for the reference
 */
record Setting<T>(String key, Kind<T> kind, String defaultText, boolean secret, String sentence) {
    Setting {
        if (!defaultText.isEmpty() && kind.parse(defaultText).isEmpty()) {
            throw new IllegalArgumentException(
                    "default of %s: %s (expected: %s)".formatted(key, defaultText, kind.expected()));
        }
    }

    static <T> Setting<T> of(String key, Kind<T> kind, String defaultText, String sentence) {
        return new Setting<>(key, kind, defaultText, false, sentence);
    }

    static <T> Setting<T> secret(String key, Kind<T> kind, String sentence) {
        return new Setting<>(key, kind, "", true, sentence);
    }

    String variable() {
        return variableOf(key);
    }

    /** The key of the setting that names a file with this secret. */
    String fileKey() {
        return key + "-file";
    }

    static String variableOf(String key) {
        return key.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /**
     * What a setting's value must look like and how its text becomes a value. Immutable.
     *
     * @param expected what is accepted, for problems and for the reference
     * @param parser empty when the text is not acceptable
     */
    record Kind<T>(String expected, Function<String, Optional<T>> parser) {
        Optional<T> parse(String text) {
            return parser.apply(text.strip());
        }
    }
}
