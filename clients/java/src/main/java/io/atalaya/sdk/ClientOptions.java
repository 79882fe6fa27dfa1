package io.atalaya.sdk;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How to follow an endpoint. Immutable; the {@code with…} methods give changed copies.
 *
 * @param endpoint {@code ws://} or {@code wss://} address, without credentials
 * @param token where tokens come from
 * @param tokenParameter query parameter of the token ({@code token}; {@code table_token} for diners)
 * @param since where to begin: a stored cursor, or {@code now}
 * @param clientId names this device among those of the same user, for acknowledgements
 * @param autoAck types that are acknowledged as soon as their handlers are done; {@code *} for all
 * @param onCursor told of every new position, on the thread of the handlers; store it to continue there
 * @param pingInterval silence before a ping
 * @param pongTimeout how long to wait for an answer before the connection is given up
 * @param connectTimeout how long an attempt to connect may take
 * @param backoffBase bound of the first pause between attempts; it doubles each time
 * @param backoffCap bound of every pause
 * @param stableAfter a connection that lived so long makes the next pause a short one again
 * @param rememberedIds ids remembered to recognise repetitions; fewer than the acknowledgements that one recipient may
 *     owe (20,000 with a gateway's defaults) can bring an event twice: marked, then replayed
 */
public record ClientOptions(
        URI endpoint,
        TokenSource token,
        String tokenParameter,
        String since,
        Optional<String> clientId,
        Set<String> autoAck,
        Consumer<String> onCursor,
        Duration pingInterval,
        Duration pongTimeout,
        Duration connectTimeout,
        Duration backoffBase,
        Duration backoffCap,
        Duration stableAfter,
        int rememberedIds) {

    public ClientOptions {
        autoAck = Set.copyOf(autoAck);
        if (!"ws".equals(endpoint.getScheme()) && !"wss".equals(endpoint.getScheme())) {
            throw new IllegalArgumentException("endpoint: %s (expected: ws://… or wss://…)".formatted(endpoint));
        }
        if (rememberedIds < 1) {
            throw new IllegalArgumentException("remembered-ids: %d (expected: 1 or more)".formatted(rememberedIds));
        }
    }

    /** The usual behaviour. */
    public static ClientOptions of(URI endpoint, TokenSource token) {
        return new ClientOptions(
                endpoint,
                token,
                "token",
                "now",
                Optional.empty(),
                Set.of(),
                cursor -> {},
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Duration.ofSeconds(15),
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                20_000);
    }

    public ClientOptions withTokenParameter(String name) {
        return copy(name, since, clientId, autoAck, onCursor);
    }

    /** Continues after a stored cursor and tells of every new one. */
    public ClientOptions withCursor(String stored, Consumer<String> keep) {
        return copy(tokenParameter, stored, clientId, autoAck, keep);
    }

    public ClientOptions withClientId(String id) {
        return copy(tokenParameter, since, Optional.of(id), autoAck, onCursor);
    }

    /** @param types event types, or {@code *} */
    public ClientOptions withAutoAck(Set<String> types) {
        return copy(tokenParameter, since, clientId, types, onCursor);
    }

    /** @param pings silence before a ping, and how long to wait for its answer */
    public ClientOptions withHeartbeat(Duration pings, Duration answer) {
        return new ClientOptions(
                endpoint,
                token,
                tokenParameter,
                since,
                clientId,
                autoAck,
                onCursor,
                pings,
                answer,
                connectTimeout,
                backoffBase,
                backoffCap,
                stableAfter,
                rememberedIds);
    }

    /** @param base bound of the first pause between attempts, and of every pause */
    public ClientOptions withBackoff(Duration base, Duration cap) {
        return new ClientOptions(
                endpoint,
                token,
                tokenParameter,
                since,
                clientId,
                autoAck,
                onCursor,
                pingInterval,
                pongTimeout,
                connectTimeout,
                base,
                cap,
                stableAfter,
                rememberedIds);
    }

    private ClientOptions copy(
            String parameter, String from, Optional<String> client, Set<String> acks, Consumer<String> keep) {
        return new ClientOptions(
                endpoint,
                token,
                parameter,
                from,
                client,
                acks,
                keep,
                pingInterval,
                pongTimeout,
                connectTimeout,
                backoffBase,
                backoffCap,
                stableAfter,
                rememberedIds);
    }
}
