package io.atalaya.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A backend that hands out table tokens: {@code GET /<session>/<seconds>}. Thread-safe. */
final class TokenDesk implements AutoCloseable {
    private final HttpServer server;

    TokenDesk(String secret) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String[] path = exchange.getRequestURI().getPath().split("/", -1);
            Duration life = Duration.ofSeconds(Long.parseLong(path[2]));
            byte[] token =
                    TableToken.of(secret, Integer.parseInt(path[1]), life).getBytes(UTF_8);
            exchange.sendResponseHeaders(200, token.length);
            exchange.getResponseBody().write(token);
            exchange.close();
        });
        server.start();
    }

    /** Where a token of a table session comes from. */
    String address(int session, int seconds) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + session + "/" + seconds;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
