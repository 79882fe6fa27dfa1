package io.atalaya.live;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * The last hour second by second, and the last six hours in steps of ten seconds. Thread-safe: one lock over arrays of
 * fixed size.
 */
final class LiveHistory {
    private static final int FINE_STEPS = 3_600;
    private static final int COARSE_STEPS = 2_160;
    private static final int FINE_STEP_SECONDS = 1;
    private static final int COARSE_STEP_SECONDS = 10;

    private final Object lock = new Object();
    private final Ring fine = new Ring(FINE_STEPS);
    private final Ring coarse = new Ring(COARSE_STEPS);
    private final Gathering gathering = new Gathering();

    /** What is remembered. */
    enum Series {
        CONNECTIONS(false),
        EVENTS_IN(true),
        EVENTS_ACCEPTED(true),
        MATCHED(true),
        DELIVERIES(true),
        DROPPED(true),
        P50(false),
        P95(false),
        P99(false),
        UNCOMMITTED(false),
        BACKLOG(false),
        ON_THEIR_WAY(false);

        private final boolean rate;

        /** @param rate whether a longer step has the mean of the shorter ones, instead of their maximum */
        Series(boolean rate) {
            this.rate = rate;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How far apart two values are. */
    enum Step {
        FINE(FINE_STEP_SECONDS),
        COARSE(COARSE_STEP_SECONDS);

        private final int seconds;

        Step(int seconds) {
            this.seconds = seconds;
        }

        int seconds() {
            return seconds;
        }
    }

    /**
     * A part of the history. Immutable, as long as nobody writes to the arrays.
     *
     * @param fromSecond of the first value, in seconds since 1970
     * @param values by step; not a number where nothing was measured
     */
    record Excerpt(Step step, long fromSecond, int count, Map<Series, float[]> values) {
        float[] of(Series series) {
            return values.getOrDefault(series, new float[0]);
        }
    }

    /**
     * Remembers one second; later ones than the latest only.
     *
     * @param values of every series; not a number where nothing was measured
     */
    void add(long second, Map<Series, Double> values) {
        synchronized (lock) {
            if (!fine.put(second, values)) {
                return;
            }
            long step = Math.floorDiv(second, COARSE_STEP_SECONDS);
            if (gathering.step != step) {
                gathering.begin(step);
            }
            gathering.add(values);
            coarse.put(step, gathering.values());
        }
    }

    /** The newest values, at most so many seconds back; those of the beginning are left out. */
    Excerpt newest(Step step, long seconds) {
        synchronized (lock) {
            Ring ring = step == Step.FINE ? fine : coarse;
            long most = Math.max(1, seconds / step.seconds());
            int count = (int) Math.min(most, ring.filled());
            return new Excerpt(step, (ring.last - count + 1) * step.seconds(), count, ring.newest(count));
        }
    }

    /** Values by step number, the newest in place of the oldest. Confined to its owner. */
    private static final class Ring {
        private final Map<Series, float[]> values = new EnumMap<>(Series.class);
        private final int size;
        private long first = Long.MIN_VALUE;
        private long last = Long.MIN_VALUE;

        Ring(int size) {
            this.size = size;
            for (Series series : Series.values()) {
                var unknown = new float[size];
                Arrays.fill(unknown, Float.NaN);
                values.put(series, unknown);
            }
        }

        /** @return false when a later step is there already */
        boolean put(long step, Map<Series, Double> row) {
            if (first == Long.MIN_VALUE) {
                first = step;
                last = step;
            }
            if (step < last) {
                return false;
            }
            for (long skipped = Math.max(last + 1, step - size + 1); skipped < step; skipped++) {
                int slot = slot(skipped);
                values.values().forEach(series -> series[slot] = Float.NaN);
            }
            last = step;
            int slot = slot(step);
            values.forEach((series, stored) ->
                    stored[slot] = row.getOrDefault(series, Double.NaN).floatValue());
            return true;
        }

        private int slot(long step) {
            return (int) Math.floorMod(step, (long) size);
        }

        int filled() {
            return first == Long.MIN_VALUE ? 0 : (int) Math.min(size, last - first + 1);
        }

        Map<Series, float[]> newest(int count) {
            var newest = new EnumMap<Series, float[]>(Series.class);
            values.forEach((series, stored) -> {
                var copy = new float[count];
                for (int i = 0; i < count; i++) {
                    copy[i] = stored[slot(last - count + 1 + i)];
                }
                newest.put(series, copy);
            });
            return newest;
        }
    }

    /** The step of ten seconds that is not over. Confined to its owner. */
    private static final class Gathering {
        private final Map<Series, Double> sums = new EnumMap<>(Series.class);
        private final Map<Series, Integer> counts = new EnumMap<>(Series.class);
        private long step = Long.MIN_VALUE;

        void begin(long next) {
            step = next;
            sums.clear();
            counts.clear();
        }

        void add(Map<Series, Double> row) {
            row.forEach((series, value) -> {
                if (!value.isNaN()) {
                    sums.merge(series, value, series.rate ? Double::sum : Math::max);
                    counts.merge(series, 1, Integer::sum);
                }
            });
        }

        Map<Series, Double> values() {
            var values = new EnumMap<Series, Double>(Series.class);
            sums.forEach((series, sum) -> values.put(series, series.rate ? sum / counts.getOrDefault(series, 1) : sum));
            return values;
        }
    }
}
