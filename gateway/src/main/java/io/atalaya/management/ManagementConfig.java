package io.atalaya.management;

import java.util.Optional;

/**
 * The operators' port. Immutable.
 *
 * @param host address to bind; anything but loopback needs a token
 * @param port 0 takes a free one
 * @param token bearer token; never shown by {@link #toString}
 */
public record ManagementConfig(String host, int port, Optional<String> token) {
    /** Whether the port may be opened: to everybody's sight only with a token. */
    public boolean safe() {
        return token.filter(text -> !text.isEmpty()).isPresent() || OperatorGate.isLoopback(host);
    }

    @Override
    public String toString() {
        return "ManagementConfig[host=%s, port=%d, token=%s]".formatted(host, port, token.isPresent());
    }
}
