package io.atalaya.demo;

import java.util.List;
import java.util.Map;

/** A gateway that the demonstration started in its own process. Thread-safe. */
public interface RunningGateway extends AutoCloseable {
    /** Port of clients and producers, on the loopback address. */
    int publicPort();

    /** Port of operators, on the loopback address, open without a token. */
    int managementPort();

    /** Ends every session and releases both ports. */
    @Override
    void close();

    /** Starts gateways with the restaurant profile and everything in process. */
    @FunctionalInterface
    interface Launcher {
        /**
         * Starts a gateway and returns when both ports accept connections.
         *
         * @throws RuntimeException when it cannot be started; the message says why
         */
        RunningGateway start(Settings settings);
    }

    /**
     * What the demonstration's gateway is started with. Immutable. Holds secrets: {@link #toString} does not show them.
     *
     * @param publicPort a free port; 0 lets the gateway take one
     * @param managementPort likewise
     * @param publishKeys API keys that may publish, with the tenant that each speaks for
     * @param duties which rooms the waiters look after today
     * @param invitations who may take part in the evening, told to those who may read the management port
     */
    record Settings(
            int publicPort,
            int managementPort,
            String jwtSecret,
            String tableTokenSecret,
            Map<String, String> publishKeys,
            List<Duty> duties,
            List<Invitation> invitations) {
        public Settings {
            publishKeys = Map.copyOf(publishKeys);
            duties = List.copyOf(duties);
            invitations = List.copyOf(invitations);
        }

        @Override
        public String toString() {
            return "Settings[publicPort=%d, managementPort=%d]".formatted(publicPort, managementPort);
        }
    }

    /** A waiter looks after a room of a house today. Immutable. */
    record Duty(int tenant, int userId, int branch, int sector) {}
}
