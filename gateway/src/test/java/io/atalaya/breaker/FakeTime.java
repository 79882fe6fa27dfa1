package io.atalaya.breaker;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** Wall and monotonic clock that a test moves by hand. Confined to the test. */
public final class FakeTime implements InstantSource, LongSupplier {
    private long nanos = 1_000_000_000_000L;

    public void advance(Duration by) {
        nanos += by.toNanos();
    }

    @Override
    public Instant instant() {
        return Instant.EPOCH.plusNanos(nanos);
    }

    @Override
    public long getAsLong() {
        return nanos;
    }
}
