package io.atalaya.archive;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The archive could not do what it was asked for; nothing of the call took effect, or all of it. */
public final class ArchiveException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Rejection rejection;

    private ArchiveException(@Nullable Rejection rejection, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.rejection = rejection;
    }

    /**
     * The store cannot be reached, is too busy, timed out or failed: trying again later may help.
     *
     * @param message without credentials and payloads
     */
    public static ArchiveException unavailable(String message, @Nullable Throwable cause) {
        return new ArchiveException(null, message, cause);
    }

    /** The store is well and refuses what it was given: trying the same again would not help. */
    public static ArchiveException rejected(Rejection rejection, @Nullable Throwable cause) {
        return new ArchiveException(rejection, "archive: " + rejection.text(), cause);
    }

    public Reason reason() {
        return rejection == null ? Reason.UNAVAILABLE : Reason.REJECTED;
    }

    /** Why it was refused; present exactly when the reason is {@code REJECTED}. */
    public Optional<Rejection> rejection() {
        return Optional.ofNullable(rejection);
    }

    /** Why. */
    public enum Reason {
        /** Trying again later may help. */
        UNAVAILABLE,
        /** Trying the same again would not help. */
        REJECTED
    }
}
