package io.atalaya.live;

import java.util.function.ToLongFunction;

/** From one moment to the next. Immutable. */
record Change(Moment before, Moment now) {
    /** How much a counter has grown a second; a counter that fell has not grown. */
    double rate(ToLongFunction<Moment> counter) {
        double seconds = Math.max(0.001, (now.nanos() - before.nanos()) / 1e9);
        return growth(counter) / seconds;
    }

    /** How much a counter has grown. */
    long growth(ToLongFunction<Moment> counter) {
        return Math.max(0, counter.applyAsLong(now) - counter.applyAsLong(before));
    }

    /** Delivery latencies in between. */
    Quantiles latency() {
        return Quantiles.between(before.pulse().latency(), now.pulse().latency());
    }

    /** Round trips of pings in between. */
    Quantiles roundTrip() {
        return Quantiles.between(before.pulse().roundTrip(), now.pulse().roundTrip());
    }
}
