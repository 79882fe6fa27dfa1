package io.atalaya.client;

import java.util.random.RandomGenerator;

/**
 * Opens WebSocket connections to a gateway, thousands of them on the few threads of its {@link ClientLoops}.
 * Thread-safe. Owns nothing that needs closing: the connections end with their loops.
 */
public final class GatewayClient {
    private final ClientLoops loops;
    private final ClientOptions options;
    private final RandomGenerator random;

    /**
     * @param random source of masking keys and jitter; must be thread-safe, and unpredictable wherever a proxy could
     *     stand between client and gateway (RFC 6455 section 5.3)
     */
    public GatewayClient(ClientLoops loops, ClientOptions options, RandomGenerator random) {
        this.loops = loops;
        this.options = options;
        this.random = random;
    }

    /** Starts to connect and returns at once; the listener hears what becomes of it. */
    public Connection connect(Subscription subscription, Connection.Listener listener) {
        var connection = new NettyConnection(subscription, listener, loops, options, random);
        connection.start();
        return connection;
    }

    /**
     * The same over server-sent events: {@code ws://} stands for {@code http://}. A stream takes a virtual thread of its
     * own, which calls the listener.
     */
    public Connection read(Subscription subscription, Connection.Listener listener) {
        var connection = new StreamConnection(subscription, listener, options, random);
        connection.start();
        return connection;
    }
}
