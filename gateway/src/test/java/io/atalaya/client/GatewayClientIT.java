package io.atalaya.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.client.ReconnectPolicy.Next;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class GatewayClientIT {
    private static final ReconnectPolicy QUICK = new ReconnectPolicy(Duration.ofMillis(1), Duration.ofMillis(5), 5);

    private final ClientLoops loops = new ClientLoops(1);
    private final TinyServer server = new TinyServer(GatewayClientIT::serve);
    private final Heard heard = new Heard();

    @AfterEach
    void stop() {
        loops.close();
        server.close();
    }

    @Test
    void maskedTextGoesOutAndTextComesIn() {
        Connection connection = connect(ClientOptions.standard(), subscription("/ws?token=t"));
        await().until(connection::isOpen);

        connection.send("echo " + "é".repeat(100_000));

        await().untilAsserted(() -> assertThat(heard.events).containsExactly("open", "text " + "é".repeat(100_000)));
    }

    @Test
    void fragmentsPingsAndPongsAreUnderstood() {
        Connection connection = connect(ClientOptions.standard(), subscription("/ws"));
        await().until(connection::isOpen);

        connection.send("fragments");

        await().untilAsserted(() -> assertThat(heard.events).containsExactly("open", "text one two", "text ponged"));
    }

    @Test
    void theServersCloseCodeIsTold() {
        Connection connection = connect(ClientOptions.standard().withReconnect(QUICK), subscription("/ws"));
        await().until(connection::isOpen);

        connection.send("close 4001 Authentication failed");

        await().untilAsserted(() -> assertThat(heard.events)
                .containsExactly("open", "close 4001 Authentication failed, ended: code 4001 means not to come back"));
    }

    @Test
    void aConnectionThatEndsComesBackAndResumesAfterTheLastCursor() {
        Connection connection = connect(
                ClientOptions.standard().withReconnect(QUICK),
                subscription("/ws?token=t").withOrigin("http://o").withResume());
        await().until(connection::isOpen);
        connection.send("echo {\"cursor\":\"1-5\"}");
        await().until(() -> heard.events.size() == 2);

        connection.send("close 1001 going away");

        await().until(() -> server.requests().size() == 2);
        assertThat(server.requests()).containsExactly("/ws?token=t http://o", "/ws?token=t&since=1-5 http://o");
    }

    @Test
    void aBrokenConnectionIsAFailureAndComesBackAlsoWhileNobodyListens() {
        Connection connection = connect(ClientOptions.standard().withReconnect(QUICK), subscription("/ws"));
        await().until(connection::isOpen);

        server.sockets().getFirst().close();

        await().until(() -> server.requests().size() == 2);
        assertThat(heard.events.get(1)).startsWith("failure the connection broke, retry 1");
    }

    @Test
    void nobodyListeningIsAFailureThatIsTriedAgainAndGivenUp() {
        URI nowhere = URI.create("ws://127.0.0.1:1/ws");
        connect(ClientOptions.standard().withReconnect(QUICK), Subscription.to(nowhere));

        await().untilAsserted(() -> assertThat(heard.events).hasSize(6));
        assertThat(heard.events.getLast()).contains("ended: gave up after 5 attempts");
    }

    @Test
    void anAnswerOtherThanAnUpgradeIsAFailureThatSaysSo() {
        connect(ClientOptions.standard(), subscription("/elsewhere"));

        await().untilAsserted(() ->
                assertThat(heard.events).singleElement().asString().contains("expected: 101 Switching Protocols"));
    }

    @Test
    void withoutAPongTheClientCloses4000() {
        connect(
                ClientOptions.standard().withHeartbeat(Duration.ofMillis(20), Duration.ofMillis(50)),
                subscription("/ws"));

        await().untilAsserted(() -> assertThat(heard.events)
                .containsExactly("open", "close 4000 Heartbeat timeout, ended: reconnecting is off"));
    }

    @Test
    void closingEndsNormallyAndForGood() {
        Connection connection = connect(ClientOptions.standard().withReconnect(QUICK), subscription("/ws"));
        await().until(connection::isOpen);

        connection.close();

        await().untilAsserted(() ->
                assertThat(heard.events).containsExactly("open", "close 1000 , ended: closed by the client"));
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void aThousandConnectionsShareOneThread() {
        var opened = new CopyOnWriteArrayList<Connection>();
        var client = new GatewayClient(loops, ClientOptions.standard(), new SecureRandom());
        for (int i = 0; i < 1_000; i++) {
            client.connect(subscription("/ws"), new Heard() {
                @Override
                public void onOpen(Connection connection) {
                    opened.add(connection);
                }
            });
        }

        await().atMost(Duration.ofSeconds(20)).until(() -> opened.size() == 1_000);
    }

    private Connection connect(ClientOptions options, Subscription subscription) {
        return new GatewayClient(loops, options, new SecureRandom()).connect(subscription, heard);
    }

    private Subscription subscription(String pathAndQuery) {
        return Subscription.to(server.uri(pathAndQuery));
    }

    private static void serve(Channel socket, WebSocketFrame frame) {
        if (frame instanceof PongWebSocketFrame) {
            socket.writeAndFlush(new TextWebSocketFrame("ponged"));
        } else if (frame instanceof TextWebSocketFrame text) {
            String words = text.text();
            if (words.startsWith("echo ")) {
                socket.writeAndFlush(new TextWebSocketFrame(words.substring("echo ".length())));
            } else if (words.startsWith("close ")) {
                int code = Integer.parseInt(words.substring(6, 10));
                socket.writeAndFlush(new CloseWebSocketFrame(code, words.substring(11)));
            } else if (words.equals("fragments")) {
                socket.write(new TextWebSocketFrame(false, 0, "one "));
                socket.write(new PingWebSocketFrame());
                socket.write(new ContinuationWebSocketFrame(true, 0, "two"));
                socket.writeAndFlush(new TextWebSocketFrame("{\"type\":\"pong\"}"));
            }
        }
    }

    private static class Heard implements Connection.Listener {
        final List<String> events = new CopyOnWriteArrayList<>();

        @Override
        public void onOpen(Connection connection) {
            events.add("open");
        }

        @Override
        public void onEvent(Connection connection, Received event) {
            events.add("text " + event.text());
        }

        @Override
        public void onClose(Connection connection, CloseCode code, String reason, Next next) {
            events.add("close " + code + " " + reason + ", " + text(next));
        }

        @Override
        public void onFailure(Connection connection, String what, Next next) {
            events.add("failure " + what + ", " + text(next));
        }

        private static String text(Next next) {
            return switch (next) {
                case Next.Retry retry -> "retry " + retry.attempt();
                case Next.Ended ended -> "ended: " + ended.why();
            };
        }
    }
}
