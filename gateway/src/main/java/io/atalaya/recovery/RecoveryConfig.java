package io.atalaya.recovery;

/**
 * Bounds of all replays together. Immutable.
 *
 * @param concurrency replays that read the log at the same time; the others take turns
 * @param eventsPerSecond events read for replays per second
 */
public record RecoveryConfig(int concurrency, int eventsPerSecond) {
    public RecoveryConfig {
        if (concurrency < 1 || eventsPerSecond < 1) {
            throw new IllegalArgumentException(
                    "replay: %d at once, %d a second (expected: at least 1)".formatted(concurrency, eventsPerSecond));
        }
    }

    /** The settings that a gateway has when nothing is configured. */
    public static RecoveryConfig defaults() {
        return new RecoveryConfig(4, 200_000);
    }
}
