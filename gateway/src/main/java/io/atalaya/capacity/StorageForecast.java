package io.atalaya.capacity;

import java.util.OptionalDouble;

/**
 * How long a store lasts if it goes on growing as it did. Immutable.
 *
 * @param store which
 * @param usedBytes now
 * @param limitBytes that it may have
 * @param bytesPerDay negative when it shrinks; empty while too little has been seen
 */
public record StorageForecast(String store, long usedBytes, long limitBytes, OptionalDouble bytesPerDay) {
    private static final double DAY_SECONDS = 86_400;

    /** Seconds until it is full: 0 when it is, infinite when it does not grow; empty while nobody knows. */
    public OptionalDouble secondsLeft() {
        if (usedBytes >= limitBytes) {
            return OptionalDouble.of(0);
        }
        if (bytesPerDay.isEmpty()) {
            return OptionalDouble.empty();
        }
        double growth = bytesPerDay.getAsDouble();
        return OptionalDouble.of(
                growth <= 0 ? Double.POSITIVE_INFINITY : (limitBytes - usedBytes) / growth * DAY_SECONDS);
    }
}
