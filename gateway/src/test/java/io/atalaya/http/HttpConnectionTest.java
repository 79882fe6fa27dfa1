package io.atalaya.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One connection: requests, answers and their order, refusals, time-outs, upgrades. */
class HttpConnectionTest {
    private final HttpRig rig = new HttpRig();

    @AfterEach
    void nothingIsLeft() {
        rig.close();
    }

    @Test
    void answersARequest() {
        rig.send("GET /now?x=a%20b HTTP/1.1\r\n" + HttpRig.HOST + "\r\n");

        assertThat(rig.received())
                .isEqualTo("HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\n"
                        + "date: Thu, 01 Jan 1970 00:00:00 GMT\r\ncontent-length: 7\r\n\r\nnow a b");
        assertThat(rig.channel.isOpen()).isTrue();
    }

    @Test
    void answersHeadWithoutABody() {
        rig.send("HEAD /now HTTP/1.1\r\n" + HttpRig.HOST + "\r\n");

        assertThat(rig.received()).contains("content-length: 4\r\n").endsWith("\r\n\r\n");
    }

    @Test
    void acceptsTheAbsoluteForm() {
        rig.send("GET http://h/now HTTP/1.1\r\n" + HttpRig.HOST + "\r\n");

        assertThat(rig.received()).startsWith("HTTP/1.1 200");
    }

    @Test
    void closesAfterTheAnswerWhenAsked() {
        rig.send("GET /now HTTP/1.1\r\n" + HttpRig.HOST + "Connection: close\r\n\r\nGET /now HTTP/1.1\r\n"
                + HttpRig.HOST + "\r\n");

        assertThat(rig.received()).containsOnlyOnce("HTTP/1.1").contains("connection: close\r\n");
        assertThat(rig.channel.isOpen()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"'',connection: close,false", "Connection: keep-alive,connection: keep-alive,true"})
    void keepsHttp10OpenOnlyWhenAsked(String field, String answered, boolean open) {
        rig.send("GET /now HTTP/1.0\r\n" + field + (field.isEmpty() ? "" : "\r\n") + "\r\n");

        assertThat(rig.received()).contains(answered + "\r\n");
        assertThat(rig.channel.isOpen()).isEqualTo(open);
    }

    @Test
    void whoListensHearsOfEveryAnswerByItsRoute() {
        rig.send(HttpRig.get("/later"));
        rig.pass(Duration.ofSeconds(2));
        rig.waiting.getFirst().respond(Response.text(200, "at last"));
        rig.send(HttpRig.get("/now?x=1") + HttpRig.get("/nowhere/to/be/found"));

        assertThat(rig.timed).containsExactly("GET /later 200 2000000000", "GET /now 200 0", "GET _other 404 0");
    }

    @Test
    void theTimeOfASlowSenderIsNotTheAnswers() {
        rig.send("POST /echo HTTP/1.1\r\n" + HttpRig.HOST + "Content-Length: 2\r\n\r\na");
        rig.pass(Duration.ofSeconds(1));
        rig.send("b");

        assertThat(rig.timed).containsExactly("POST /echo 200 0");
    }

    @Test
    void answersInTheOrderOfTheRequests() {
        rig.send(HttpRig.get("/later") + HttpRig.get("/now") + HttpRig.get("/later"));
        assertThat(rig.received()).isEmpty();

        rig.waiting.get(1).respond(Response.text(200, "third"));
        rig.waiting.get(0).respond(Response.text(200, "first"));

        assertThat(rig.received()).containsSubsequence("first", "now", "third");
    }

    @Test
    void takesAnswersFromOtherThreads() throws InterruptedException {
        rig.send(HttpRig.get("/later"));
        var other = new Thread(() -> rig.waiting.getFirst().respond(Response.text(200, "elsewhere")));

        other.start();
        other.join();
        rig.channel.runPendingTasks();

        assertThat(rig.received()).endsWith("elsewhere");
    }

    @Test
    void countsOnlyTheFirstAnswer() {
        rig.send(HttpRig.get("/later"));

        rig.waiting.getFirst().respond(Response.text(200, "first"));
        rig.waiting.getFirst().respond(Response.text(200, "second"));

        assertThat(rig.received()).endsWith("first");
        assertThat(rig.port.answersByStatus()).containsEntry(200, 1L);
    }

