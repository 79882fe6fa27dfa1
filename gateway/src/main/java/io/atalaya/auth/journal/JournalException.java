package io.atalaya.auth.journal;

/** Revocations could not be read or kept. */
public final class JournalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JournalException(String message) {
        super(message);
    }
}
