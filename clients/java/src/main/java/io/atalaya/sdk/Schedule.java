package io.atalaya.sdk;

import java.time.Duration;

/** Time and later, as the client takes them from its surroundings. Used from the client's own thread only. */
interface Schedule {
    /** A monotonic clock, in nanoseconds. */
    long nanos();

    /** Runs {@code task} on the client's thread when {@code delay} has passed. */
    Timer after(Duration delay, Runnable task);

    /** Something that was to run later. */
    interface Timer {
        /** Does nothing after all; harmless when it has run. */
        void cancel();

        /** Was never to run. */
        static Timer none() {
            return () -> {};
        }
    }
}
