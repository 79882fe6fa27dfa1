package io.atalaya.capacity;

import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How long a store lasts if it goes on growing as it did. Immutable.
 *
 * @param store which
 * @param usedBytes now
 * @param limitBytes that it may have; empty where nobody knows
 * @param bytesPerDay negative when it shrinks; empty while too little has been seen
 * @param parts tables and indexes, where the store is told apart by them
 */
public record StorageForecast(
        String store, long usedBytes, OptionalLong limitBytes, OptionalDouble bytesPerDay, List<Part> parts) {
    private static final double DAY_SECONDS = 86_400;

    public StorageForecast {
        parts = List.copyOf(parts);
    }

    /**
     * One of its parts. Immutable.
     *
     * @param bytesPerDay as for the store
     */
    public record Part(StoreSize.Part size, OptionalDouble bytesPerDay) {
        /** What it will take; empty while nobody knows. */
        public OptionalDouble bytesIn(Duration time) {
            return grown(size.bytes(), bytesPerDay, time);
        }
    }

    /** What it will take; empty while nobody knows. */
    public OptionalDouble bytesIn(Duration time) {
        return grown(usedBytes, bytesPerDay, time);
    }

    private static OptionalDouble grown(long bytes, OptionalDouble perDay, Duration time) {
        return perDay.isEmpty()
                ? perDay
                : OptionalDouble.of(Math.max(0, bytes + perDay.getAsDouble() * time.toSeconds() / DAY_SECONDS));
    }

    /** Seconds until it is full: 0 when it is, infinite when it does not grow; empty while nobody knows. */
    public OptionalDouble secondsLeft() {
        if (limitBytes.isEmpty()) {
            return OptionalDouble.empty();
        }
        long free = limitBytes.getAsLong() - usedBytes;
        if (free <= 0) {
            return OptionalDouble.of(0);
        }
        if (bytesPerDay.isEmpty()) {
            return OptionalDouble.empty();
        }
        double growth = bytesPerDay.getAsDouble();
        return OptionalDouble.of(growth <= 0 ? Double.POSITIVE_INFINITY : free / growth * DAY_SECONDS);
    }
}
