package io.atalaya.management;

import io.atalaya.http.HttpOptions;
import io.atalaya.http.HttpPipeline;
import io.atalaya.http.Route;
import io.atalaya.http.Routes;
import io.atalaya.http.UpgradeHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One request to a table of routes and its answer, through the real server kit, without a socket. Immutable: made by
 * {@link #of}, changed into others, sent once.
 */
public record Exchange(
        Routes routes, String peer, String method, String target, Map<String, String> headers, String body) {

    /** A GET from this machine. */
    public static Exchange of(List<Route> routes, String target) {
        return of(Routes.of(routes), target);
    }

    /** A GET from this machine. */
    public static Exchange of(Routes routes, String target) {
        return new Exchange(routes, "127.0.0.1", "GET", target, Map.of("host", "localhost:8002"), "");
    }

    public Exchange from(String address) {
        return new Exchange(routes, address, method, target, headers, body);
    }

    public Exchange with(String name, String value) {
        var more = new TreeMap<>(headers);
        more.put(name, value);
        return new Exchange(routes, peer, method, target, more, body);
    }

    public Exchange sending(String otherMethod, String json) {
        return new Exchange(routes, peer, otherMethod, target, headers, json)
                .with("content-type", "application/json")
                .with("content-length", Integer.toString(json.getBytes(StandardCharsets.UTF_8).length));
    }

    public Answer answer() {
        var channel = new Peer(peer);
        var options = HttpOptions.defaults();
        new HttpPipeline(
                        options,
                        routes,
                        UpgradeHandler.none(),
                        InstantSource.fixed(Instant.EPOCH),
                        () -> 0,
                        (_, _, _, _) -> {})
                .install(channel.pipeline());
        channel.begin();
        var head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
        headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
        channel.writeInbound(Unpooled.copiedBuffer(head + "\r\n" + body, StandardCharsets.UTF_8));
        channel.runPendingTasks();
        var out = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            out.append(part.toString(StandardCharsets.UTF_8));
            part.release();
        }
        channel.finishAndReleaseAll();
        return Answer.of(out.toString());
    }

    /** A channel whose other end has an address. */
    private static final class Peer extends EmbeddedChannel {
        private final InetSocketAddress address;

        Peer(String address) {
            super(false, false);
            this.address = new InetSocketAddress(address, 54321);
        }

        /** Registers the channel, once its handlers stand. */
        void begin() {
            try {
                register();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return address;
        }
    }

    /** What came back. */
    public record Answer(int status, Map<String, String> headers, String body) {
        public static Answer of(String text) {
            String[] parts = text.split("\r\n\r\n", 2);
            String[] lines = parts[0].split("\r\n");
            var headers = new TreeMap<String, String>();
            for (int i = 1; i < lines.length; i++) {
                String[] field = lines[i].split(": ?", 2);
                headers.put(field[0].toLowerCase(Locale.ROOT), field[1]);
            }
            return new Answer(Integer.parseInt(lines[0].split(" ")[1]), headers, parts[1]);
        }

        public JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }
    }
}
