package io.atalaya.demo.incident;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The line between a gateway and a Redis, which can be cut without harm to the Redis or to anybody else who uses it.
 * Thread-safe: a concurrent set of sockets and a flag; a virtual thread for each direction of a connection.
 */
public final class RedisLink implements AutoCloseable {
    private static final int USUAL_PORT = 6379;
    private static final int PATIENCE_MILLIS = 3_000;
    private static final int BUFFER_BYTES = 16 * 1024;

    private final URI redis;
    private final ServerSocket listening;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;

    private RedisLink(URI redis, ServerSocket listening) {
        this.redis = redis;
        this.listening = listening;
    }

    /**
     * A line to a Redis.
     *
     * @param redis {@code redis://…}; encrypted ones would not recognise their server behind it
     * @throws IOException when it does not answer; the message says so without a password
     */
    public static RedisLink to(URI redis) throws IOException {
        if (!"redis".equals(redis.getScheme()) || redis.getHost() == null) {
            throw new IOException("redis: scheme '%s' (expected: redis://host:port)".formatted(redis.getScheme()));
        }
        var link = new RedisLink(redis, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        try (Socket _ = link.connect()) {
            Thread.ofVirtual().name("redis-link").start(link::accept);
            return link;
        } catch (IOException unreachable) {
            link.close();
            throw new IOException(
                    "redis: no connection to %s:%d: %s (expected: a Redis that listens)"
                            .formatted(redis.getHost(), link.port(), unreachable.getMessage()),
                    unreachable);
        }
    }

    /** Where the gateway finds the Redis: this end of the line. */
    public URI url() {
        try {
            return new URI(
                    redis.getScheme(),
                    redis.getUserInfo(),
                    listening.getInetAddress().getHostAddress(),
                    listening.getLocalPort(),
                    redis.getPath(),
                    redis.getQuery(),
                    null);
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException("redis: parts of a URL make none", impossible);
        }
    }

    /** From now on nothing passes, and who connects is hung up on. */
    void cut() {
        cut = true;
        open.forEach(RedisLink::hangUp);
    }

    /** Everything is as before. */
    void mend() {
        cut = false;
    }

    private int port() {
        return redis.getPort() < 0 ? USUAL_PORT : redis.getPort();
    }

    private Socket connect() throws IOException {
        var socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(redis.getHost(), port()), PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            return socket;
        } catch (IOException failure) {
            socket.close();
            throw failure;
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket gateway = listening.accept();
                Thread.ofVirtual().name("redis-link").start(() -> serve(gateway));
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void serve(Socket gateway) {
        open.add(gateway);
        try (gateway;
                Socket server = connect()) {
            open.add(server);
            if (cut) {
                return;
            }
            gateway.setTcpNoDelay(true);
            Thread.ofVirtual().name("redis-link").start(() -> pass(gateway, server));
            pass(server, gateway);
        } catch (IOException _) {
            // the Redis is away by itself: the gateway hears of it by the end of its connection
        } finally {
            open.removeIf(Socket::isClosed);
        }
    }

    private void pass(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] some = new byte[BUFFER_BYTES];
            for (int read = in.read(some); read >= 0 && !cut; read = in.read(some)) {
                out.write(some, 0, read);
            }
        } catch (IOException _) {
            // the other side ends with it
        }
    }

    private static void hangUp(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // it has ended by itself
        }
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException _) {
            // nobody can come any more either way
        }
        open.forEach(RedisLink::hangUp);
    }
}
