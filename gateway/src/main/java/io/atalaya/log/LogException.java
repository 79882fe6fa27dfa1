package io.atalaya.log;

/** The log could not store or read; nothing of the call took effect. */
public final class LogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    public LogException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public LogException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** Why. */
    public enum Reason {
        /** Its bound is full of events that no archive has confirmed; there is room again when one has. */
        FULL,
        /** The disk or the server behind it failed; trying again may help. */
        UNAVAILABLE,
        /** It was closed. */
        CLOSED
    }
}
