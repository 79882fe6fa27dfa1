package io.atalaya.event;

import java.util.regex.Pattern;

/**
 * The isolation boundary. Immutable. Part of every key that leads to a session, a topic or a stored event, so that
 * access across tenants cannot be written.
 *
 * @param value 1 to 64 of {@code [A-Za-z0-9._-]}; an integer tenant is its decimal form without leading zeros
 */
public record TenantId(String value) {
    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    public TenantId {
        if (!isValid(value)) {
            throw new IllegalArgumentException("tenant: '%s' (expected: 1 to 64 of [A-Za-z0-9._-])".formatted(value));
        }
    }

    /** Whether {@code text} can name a tenant. */
    public static boolean isValid(String text) {
        return VALID.matcher(text).matches();
    }

    @Override
    public String toString() {
        return value;
    }
}
