package io.atalaya.config;

import java.util.Optional;
import java.util.function.Function;

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
