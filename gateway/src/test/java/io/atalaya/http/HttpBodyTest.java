package io.atalaya.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bodies of requests: whole, chunked, awaited, too long, too slow, refused. */
class HttpBodyTest {
    private final HttpRig rig = new HttpRig();

    @AfterEach
    void nothingIsLeft() {
        rig.close();
    }

    @Test
    void collectsABodyHoweverItComes() {
        String request = "POST /echo HTTP/1.1\r\n" + HttpRig.HOST + "Content-Length: 11\r\n\r\nhello world"
                + "POST /echo HTTP/1.1\r\n" + HttpRig.HOST
                + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n again\r\n0\r\n\r\n";

        request.chars().forEach(c -> rig.send(Character.toString(c)));

        assertThat(rig.bodies).containsExactly("hello world", "hello again");
        assertThat(rig.received()).containsSubsequence("hello world", "hello again");
    }

    @Test
    void refusesALongBodyBeforeItIsRead() {
        rig.send("POST /echo HTTP/1.1\r\n" + HttpRig.HOST + "Content-Length: 1000000000\r\n\r\n");

        assertThat(rig.received()).startsWith("HTTP/1.1 413").contains("connection: close");
        assertThat(rig.channel.isOpen()).isFalse();
    }

    @Test
    void refusesALongChunkedBodyWhenItTurnsOutLong() {
        rig.send("POST /echo HTTP/1.1\r\n" + HttpRig.HOST + "Transfer-Encoding: chunked\r\n\r\n40\r\n" + "x".repeat(64)
                + "\r\n");
        assertThat(rig.received()).isEmpty();

        rig.send("1\r\nx\r\n");

        assertThat(rig.received()).startsWith("HTTP/1.1 413").contains("connection: close");
        assertThat(rig.bodies).isEmpty();
    }

    @Test
    void readsPastAShortBodyOfARefusedRequest() {
        rig.send("POST /nowhere HTTP/1.1\r\n" + HttpRig.HOST + "Content-Length: 5\r\n\r\nhello" + HttpRig.get("/now"));

        assertThat(rig.received()).containsSubsequence("HTTP/1.1 404", "HTTP/1.1 200");
    }

    @Test
    void keepsNothingOfABodyThatTheGateRefuses() {
        rig.send("POST /closed HTTP/1.1\r\n" + HttpRig.HOST + "Content-Length: 60\r\n\r\nabc");

        assertThat(rig.received()).startsWith("HTTP/1.1 401");
        assertThat(rig.port.bufferedBodyBytes()).isZero();
        assertThat(rig.channel.isOpen()).isTrue();
    }

    @Test
    void refusesBodiesBeyondTheBudgetOfThePort() {
        rig.reconnect(20);

        rig.send("POST /echo HTTP/1.1\r\n" + HttpRig.HOST + "Content-Length: 30\r\n\r\n" + "x".repeat(30));

        assertThat(rig.received()).startsWith("HTTP/1.1 503").contains("retry-after: 1");
    }

    @Test
    void holdsTheBudgetUntilTheAnswer() {
        rig.send("POST /later HTTP/1.1\r\n" + HttpRig.HOST + "Content-Length: 10\r\n\r\n0123456789");
        assertThat(rig.port.bufferedBodyBytes()).isEqualTo(10);

        rig.waiting.getFirst().respond(Response.empty(204));

        assertThat(rig.port.bufferedBodyBytes()).isZero();
    }

    @Test
    void asksForTheBodyThatWaitsForIt() {
        rig.send("POST /echo HTTP/1.1\r\n" + HttpRig.HOST + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        assertThat(rig.received()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");

        rig.send("hi");

        assertThat(rig.received()).startsWith("HTTP/1.1 200").endsWith("hi");
    }

    @Test
    void asksForTheBodyOnlyWhenItsTurnComes() {
        rig.send(HttpRig.get("/later") + "POST /echo HTTP/1.1\r\n" + HttpRig.HOST
                + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        assertThat(rig.received()).isEmpty();

        rig.waiting.getFirst().respond(Response.text(200, "first"));

        assertThat(rig.received()).endsWith("firstHTTP/1.1 100 Continue\r\n\r\n");
    }

    @Test
    void doesNotAskForABodyThatIsRefused() {
        rig.send("POST /closed HTTP/1.1\r\n" + HttpRig.HOST + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");

        assertThat(rig.received()).startsWith("HTTP/1.1 401").contains("connection: close");
    }

    @Test
    void answersABrokenChunk() {
        rig.send("POST /echo HTTP/1.1\r\n" + HttpRig.HOST + "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n");

        assertThat(rig.received()).startsWith("HTTP/1.1 400");
        assertThat(rig.channel.isOpen()).isFalse();
    }

    @Test
    void answersABodyThatTricklesWith408() {
        rig.send("POST /echo HTTP/1.1\r\n" + HttpRig.HOST + "Content-Length: 60\r\n\r\n");
        for (int second = 0; second < 13 && rig.channel.isOpen(); second++) {
            rig.send("x");
            rig.pass(Duration.ofSeconds(1));
        }

        assertThat(rig.received()).startsWith("HTTP/1.1 408");
        assertThat(rig.channel.isOpen()).isFalse();
    }
}
