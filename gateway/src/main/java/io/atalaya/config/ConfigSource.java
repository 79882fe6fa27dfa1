package io.atalaya.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where settings come from. Immutable. May hold secrets: {@link #toString} does not show them.
 *
 * @param file YAML file; must be readable when present
 * @param environment variables; they win over the file
 * @param overrides settings by key, from a command line or a program; they win over everything
 * @param directory what relative paths start from, except those in the file: they start from the file's directory
 * @param insecure accept every client as who it claims to be, and so ask for no secrets; only a command line or a test
 *     may say so, never a file or a variable
 */
public record ConfigSource(
        Optional<Path> file,
        Map<String, String> environment,
        Map<String, String> overrides,
        Path directory,
        boolean insecure) {

    /** The file that is read when none is named, if it is there. */
    public static final String DEFAULT_FILE = "atalaya.yaml";

    public ConfigSource {
        environment = Map.copyOf(environment);
        overrides = Map.copyOf(overrides);
    }

    /** {@value #DEFAULT_FILE} of a directory, if it is there, and the environment. */
    public static ConfigSource standard(Path directory, Map<String, String> environment) {
        Path file = directory.resolve(DEFAULT_FILE);
        return new ConfigSource(
                Files.exists(file) ? Optional.of(file) : Optional.empty(), environment, Map.of(), directory, false);
    }

    /** No file and no environment: defaults, and what a program sets. */
    public static ConfigSource of(Map<String, String> overrides) {
        return new ConfigSource(Optional.empty(), Map.of(), overrides, Path.of(""), false);
    }

    /** The same with another file. */
    public ConfigSource withFile(Path other) {
        return new ConfigSource(Optional.of(directory.resolve(other)), environment, overrides, directory, insecure);
    }

    /** The same with other overrides. */
    public ConfigSource withOverrides(Map<String, String> others) {
        return new ConfigSource(file, environment, others, directory, insecure);
    }

    /** The same, accepting every client. */
    public ConfigSource asInsecure() {
        return new ConfigSource(file, environment, overrides, directory, true);
    }

    @Override
    public String toString() {
        return "ConfigSource[file=%s, overrides=%s]".formatted(file, overrides.keySet());
    }
}
