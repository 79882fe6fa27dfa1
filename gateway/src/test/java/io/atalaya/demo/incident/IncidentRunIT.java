package io.atalaya.demo.incident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.atalaya.cli.trial.TrialSecrets;
import io.atalaya.cli.trial.TrialTester;
import io.atalaya.demo.RunningGateway;
import io.atalaya.demo.Terminal;
import io.atalaya.redis.RedisServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class IncidentRunIT {
    private static final int SESSION = 999_998;

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final TrialSecrets secrets = TrialSecrets.fresh(new SecureRandom(), InstantSource.system());
    private final String key = secrets.publishKey("1");

    private RunningGateway start(Optional<URI> redis) {
        return TrialTester.start(new RunningGateway.Settings(
                0,
                0,
                secrets.jwtSecret(),
                secrets.tableTokenSecret(),
                Map.of(key, "1"),
                List.of(),
                List.of(),
                redis,
                "trial"));
    }

    private List<String> play(String token) throws InterruptedException {
        try (var gateway = start(Optional.empty())) {
            return incident(gateway, token).run();
        }
    }

    private IncidentRun incident(RunningGateway gateway, String token) {
        var terminal = new Terminal(new PrintStream(shown, true, StandardCharsets.UTF_8), false, false, 100, 40);
        var table = new IncidentRun.Table(1, 1, SESSION, token, key);
        return new IncidentRun(table, gateway, terminal, stop, System::nanoTime);
    }

    private String shown() {
        return shown.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aSlowPhoneIsClosedHarmsNobodyAndIsCountedAgainstTheObjective() throws InterruptedException {
        assertThat(play(secrets.tokenOfSession(SESSION))).isEmpty();

        assertThat(shown())
                .contains("the attentive phone received 600 of 600", "closed with 1013")
                .containsPattern("websocket-send-errors +\\w+: [1-9][0-9,]* bad of")
                .containsPattern("books: matched .*  balanced")
                .contains("gate: ");
    }

    @Test
    void aLostRedisIsToldPaidForAndFoundAgain() throws IOException, InterruptedException {
        try (var redis = RedisServer.start();
                var link = RedisLink.to(redis.url());
                var gateway = start(Optional.of(link.url()))) {
            assertThat(incident(gateway, secrets.tokenOfSession(SESSION)).run(link))
                    .isEmpty();
            assertThat(redis.command("PING"))
                    .as("nothing happened to the Redis")
                    .isEqualTo("PONG");
        }

        assertThat(shown())
                .contains("the gateway says of Redis: not_subscribed", "200 of 200 events by HTTP were received")
                .contains("a guest who comes now is closed with 1013", "the gateway says of Redis: subscribed")
                .contains("a guest who comes now is let in")
                .containsPattern("redis-subscription +\\w+: [1-9][0-9,]* bad of")
                .containsPattern("4\\. what the gateway says");
    }

    @Test
    void aRedisThatIsNotThereIsNotPretendedToBe() {
        var closed = URI.create("redis://:secret@127.0.0.1:1");

        assertThatThrownBy(() -> RedisLink.to(closed))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no connection to 127.0.0.1:1")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> RedisLink.to(URI.create("rediss://127.0.0.1:6379")))
                .hasMessageContaining("expected: redis://host:port");
    }

    @Test
    void aPhoneThatIsNotLetInIsAProblem() throws InterruptedException {
        assertThat(play("nonsense")).singleElement().asString().startsWith("the incident could not be played");

        assertThat(shown()).contains("PROBLEM   the incident could not be played");
    }

    @Test
    void stoppingItIsNoProblem() throws InterruptedException {
        stop.countDown();

        assertThat(play(secrets.tokenOfSession(SESSION))).isEmpty();
    }

    @Test
    void onlyPagesThatAreThereAreTold() throws IOException, InterruptedException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            boolean there = exchange.getRequestURI().getPath().endsWith("waiter.html");
            exchange.sendResponseHeaders(there ? 200 : 404, -1);
            exchange.close();
        });
        server.start();
        try {
            int port = server.getAddress().getPort();

            assertThat(Pages.served(port))
                    .containsExactly(
                            "A waiter's page:        http://127.0.0.1:" + port + "/console/examples/waiter.html", "");
        } finally {
            server.stop(0);
        }
    }
}
