package io.atalaya.demo;

import io.atalaya.client.ClientLoops;
import io.atalaya.client.ClientOptions;
import io.atalaya.client.CloseCode;
import io.atalaya.client.Connection;
import io.atalaya.client.GatewayClient;
import io.atalaya.client.Received;
import io.atalaya.client.ReconnectPolicy.Next;
import io.atalaya.client.Subscription;
import java.net.URI;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A real WebSocket client for everyone of an evening. Thread-safe: clients report from their event loops to the
 * ledger.
 */
public final class EveningClients {
    /** On the gateway's list of accepted origins unless configured otherwise. */
    public static final String ORIGIN = "http://localhost:5173";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String PING = "{\"type\":\"ping\"}";

    private final GatewayClient client;
    private final int port;
    private final Tokens tokens;
    private final Ledger ledger;
    private final LongSupplier nanoClock;
    private final List<Guest> guests = new ArrayList<>();
    private final AtomicInteger connected = new AtomicInteger();

    EveningClients(ClientLoops loops, int port, Tokens tokens, Ledger ledger, LongSupplier nanoClock) {
        this.client = new GatewayClient(loops, ClientOptions.standard(), new SecureRandom());
        this.port = port;
        this.tokens = tokens;
        this.ledger = ledger;
        this.nanoClock = nanoClock;
    }

    /** Makes credentials. */
    @FunctionalInterface
    public interface Tokens {
        /** The token that lets {@code person} in: a staff token, or a table token for a diner. */
        String of(Person person);
    }

    /**
     * Connects everyone.
     *
     * @return completes when each has been answered by the gateway, exceptionally when one is refused
     */
    CompletableFuture<Void> connect(List<Person> people) {
        people.forEach(person -> guests.add(new Guest(person)));
        guests.forEach(guest -> guest.connection = client.connect(subscription(guest.person), guest));
        return CompletableFuture.allOf(guests.stream().map(guest -> guest.ready).toArray(CompletableFuture<?>[]::new));
    }

    /** How many have been answered so far. */
    int connected() {
        return connected.get();
    }

    /** Disconnects everyone. */
    CompletableFuture<Void> disconnect() {
        guests.forEach(Guest::leave);
        return CompletableFuture.allOf(guests.stream().map(guest -> guest.gone).toArray(CompletableFuture<?>[]::new));
    }

    /** Where {@code person} connects, token included. */
    static URI uri(int port, Person person, String token) {
        return URI.create(
                "ws://127.0.0.1:%d%s?%s=%s".formatted(port, person.endpoint(), tokenParameter(person), token));
    }

    /** The query parameter of {@code person}'s token. */
    static String tokenParameter(Person person) {
        return person.role() == Person.Role.DINER ? "table_token" : "token";
    }

    private Subscription subscription(Person person) {
        return Subscription.to(uri(port, person, tokens.of(person))).withOrigin(ORIGIN);
    }

    /** One client. Called from its event loop; {@code leaving} is set before the connection is asked to close. */
    private final class Guest implements Connection.Listener {
        private final Person person;
        private final CompletableFuture<Void> ready = new CompletableFuture<>();
        private final CompletableFuture<Void> gone = new CompletableFuture<>();
        private volatile boolean leaving;
        private @Nullable Connection connection;

        Guest(Person person) {
            this.person = person;
        }

        void leave() {
            leaving = true;
            Connection open = connection;
            if (open == null || ready.isCompletedExceptionally()) {
                gone.complete(null);
            } else {
                open.close();
            }
        }

        @Override
        public void onOpen(Connection opened) {
            // sessions are silent after the handshake; the pong says that this one is subscribed
            opened.send(PING);
        }

        @Override
        public void onPong(Connection answered) {
            if (ready.complete(null)) {
                connected.incrementAndGet();
            }
        }

        @Override
        public void onEvent(Connection receiving, Received event) {
            long now = nanoClock.getAsLong();
            try {
                JsonNode json = JSON.readTree(event.text());
                ledger.onReceived(
                        person, json.path("tenant_id").asInt(0), json.path("id").asString(""), now);
            } catch (JacksonException _) {
                ledger.onReceived(person, 0, "not JSON", now);
            }
        }

        @Override
        public void onClose(Connection closed, CloseCode code, String reason, Next next) {
            onEnd("closed with " + code + " " + reason + " (" + code.meaning() + ")");
        }

        @Override
        public void onFailure(Connection failed, String what, Next next) {
            onEnd(what);
        }

        private void onEnd(String why) {
            gone.complete(null);
            if (!ready.isDone()) {
                ready.completeExceptionally(
                        new IllegalStateException(person.name() + " at " + person.endpoint() + ": " + why));
            } else if (!leaving) {
                ledger.onCut(person, why);
            }
        }
    }
}
