package io.atalaya.sloapi;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Settings of the budgets. Immutable.
 *
 * @param files folder of objectives of one's own; empty for those that come with the program
 * @param keep whether budgets are kept on disk, below the data directory
 */
public record SloConfig(Optional<Path> files, boolean keep) {}
