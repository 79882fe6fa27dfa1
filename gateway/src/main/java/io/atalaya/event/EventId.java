package io.atalaya.event;

/**
 * Names an event within its tenant. Immutable.
 *
 * @param value 1 to 128 of {@code [A-Za-z0-9._:-]}
 */
public record EventId(String value) {
    /** Longest id in characters. */
    public static final int MAX_LENGTH = 128;

    public EventId {
        if (!isValid(value)) {
            throw new IllegalArgumentException(
                    "event id: '%s' (expected: 1 to 128 of [A-Za-z0-9._:-])".formatted(value));
        }
    }

    /** Whether {@code text} can be an event id. */
    public static boolean isValid(String text) {
        if (text.isEmpty() || text.length() > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (!isAllowed(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAllowed(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == ':'
                || c == '-';
    }

    @Override
    public String toString() {
        return value;
    }
}
