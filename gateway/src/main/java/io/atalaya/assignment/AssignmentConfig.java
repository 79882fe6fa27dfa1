package io.atalaya.assignment;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where assignments come from. Immutable.
 *
 * @param file YAML file read at start and rewritten when the management API changes assignments
 * @param cacheTtl how long an answer is reused
 * @param cacheSize most answers kept
 */
public record AssignmentConfig(Optional<Path> file, Duration cacheTtl, int cacheSize) {}
