package io.atalaya.config;

import java.time.Duration;

/** Sizes and durations as people write them in settings. Pure functions. */
final class Amounts {
    private static final String[] SIZES = {"", "KiB", "MiB", "GiB", "TiB"};

    private Amounts() {}

    /** {@code 64KiB}; the largest unit that leaves a whole number. */
    static String size(long bytes) {
        long rest = bytes;
        int unit = 0;
        while (rest >= 1024 && rest % 1024 == 0 && unit < SIZES.length - 1) {
            rest /= 1024;
            unit++;
        }
        return rest + SIZES[unit];
    }

    /** {@code 5m}; the largest unit that leaves a whole number. */
    static String duration(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds >= 86_400 && seconds % 86_400 == 0) {
            return seconds / 86_400 + "d";
        }
        if (seconds >= 3600 && seconds % 3600 == 0) {
            return seconds / 3600 + "h";
        }
        return seconds >= 60 && seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }
}
