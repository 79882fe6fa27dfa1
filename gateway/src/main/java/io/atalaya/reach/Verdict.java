package io.atalaya.reach;

import java.util.Locale;

/**
 * What became of an event at one session. Immutable.
 *
 * @param reason why, for people; empty where the state says it all
 */
public record Verdict(State state, String reason) {
    /** In a word. */
    public enum State {
        /** The socket has accepted it. */
        SENT,
        /** It waits: for the socket, for the replay, or on its way through the gateway. */
        PENDING,
        /** The session ended before its socket had accepted it. */
        NOT_SENT,
        /** The session begins behind it and did not ask for what is before. */
        BEFORE_START,
        /** The session had ended when the event was stored. */
        LEFT_BEFORE,
        /** What is known does not decide it; the reason says why. */
        UNCERTAIN,
        /** The session is in no audience of the event. */
        NOT_ADDRESSED;

        /** The word in answers. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
