package io.atalaya.assignment;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Optional;

/**
 * Where assignments come from. Immutable.
 *
 * @param zone whose midnight ends the day
 * @param cacheTtl how long an answer is reused
 * @param cacheSize most answers kept
 */
public record AssignmentConfig(SourceConfig source, ZoneId zone, Duration cacheTtl, int cacheSize) {
    /** Where assignments live. */
    public sealed interface SourceConfig {}

    /**
     * In this process.
     *
     * @param path YAML file read at start and rewritten when the management API changes assignments; without one they end
     *     with the process
     */
    public record FileConfig(Optional<Path> path) implements SourceConfig {}

    /**
     * In the tables of a database. Holds a secret: {@link #toString} does not show it.
     *
     * @param url as in {@code DATABASE_URL}, checked by who opens it
     * @param createTables whether the tables are made where they are missing
     */
    public record DatabaseConfig(URI url, boolean createTables) implements SourceConfig {
        @Override
        public String toString() {
            return "DatabaseConfig[createTables=%s]".formatted(createTables);
        }
    }
}