    @Test
    void answersInOrderWhateverTheOrderOfCompletion() {
        long seed = 17L;
        var random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            rig.waiting.clear();
            int requests = 1 + random.nextInt(12);
            rig.send(HttpRig.get("/later").repeat(requests));
            var expected = new ArrayList<String>();
            var answered = new ArrayList<Integer>();
            while (answered.size() < requests) {
                int next = random.nextInt(rig.waiting.size());
                if (!answered.contains(next)) {
                    answered.add(next);
                    rig.waiting.get(next).respond(Response.text(200, "<" + next + ">"));
                }
            }
            for (int i = 0; i < requests; i++) {
                expected.add("<" + i + ">");
            }

            assertThat(rig.received()).as("seed %d round %d", seed, round).containsSubsequence(expected);
        }
    }

    @Test
    void stopsReadingWhenTooManyWait() {
        rig.send(HttpRig.get("/later").repeat(HttpRig.MAX_PIPELINED + 3));
        assertThat(rig.waiting).hasSize(HttpRig.MAX_PIPELINED);
        assertThat(rig.channel.config().isAutoRead()).isFalse();

        List.copyOf(rig.waiting).forEach(responder -> responder.respond(Response.empty(204)));

        assertThat(rig.waiting).hasSize(HttpRig.MAX_PIPELINED + 3);
        assertThat(rig.channel.config().isAutoRead()).isTrue();
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
        rig.send(head.replace("~", "\r\n") + "\r\n\r\n");

        String answer = rig.received();
        assertThat(answer).startsWith("HTTP/1.1 " + status);
        if (field != null) {
            assertThat(answer).contains("\r\n" + field + "\r\n");
        }
        assertThat(rig.channel.isOpen()).isEqualTo(!answer.contains("connection: close"));
    }

    @Test
    void boundsTheRequestLine() {
        rig.send("GET /now?" + "x".repeat(9000) + " HTTP/1.1\r\n" + HttpRig.HOST + "\r\n");

        assertThat(rig.received()).startsWith("HTTP/1.1 414");
    }

    @Test
    void boundsTheHeader() {
        rig.send("GET /now HTTP/1.1\r\n" + HttpRig.HOST + "X: " + "x".repeat(17_000) + "\r\n\r\n");

        assertThat(rig.received()).startsWith("HTTP/1.1 431");
    }

    @Test
    void closesAConnectionThatNeverCompletesItsHead() {
        for (int second = 0; second < 13 && rig.channel.isOpen(); second++) {
            rig.send("x");
            rig.pass(Duration.ofSeconds(1));
        }

        assertThat(rig.channel.isOpen()).isFalse();
    }

    @Test
    void closesAnIdleConnectionLater() {
        rig.send(HttpRig.get("/now"));
        rig.pass(Duration.ofSeconds(59));
        assertThat(rig.channel.isOpen()).isTrue();

        rig.pass(Duration.ofSeconds(4));

        assertThat(rig.channel.isOpen()).isFalse();
    }

    @Test
    void answersForAHandlerThatDoesNot() {
        rig.send(HttpRig.get("/later"));

        rig.pass(Duration.ofSeconds(33));

        assertThat(rig.received()).startsWith("HTTP/1.1 503").contains("connection: close");
    }

    @Test
    void stopsWithTheAnswersThatAreUnderWay() {
        rig.send(HttpRig.get("/later"));

        CompletionStage<Void> stopped = rig.port.stop(Duration.ofHours(1));
        rig.channel.runPendingTasks();
        assertThat(rig.channel.isOpen()).isTrue();
        rig.waiting.getFirst().respond(Response.text(200, "bye"));

        assertThat(rig.received()).contains("connection: close").endsWith("bye");
        assertThat(stopped.toCompletableFuture()).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void stopsIdleConnectionsAtOnce() {
        CompletionStage<Void> stopped = rig.port.stop(Duration.ofHours(1));
        rig.channel.runPendingTasks();

        assertThat(rig.channel.isOpen()).isFalse();
        assertThat(stopped.toCompletableFuture()).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void handsUpgradesOverWithWhatFollows() {
        var after = new ArrayList<String>();
        rig.upgrades = (ctx, _, _) -> {
            ctx.pipeline().addLast("after", new Collector(after));
            HttpPipeline.detach(ctx.pipeline());
            return true;
        };

        rig.send("GET /ws HTTP/1.1\r\n" + HttpRig.HOST + "Connection: Upgrade\r\nUpgrade: WebSocket\r\n\r\nframes");
        rig.send("more");

        assertThat(after).containsExactly("frames", "more");
        assertThat(rig.channel.pipeline().names()).doesNotContain(HttpPipeline.CONNECTION);
        assertThat(rig.port.connections()).isZero();
    }

    @Test
    void countsWhatTheNewOwnerAnswers() {
        rig.upgrades = (_, _, answered) -> {
            answered.accept(426);
            return true;
        };

        rig.send("GET /ws HTTP/1.1\r\n" + HttpRig.HOST + "Upgrade: websocket\r\n\r\n");

        assertThat(rig.port.answersByStatus()).containsExactly(Map.entry(426, 1L));
        assertThat(rig.timed).isEmpty();
    }

    @Test
    void routesAnUpgradeThatNobodyTakes() {
        rig.send("GET /now HTTP/1.1\r\n" + HttpRig.HOST + "Upgrade: websocket\r\n\r\n");

        assertThat(rig.received()).startsWith("HTTP/1.1 200");
    }

    @Test
    void refusesAnUpgradeBehindAnUnansweredRequest() {
        rig.upgrades = (_, _, _) -> {
            throw new AssertionError("must not be asked");
        };
        rig.send(HttpRig.get("/later") + "GET /ws HTTP/1.1\r\n" + HttpRig.HOST + "Upgrade: websocket\r\n\r\n");

        rig.waiting.getFirst().respond(Response.empty(204));

        assertThat(rig.received()).containsSubsequence("HTTP/1.1 204", "HTTP/1.1 400");
        assertThat(rig.channel.isOpen()).isFalse();
    }

    @Test
    void survivesMutilatedRequests() {
        long seed = 19L;
        var random = new Random(seed);
        String good = HttpRig.get("/now") + "POST /echo HTTP/1.1\r\n" + HttpRig.HOST + "Content-Length: 5\r\n\r\nhello"
                + HttpRig.get("/now");
        for (int round = 0; round < 500; round++) {
            byte[] bytes = good.getBytes(StandardCharsets.US_ASCII);
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            var victim = rig.connection();
            int cut = random.nextInt(bytes.length);

            victim.writeInbound(Unpooled.copiedBuffer(bytes, 0, cut));
            if (victim.isOpen()) {
                victim.writeInbound(Unpooled.copiedBuffer(bytes, cut, bytes.length - cut));
            }

            assertThat(HttpRig.text(victim)).as("seed %d round %d", seed, round).matches("(?s)|HTTP/1\\.1 [2-5].*");
            victim.finishAndReleaseAll();
        }
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
