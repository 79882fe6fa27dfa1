package io.atalaya.sdk;

import java.time.Duration;

/**
 * A step in a client's life. Immutable.
 *
 * @param state the new state
 * @param code close code of the connection before; 0 when there was none
 * @param reason its reason
 * @param retryIn until the next attempt, in state {@link State#WAITING}; zero otherwise
 */
public record StateChange(State state, int code, String reason, Duration retryIn) {
    /** Where a client is. */
    public enum State {
        /** Not started. */
        IDLE,
        /** An attempt to connect is under way. */
        CONNECTING,
        /** Connected. */
        OPEN,
        /** Between two attempts. */
        WAITING,
        /** Ended for good. */
        STOPPED
    }
}
