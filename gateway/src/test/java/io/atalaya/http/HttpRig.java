package io.atalaya.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.http.Route.Admission;
import io.atalaya.http.Route.Gate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One connection on an embedded channel, with routes that answer at once, later or never, and time that moves by hand.
 * Confined to the test's thread.
 */
final class HttpRig implements AutoCloseable {
    static final String HOST = "Host: h\r\n";
    static final int MAX_BODY = 64;
    static final int MAX_PIPELINED = 4;

    final List<Route.Responder> waiting = new ArrayList<>();
    final List<String> bodies = new ArrayList<>();
    final List<String> timed = new ArrayList<>();
    UpgradeHandler upgrades = UpgradeHandler.none();
    private final AtomicLong nanos = new AtomicLong();
    HttpPipeline port = port(256L << 20);
    EmbeddedChannel channel = connection();

    /** Another connection, to a port that holds so many bytes of bodies. */
    void reconnect(long maxBufferedBodyBytes) {
        close();
        port = port(maxBufferedBodyBytes);
        channel = connection();
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
        assertThat(port.connections()).isZero();
        assertThat(port.bufferedBodyBytes()).isZero();
    }

    private HttpPipeline port(long maxBufferedBodyBytes) {
        HttpOptions defaults = HttpOptions.defaults();
        var options = new HttpOptions(
                defaults.maxRequestLineBytes(),
                defaults.maxHeaderBytes(),
                MAX_PIPELINED,
                maxBufferedBodyBytes,
                defaults.headTimeout(),
                defaults.idleTimeout(),
                defaults.bodyTimeout(),
                defaults.minBodyBytesPerSecond(),
                defaults.responseTimeout(),
                defaults.lingerTimeout());
        var routes = Routes.of(List.of(
                Route.get(
                        "/now",
                        (request, responder) -> responder.respond(Response.text(
                                200, "now " + request.parameter("x").orElse("")))),
                Route.get("/later", (_, responder) -> waiting.add(responder)),
                Route.post("/later", MAX_BODY, Gate.open((_, responder) -> waiting.add(responder))),
                Route.get("/boom", (_, _) -> {
                    throw new IllegalStateException("a bug");
                }),
                Route.post("/echo", MAX_BODY, Gate.open(this::echo)),
                new Route(
                        HttpMethod.POST,
                        "/closed",
                        MAX_BODY,
                        _ -> new Admission.Refused(Response.problem(Problem.of(401, "no key"))))));
        return new HttpPipeline(
                options,
                routes,
                (ctx, head, answered) -> upgrades.onUpgrade(ctx, head, answered),
                InstantSource.fixed(Instant.EPOCH),
                nanos::get,
                (endpoint, method, status, took) -> timed.add("%s %s %d %d".formatted(method, endpoint, status, took)));
    }

    private void echo(Request request, Route.Responder responder) {
        bodies.add(new String(request.body(), StandardCharsets.UTF_8));
        responder.respond(Response.of(200, "text/plain", request.body()));
    }

    EmbeddedChannel connection() {
        var connection = new EmbeddedChannel();
        connection.freezeTime();
        port.install(connection.pipeline());
        return connection;
    }

    void pass(Duration duration) {
        for (long second = 0; second < duration.toSeconds(); second++) {
            nanos.addAndGet(1_000_000_000L);
            channel.advanceTimeBy(1, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    void send(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
    }

    String received() {
        return text(channel);
    }

    static String text(EmbeddedChannel from) {
        var text = new StringBuilder();
        for (ByteBuf part = from.readOutbound(); part != null; part = from.readOutbound()) {
            text.append(part.toString(StandardCharsets.UTF_8));
            part.release();
        }
        return text.toString();
    }

    static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\n" + HOST + "\r\n";
    }
}
