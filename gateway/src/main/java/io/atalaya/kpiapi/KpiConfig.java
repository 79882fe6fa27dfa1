package io.atalaya.kpiapi;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Settings of the indicators. Immutable.
 *
 * @param file indicators of one's own; empty for those that come with a shipped profile, if any
 */
public record KpiConfig(Optional<Path> file) {}
