package io.atalaya.assignment;

/** Assignments could not be read or kept; nothing of the call took effect. */
public final class AssignmentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public AssignmentException(String message) {
        super(message);
    }

    public AssignmentException(String message, Throwable cause) {
        super(message, cause);
    }
}
