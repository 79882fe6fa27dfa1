package io.atalaya.gateway;

/** Where the gateway is in its life. Thread-safe by its own monitor; moves forward only. */
final class Lifecycle {
    private State state = State.STARTING;

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

    /** Moves on from {@code from}; false when somebody else has already. */
    synchronized boolean move(State from, State to) {
        if (state != from) {
            return false;
        }
        state = to;
        return true;
    }
}
