package io.atalaya.gateway;

import java.util.concurrent.atomic.AtomicReference;

/** Where the gateway is in its life. Thread-safe; moves forward only. */
final class Lifecycle {
    private final AtomicReference<State> state = new AtomicReference<>(State.STARTING);

    /** In this order. */
    enum State {
        /** Parts are being built; ports may not be bound yet. */
        STARTING,
        /** Everything works. */
        READY,
        /** No new work is taken; sessions are being closed. */
        DRAINING,
        /** Nothing is left. */
        STOPPED
    }

    State state() {
        return state.get();
    }

    /** Moves on from {@code from}; false when somebody else has already. */
    boolean move(State from, State to) {
        return state.compareAndSet(from, to);
    }
}
