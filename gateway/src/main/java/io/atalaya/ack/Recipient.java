package io.atalaya.ack;

import io.atalaya.event.TenantId;

/**
 * Whom acknowledgements are waited for from: not a socket, but whoever is behind it. Immutable.
 *
 * @param scheme name of the authentication scheme
 * @param subject the principal's name within tenant and scheme
 * @param clientId tells the devices of one principal apart: 1 to 64 of {@code [A-Za-z0-9._-]}, or empty
 */
public record Recipient(TenantId tenant, String scheme, String subject, String clientId) {
    private static final int MOST_CLIENT_ID = 64;

    public Recipient {
        if (!isClientId(clientId)) {
            throw new IllegalArgumentException(
                    "client id: '%s' (expected: at most 64 of [A-Za-z0-9._-])".formatted(clientId));
        }
    }

    /** Who it is, whatever the device: what one cannot make more of by itself. */
    public record Owner(TenantId tenant, String scheme, String subject) {}

    public Owner owner() {
        return new Owner(tenant, scheme, subject);
    }

    /** Whether {@code text} can be a client id. */
    public static boolean isClientId(String text) {
        return text.length() <= MOST_CLIENT_ID
                && text.chars()
                        .allMatch(c -> (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || (c >= '0' && c <= '9')
                                || c == '.'
                                || c == '_'
                                || c == '-');
    }
}
