package io.atalaya.gateway;

/** The gateway cannot start; the message says what was found and what was expected, for whoever started it. */
public final class StartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StartException(String message) {
        super(message);
    }

    public StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
