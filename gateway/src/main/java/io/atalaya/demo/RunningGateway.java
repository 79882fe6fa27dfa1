package io.atalaya.demo;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

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
     * @param redis whose events it hears and whose revocations it asks for
     * @param environment what it calls itself
     */
    record Settings(
            int publicPort,
            int managementPort,
            String jwtSecret,
            String tableTokenSecret,
            Map<String, String> publishKeys,
            List<Duty> duties,
            List<Invitation> invitations,
            Optional<URI> redis,
            String environment) {
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

    /**
     * A credential of somebody of the evening, for a page or a program that wants to be that person. Immutable. Shows its
     * token: whoever may look at the demonstration may take part in it.
     */
    record Invitation(Person person, String token) {
        /** Path of the invitations on the management port of a demonstration. */
        public static final String PATH = "/api/v1/demo";

        /**
         * The document under {@link #PATH}.
         *
         * @param publicPort where the invited connect, on the loopback address
         */
        public static String document(List<Invitation> invitations, int publicPort) {
            var people = invitations.stream().map(Invitation::members).toList();
            return JsonMapper.shared()
                    .writeValueAsString(Map.of("public_url", "http://127.0.0.1:" + publicPort, "people", people));
        }

        private Map<String, Object> members() {
            var members = new LinkedHashMap<String, Object>();
            members.put("name", person.name());
            members.put("role", person.role().name().toLowerCase(Locale.ROOT));
            members.put("restaurant", person.restaurant().name());
            members.put("tenant", Integer.toString(person.tenant()));
            members.put("endpoint", person.endpoint());
            members.put("parameter", EveningClients.tokenParameter(person));
            members.put("token", token);
            return members;
        }
    }
}
