package io.atalaya.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.http.Route.Admission;
import io.atalaya.http.Route.Gate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpConnectionTest {
    private static final String HOST = "Host: h\r\n";
    private static final int MAX_BODY = 64;
    private static final int MAX_PIPELINED = 4;

    private final AtomicLong nanos = new AtomicLong();
    private final List<Route.Responder> waiting = new ArrayList<>();
    private final List<String> bodies = new ArrayList<>();
    private UpgradeHandler upgrades = UpgradeHandler.none();
    private HttpPipeline port = port(256L << 20);
    private EmbeddedChannel channel = new EmbeddedChannel();

    @BeforeEach
    void connect() {
        port = port(256L << 20);
        channel = connection();
    }

    @AfterEach
    void nothingIsLeft() {
        channel.finishAndReleaseAll();
        assertThat(port.connections()).isZero();
        assertThat(port.bufferedBodyBytes()).isZero();
    }

    @Test
    void answersARequest() {
        send("GET /now?x=a%20b HTTP/1.1\r\n" + HOST + "\r\n");

        assertThat(received())
                .isEqualTo("HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\n"
                        + "date: Thu, 01 Jan 1970 00:00:00 GMT\r\ncontent-length: 7\r\n\r\nnow a b");
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void answersHeadWithoutABody() {
        send("HEAD /now HTTP/1.1\r\n" + HOST + "\r\n");

        assertThat(received()).contains("content-length: 4\r\n").endsWith("\r\n\r\n");
    }

    @Test
    void acceptsTheAbsoluteForm() {
        send("GET http://h/now HTTP/1.1\r\n" + HOST + "\r\n");

        assertThat(received()).startsWith("HTTP/1.1 200");
    }

    @Test
    void closesAfterTheAnswerWhenAsked() {
        send("GET /now HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\nGET /now HTTP/1.1\r\n" + HOST + "\r\n");

        assertThat(received()).containsOnlyOnce("HTTP/1.1").contains("connection: close\r\n");
        assertThat(channel.isOpen()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"'',connection: close,false", "Connection: keep-alive,connection: keep-alive,true"})
    void keepsHttp10OpenOnlyWhenAsked(String field, String answered, boolean open) {
        send("GET /now HTTP/1.0\r\n" + field + (field.isEmpty() ? "" : "\r\n") + "\r\n");

        assertThat(received()).contains(answered + "\r\n");
        assertThat(channel.isOpen()).isEqualTo(open);
    }

    @Test
    void answersInTheOrderOfTheRequests() {
        send(get("/later") + get("/now") + get("/later"));
        assertThat(received()).isEmpty();

        waiting.get(1).respond(Response.text(200, "third"));
        waiting.get(0).respond(Response.text(200, "first"));

        assertThat(received()).containsSubsequence("first", "now", "third");
    }

    @Test
    void takesAnswersFromOtherThreads() throws InterruptedException {
        send(get("/later"));
        var other = new Thread(() -> waiting.getFirst().respond(Response.text(200, "elsewhere")));

        other.start();
        other.join();
        channel.runPendingTasks();

        assertThat(received()).endsWith("elsewhere");
    }

    @Test
    void countsOnlyTheFirstAnswer() {
        send(get("/later"));

        waiting.getFirst().respond(Response.text(200, "first"));
        waiting.getFirst().respond(Response.text(200, "second"));

        assertThat(received()).endsWith("first");
        assertThat(port.answersByStatus()).containsEntry(200, 1L);
    }

    @Test
    void answersInOrderWhateverTheOrderOfCompletion() {
        long seed = 17L;
        var random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            waiting.clear();
            int requests = 1 + random.nextInt(12);
            send(get("/later").repeat(requests));
            var expected = new ArrayList<String>();
            var answered = new ArrayList<Integer>();
            while (answered.size() < requests) {
                int next = random.nextInt(waiting.size());
                if (!answered.contains(next)) {
                    answered.add(next);
                    waiting.get(next).respond(Response.text(200, "<" + next + ">"));
                }
            }
            for (int i = 0; i < requests; i++) {
                expected.add("<" + i + ">");
            }

            assertThat(received()).as("seed %d round %d", seed, round).containsSubsequence(expected);
        }
    }

    @Test
    void stopsReadingWhenTooManyWait() {
        send(get("/later").repeat(MAX_PIPELINED + 3));
        assertThat(waiting).hasSize(MAX_PIPELINED);
        assertThat(channel.config().isAutoRead()).isFalse();

        List.copyOf(waiting).forEach(responder -> responder.respond(Response.empty(204)));

        assertThat(waiting).hasSize(MAX_PIPELINED + 3);
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void collectsABodyHoweverItComes() {
        String request = "POST /echo HTTP/1.1\r\n" + HOST + "Content-Length: 11\r\n\r\nhello world"
                + "POST /echo HTTP/1.1\r\n" + HOST
                + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n again\r\n0\r\n\r\n";

        request.chars().forEach(c -> send(Character.toString(c)));

        assertThat(bodies).containsExactly("hello world", "hello again");
        assertThat(received()).containsSubsequence("hello world", "hello again");
    }

    @Test
    void refusesALongBodyBeforeItIsRead() {
        send("POST /echo HTTP/1.1\r\n" + HOST + "Content-Length: 1000000000\r\n\r\n");

        assertThat(received()).startsWith("HTTP/1.1 413").contains("connection: close");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void refusesALongChunkedBodyWhenItTurnsOutLong() {
        send("POST /echo HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n40\r\n" + "x".repeat(64) + "\r\n");
        assertThat(received()).isEmpty();

        send("1\r\nx\r\n");

        assertThat(received()).startsWith("HTTP/1.1 413").contains("connection: close");
        assertThat(bodies).isEmpty();
    }

    @Test
    void readsPastAShortBodyOfARefusedRequest() {
        send("POST /nowhere HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhello" + get("/now"));

        assertThat(received()).containsSubsequence("HTTP/1.1 404", "HTTP/1.1 200");
    }

    @Test
    void keepsNothingOfABodyThatTheGateRefuses() {
        send("POST /closed HTTP/1.1\r\n" + HOST + "Content-Length: 60\r\n\r\nabc");

        assertThat(received()).startsWith("HTTP/1.1 401");
        assertThat(port.bufferedBodyBytes()).isZero();
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void refusesBodiesBeyondTheBudgetOfThePort() {
        channel.finishAndReleaseAll();
        port = port(20);
        channel = connection();

        send("POST /echo HTTP/1.1\r\n" + HOST + "Content-Length: 30\r\n\r\n" + "x".repeat(30));

        assertThat(received()).startsWith("HTTP/1.1 503").contains("retry-after: 1");
    }

    @Test
    void holdsTheBudgetUntilTheAnswer() {
        send("POST /later HTTP/1.1\r\n" + HOST + "Content-Length: 10\r\n\r\n0123456789");
        assertThat(port.bufferedBodyBytes()).isEqualTo(10);

        waiting.getFirst().respond(Response.empty(204));

        assertThat(port.bufferedBodyBytes()).isZero();
    }

    @Test
    void asksForTheBodyThatWaitsForIt() {
        send("POST /echo HTTP/1.1\r\n" + HOST + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        assertThat(received()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");

        send("hi");

        assertThat(received()).startsWith("HTTP/1.1 200").endsWith("hi");
    }

    @Test
    void asksForTheBodyOnlyWhenItsTurnComes() {
        send(get("/later") + "POST /echo HTTP/1.1\r\n" + HOST + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        assertThat(received()).isEmpty();

        waiting.getFirst().respond(Response.text(200, "first"));

        assertThat(received()).endsWith("firstHTTP/1.1 100 Continue\r\n\r\n");
    }

    @Test
    void doesNotAskForABodyThatIsRefused() {
        send("POST /closed HTTP/1.1\r\n" + HOST + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");

        assertThat(received()).startsWith("HTTP/1.1 401").contains("connection: close");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET /nowhere HTTP/1.1~Host: h                        | 404 |
            DELETE /now HTTP/1.1~Host: h                         | 405 | allow: GET, HEAD
            OPTIONS /now HTTP/1.1~Host: h                        | 204 | allow: GET, HEAD
            GET /now HTTP/1.1                                    | 400 | connection: close
            GET /now HTTP/1.1~Host: a~Host: b                    | 400 | connection: close
            GET /now HTTP/2.0~Host: h                            | 505 | connection: close
            GET /now?x=%zz HTTP/1.1~Host: h                      | 400 |
            GET /boom HTTP/1.1~Host: h                           | 500 |
            POST /echo HTTP/1.1~Host: h~Expect: gold             | 417 | connection: close
            POST /echo HTTP/1.1~Host: h~Content-Length: -1       | 400 | connection: close
            POST /echo HTTP/1.1~Host: h~Content-Length: 1~Content-Length: 2 | 400 | connection: close
            POST /echo HTTP/1.1~Host: h~Content-Length: 1~Transfer-Encoding: chunked | 400 | connection: close
            complete nonsense                                    | 400 | connection: close
            GET /now HTTP/1.1~Host: h~Bad Name: x                | 400 | connection: close
            """)
    void answersByItselfWhatNoHandlerShouldSee(String head, int status, String field) {
        send(head.replace("~", "\r\n") + "\r\n\r\n");

        String answer = received();
        assertThat(answer).startsWith("HTTP/1.1 " + status);
        if (field != null) {
            assertThat(answer).contains("\r\n" + field + "\r\n");
        }
        assertThat(channel.isOpen()).isEqualTo(!answer.contains("connection: close"));
    }

    @Test
    void boundsTheRequestLine() {
        send("GET /now?" + "x".repeat(9000) + " HTTP/1.1\r\n" + HOST + "\r\n");

        assertThat(received()).startsWith("HTTP/1.1 414");
    }

    @Test
    void boundsTheHeader() {
        send("GET /now HTTP/1.1\r\n" + HOST + "X: " + "x".repeat(17_000) + "\r\n\r\n");

        assertThat(received()).startsWith("HTTP/1.1 431");
    }

    @Test
    void answersABrokenChunk() {
        send("POST /echo HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n");

        assertThat(received()).startsWith("HTTP/1.1 400");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void closesAConnectionThatNeverCompletesItsHead() {
        for (int second = 0; second < 13 && channel.isOpen(); second++) {
            send("x");
            pass(Duration.ofSeconds(1));
        }

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void closesAnIdleConnectionLater() {
        send(get("/now"));
        pass(Duration.ofSeconds(59));
        assertThat(channel.isOpen()).isTrue();

        pass(Duration.ofSeconds(4));

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void answersABodyThatTricklesWith408() {
        send("POST /echo HTTP/1.1\r\n" + HOST + "Content-Length: 60\r\n\r\n");
        for (int second = 0; second < 13 && channel.isOpen(); second++) {
            send("x");
            pass(Duration.ofSeconds(1));
        }

        assertThat(received()).startsWith("HTTP/1.1 408");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void answersForAHandlerThatDoesNot() {
        send(get("/later"));

        pass(Duration.ofSeconds(33));

        assertThat(received()).startsWith("HTTP/1.1 503").contains("connection: close");
    }

    @Test
    void stopsWithTheAnswersThatAreUnderWay() {
        send(get("/later"));

        CompletionStage<Void> stopped = port.stop(Duration.ofHours(1));
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isTrue();
        waiting.getFirst().respond(Response.text(200, "bye"));

        assertThat(received()).contains("connection: close").endsWith("bye");
        assertThat(stopped.toCompletableFuture()).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void stopsIdleConnectionsAtOnce() {
        CompletionStage<Void> stopped = port.stop(Duration.ofHours(1));
        channel.runPendingTasks();

        assertThat(channel.isOpen()).isFalse();
        assertThat(stopped.toCompletableFuture()).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void handsUpgradesOverWithWhatFollows() {
        var after = new ArrayList<String>();
        upgrades = (ctx, _) -> {
            ctx.pipeline().addLast("after", new Collector(after));
            HttpPipeline.detach(ctx.pipeline());
            return true;
        };

        send("GET /ws HTTP/1.1\r\n" + HOST + "Connection: Upgrade\r\nUpgrade: WebSocket\r\n\r\nframes");
        send("more");

        assertThat(after).containsExactly("frames", "more");
        assertThat(channel.pipeline().names()).doesNotContain(HttpPipeline.CONNECTION);
        assertThat(port.connections()).isZero();
    }

    @Test
    void routesAnUpgradeThatNobodyTakes() {
        send("GET /now HTTP/1.1\r\n" + HOST + "Upgrade: websocket\r\n\r\n");

        assertThat(received()).startsWith("HTTP/1.1 200");
    }

    @Test
    void refusesAnUpgradeBehindAnUnansweredRequest() {
        upgrades = (_, _) -> {
            throw new AssertionError("must not be asked");
        };
        send(get("/later") + "GET /ws HTTP/1.1\r\n" + HOST + "Upgrade: websocket\r\n\r\n");

        waiting.getFirst().respond(Response.empty(204));

        assertThat(received()).containsSubsequence("HTTP/1.1 204", "HTTP/1.1 400");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void survivesMutilatedRequests() {
        long seed = 19L;
        var random = new Random(seed);
        String good = get("/now") + "POST /echo HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhello" + get("/now");
        for (int round = 0; round < 500; round++) {
            byte[] bytes = good.getBytes(StandardCharsets.US_ASCII);
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            var victim = connection();
            int cut = random.nextInt(bytes.length);

            victim.writeInbound(Unpooled.copiedBuffer(bytes, 0, cut));
            if (victim.isOpen()) {
                victim.writeInbound(Unpooled.copiedBuffer(bytes, cut, bytes.length - cut));
            }

            assertThat(text(victim)).as("seed %d round %d", seed, round).matches("(?s)|HTTP/1\\.1 [2-5].*");
            victim.finishAndReleaseAll();
        }
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
        var routes = new Routes(List.of(
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
                (ctx, head) -> upgrades.onUpgrade(ctx, head),
                InstantSource.fixed(Instant.EPOCH),
                nanos::get);
    }

    private void echo(Request request, Route.Responder responder) {
        bodies.add(new String(request.body(), StandardCharsets.UTF_8));
        responder.respond(Response.of(200, "text/plain", request.body()));
    }

    private EmbeddedChannel connection() {
        var connection = new EmbeddedChannel();
        connection.freezeTime();
        port.install(connection.pipeline());
        return connection;
    }

    private void pass(Duration duration) {
        for (long second = 0; second < duration.toSeconds(); second++) {
            nanos.addAndGet(1_000_000_000L);
            channel.advanceTimeBy(1, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    private void send(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
    }

    private String received() {
        return text(channel);
    }

    private static String text(EmbeddedChannel from) {
        var text = new StringBuilder();
        for (ByteBuf part = from.readOutbound(); part != null; part = from.readOutbound()) {
            text.append(part.toString(StandardCharsets.UTF_8));
            part.release();
        }
        return text.toString();
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\n" + HOST + "\r\n";
    }

    /** Keeps what arrives, as text. Confined to the test's thread. */
    private static final class Collector extends ChannelInboundHandlerAdapter {
        private final List<String> into;

        Collector(List<String> into) {
            this.into = into;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            var bytes = (ByteBuf) message;
            into.add(bytes.toString(StandardCharsets.UTF_8));
            bytes.release();
        }
    }
}
