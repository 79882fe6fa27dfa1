package io.atalaya.acceptance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * What may lie between a client and the gateway: passes bytes on, until it does not. Thread-safe: a thread for each
 * direction of a connection, which share nothing but their sockets.
 */
final class RoughNetwork implements AutoCloseable {
    private static final byte[] REFUSAL = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket listening;
    private final URI gateway;
    private final Predicate<String> passes;
    private final Random random;
    private final int longestLifeMillis;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private RoughNetwork(URI gateway, Predicate<String> passes, int longestLifeMillis, long seed) {
        this.gateway = gateway;
        this.passes = passes;
        this.longestLifeMillis = longestLifeMillis;
        this.random = new Random(seed);
        try {
            this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    /** No connection lives longer than a random time; it ends in order, by a reset, or after a while of silence. */
    static RoughNetwork thatCuts(URI gateway, int longestLifeMillis, long seed) {
        return new RoughNetwork(gateway, _ -> true, longestLifeMillis, seed);
    }

    /** A proxy that knows nothing of WebSockets. */
    static RoughNetwork withoutUpgrades(URI gateway) {
        return new RoughNetwork(
                gateway, head -> !head.toLowerCase(Locale.ROOT).contains("\r\nupgrade:"), Integer.MAX_VALUE, 0);
    }

    /** Where clients connect to, as {@code 127.0.0.1:…}. */
    String authority() {
        return "127.0.0.1:" + listening.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                int life = longestLifeMillis == Integer.MAX_VALUE ? 0 : 50 + random.nextInt(longestLifeMillis);
                int end = random.nextInt(3);
                Thread.ofVirtual().start(() -> serve(client, life, end));
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void serve(Socket client, int lifeMillis, int end) {
        open.add(client);
        try (client;
                var server = new Socket(gateway.getHost(), gateway.getPort())) {
            open.add(server);
            String head = readHead(client.getInputStream());
            if (!passes.test(head)) {
                client.getOutputStream().write(REFUSAL);
                return;
            }
            server.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            if (lifeMillis > 0) {
                Thread.ofVirtual().start(() -> cut(client, server, lifeMillis, end));
            }
            Thread.ofVirtual().start(() -> pass(client, server));
            pass(server, client);
            open.remove(server);
        } catch (IOException _) {
            // the gateway is away, or the connection was cut
        } finally {
            open.remove(client);
        }
    }

    private static void cut(Socket client, Socket server, int lifeMillis, int end) {
        try {
            Thread.sleep(lifeMillis);
            if (end == 1) {
                client.setSoLinger(true, 0);
                server.setSoLinger(true, 0);
            } else if (end == 2) {
                client.shutdownOutput();
                Thread.sleep(100);
            }
            client.close();
            server.close();
        } catch (IOException _) {
            // it has ended by itself
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] some = new byte[8_192];
            for (int read = in.read(some); read >= 0; read = in.read(some)) {
                out.write(some, 0, read);
            }
        } catch (IOException _) {
            // the other side is closed with it
        }
    }

    private static String readHead(InputStream from) throws IOException {
        var head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = from.read();
            if (next < 0) {
                throw new IOException("end of stream in a head");
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        try {
            listening.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
