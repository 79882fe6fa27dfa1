package io.atalaya.gateway;

import io.atalaya.config.GatewayConfig;
import io.atalaya.management.BooksCheck;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/** A gateway in this process whose books balance when it is closed. Immutable. */
record CheckedGateway(Gateway gateway, Optional<String> managementToken) implements AutoCloseable {
    static CheckedGateway start(GatewayConfig config) {
        return start(config, InstantSource.system());
    }

    static CheckedGateway start(GatewayConfig config, InstantSource clock) {
        return new CheckedGateway(
                Gateway.start(config, Map.of(), clock), config.management().token());
    }

    /** All books, as operators see them, at any moment. */
    void assertBooksBalance() {
        BooksCheck.assertBalanced(gateway.managementPort(), managementToken);
    }

    @Override
    public void close() {
        try {
            assertBooksBalance();
        } finally {
            gateway.close();
        }
    }
}
