package io.atalaya.acceptance;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A program with the gateway's manners and nothing else, so that {@link PackagedGateway} can be tested by itself: it
 * becomes ready on its second health check, or exits when {@code STAND_IN} asks it to.
 */
final class StandIn {
    private StandIn() {}

    /** Starts; the settings come from the environment. */
    public static void main(String[] arguments) throws IOException {
        if ("exit".equals(System.getenv("STAND_IN"))) {
            System.err.println("refusing to start");
            System.exit(3);
        }
        int port = Integer.parseInt(System.getenv("MANAGEMENT_PORT"));
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        var checks = new int[1];
        server.createContext("/health/ready", exchange -> {
            checks[0]++;
            exchange.sendResponseHeaders(checks[0] == 1 ? 503 : 200, -1);
            exchange.close();
        });
        server.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("stand-in: stopped in order")));
        System.out.println("stand-in: started");
    }
}
