package io.atalaya.event;

/**
 * The isolation boundary. Immutable. Part of every key that leads to a session, a topic or a stored event, so that
 * access across tenants cannot be written.
 *
 * @param value 1 to 64 of {@code [A-Za-z0-9._-]}; an integer tenant is its decimal form without leading zeros
 */
public record TenantId(String value) {
    /** Longest name in characters. */
    public static final int MAX_LENGTH = 64;

    /** The gateway's own tenant, where tenants have names. */
    public static final TenantId OWN_NAME = new TenantId("atalaya-canary");

    /** The gateway's own tenant, where tenants are numbers. */
    public static final TenantId OWN_NUMBER = new TenantId("9007199254740991");

    public TenantId {
        if (!isValid(value)) {
            throw new IllegalArgumentException("tenant: '%s' (expected: 1 to 64 of [A-Za-z0-9._-])".formatted(value));
        }
    }

    /** Whether {@code text} can name a tenant. */
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
                || c == '-';
    }

    @Override
    public String toString() {
        return value;
    }
}
