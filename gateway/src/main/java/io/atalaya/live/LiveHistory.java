package io.atalaya.live;

import java.util.Arrays;
import java.util.Locale;

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
     * @param values by series and step; not a number where nothing was measured
     */
    record Excerpt(Step step, long fromSecond, int count, float[][] values) {}

    /**
     * Remembers one second; later ones than the latest only.
     *
     * @param values a value a series, in the order of {@link Series}
     */
    void add(long second, float[] values) {
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
            float[][] values = ring.newest(count);
            return new Excerpt(step, (ring.last - count + 1) * step.seconds(), count, values);
        }
    }

    /** Values by step number, the newest in place of the oldest. Confined to its owner. */
    private static final class Ring {
        private static final int SERIES = Series.values().length;

        private final float[][] values = new float[SERIES][];
        private final int size;
        private long first = Long.MIN_VALUE;
        private long last = Long.MIN_VALUE;

        Ring(int size) {
            this.size = size;
            for (int i = 0; i < SERIES; i++) {
                values[i] = new float[size];
                Arrays.fill(values[i], Float.NaN);
            }
        }

        /** @return false when a later step is there already */
        boolean put(long step, float[] row) {
            if (first == Long.MIN_VALUE) {
                first = step;
                last = step;
            }
            if (step < last) {
                return false;
            }
            for (long skipped = Math.max(last + 1, step - size + 1); skipped < step; skipped++) {
                for (float[] series : values) {
                    series[slot(skipped)] = Float.NaN;
                }
            }
            last = step;
            for (int i = 0; i < SERIES; i++) {
                values[i][slot(step)] = row[i];
            }
            return true;
        }

        private int slot(long step) {
            return (int) Math.floorMod(step, (long) size);
        }

        int filled() {
            return first == Long.MIN_VALUE ? 0 : (int) Math.min(size, last - first + 1);
        }

        float[][] newest(int count) {
            var newest = new float[SERIES][count];
            for (int i = 0; i < SERIES; i++) {
                for (int k = 0; k < count; k++) {
                    newest[i][k] = values[i][slot(last - count + 1 + k)];
                }
            }
            return newest;
        }
    }

    /** The step of ten seconds that is not over. Confined to its owner. */
    private static final class Gathering {
        private static final Series[] ALL = Series.values();

        private final float[] sums = new float[ALL.length];
        private final int[] counts = new int[ALL.length];
        private long step = Long.MIN_VALUE;

        void begin(long next) {
            step = next;
            Arrays.fill(sums, 0);
            Arrays.fill(counts, 0);
        }

        void add(float[] values) {
            for (int i = 0; i < ALL.length; i++) {
                if (!Float.isNaN(values[i])) {
                    sums[i] = ALL[i].rate
                            ? sums[i] + values[i]
                            : counts[i] == 0 ? values[i] : Math.max(sums[i], values[i]);
                    counts[i]++;
                }
            }
        }

        float[] values() {
            var values = new float[ALL.length];
            for (int i = 0; i < ALL.length; i++) {
                values[i] = counts[i] == 0 ? Float.NaN : ALL[i].rate ? sums[i] / counts[i] : sums[i];
            }
            return values;
        }
    }
}
