package io.atalaya.capacity;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How fast something grows, from its size minute by minute over a day: the slope of the straight line that lies closest
 * (least squares), so that neither a burst nor the emptying of a retention decides by itself. Confined to one thread.
 */
final class GrowthTrend {
    static final Duration SPAN = Duration.ofDays(1);
    /** Nothing is said of a day from less than this. */
    static final Duration LEAST = Duration.ofMinutes(5);

    private static final long STEP_SECONDS = 60;
    private static final double DAY_SECONDS = SPAN.toSeconds();

    private final Deque<Size> sizes = new ArrayDeque<>();

    /** One size. Immutable. */
    record Size(long epochSecond, long bytes) {}

    /** Takes a size that was kept, or measured now; at most one a minute, in the order of time. */
    void onSize(Instant at, long bytes) {
        long second = at.getEpochSecond();
        if (!sizes.isEmpty() && second < sizes.getLast().epochSecond() + STEP_SECONDS) {
            return;
        }
        sizes.addLast(new Size(second, bytes));
        while (sizes.getFirst().epochSecond() < second - SPAN.toSeconds()) {
            sizes.removeFirst();
        }
    }

    /** Oldest first. */
    List<Size> sizes() {
        return List.copyOf(sizes);
    }

    /** Bytes a day; negative when it shrinks; empty while too little has been seen. */
    OptionalDouble bytesPerDay() {
        if (sizes.size() < 2 || sizes.getLast().epochSecond() - sizes.getFirst().epochSecond() < LEAST.toSeconds()) {
            return OptionalDouble.empty();
        }
        // relative to the first, so that no large numbers cancel each other
        long origin = sizes.getFirst().epochSecond();
        long least = sizes.getFirst().bytes();
        double meanTime = sizes.stream()
                .mapToDouble(size -> size.epochSecond() - origin)
                .average()
                .orElse(0);
        double meanBytes = sizes.stream()
                .mapToDouble(size -> size.bytes() - least)
                .average()
                .orElse(0);
        double together = 0;
        double square = 0;
        for (Size size : sizes) {
            double time = size.epochSecond() - origin - meanTime;
            together += time * (size.bytes() - least - meanBytes);
            square += time * time;
        }
        return OptionalDouble.of(together / square * DAY_SECONDS);
    }
}
