package io.atalaya.edge;

import java.time.Duration;
import java.util.Set;

/**
 * The public port. Immutable.
 *
 * @param host address to bind
 * @param port 0 takes a free one
 * @param allowedOrigins exact values of the Origin header accepted where an endpoint checks it
 * @param allowMissingOrigin whether a request without Origin passes that check
 * @param connectRate new WebSocket connections per second; 0 is unlimited
 * @param connectWait how long a connection above the rate waits before it is refused
 * @param handshakeTimeout from the TCP accept to the end of authentication
 */
public record EdgeConfig(
        String host,
        int port,
        Set<String> allowedOrigins,
        boolean allowMissingOrigin,
        double connectRate,
        Duration connectWait,
        Duration handshakeTimeout) {

    public EdgeConfig {
        allowedOrigins = Set.copyOf(allowedOrigins);
    }
}
