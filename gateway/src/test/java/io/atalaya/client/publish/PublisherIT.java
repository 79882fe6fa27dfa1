package io.atalaya.client.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.atalaya.client.ClientLoops;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PublisherIT {
    private final ClientLoops loops = new ClientLoops(1);
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<Integer> clientPorts = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> goOn = new CompletableFuture<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    @AfterEach
    void stop() {
        goOn.complete(null);
        server.stop(0);
        loops.close();
    }

    @Test
    void acceptedEventsComeBackWithIdsAndCursor() throws Exception {
        PublishOutcome outcome = publish(target(), PublishBody.array(List.of("{\"n\":1}", "{\"n\":2}")));

        assertThat(outcome).isEqualTo(new PublishOutcome.Accepted(2, List.of("a", "b"), Optional.of("1-2")));
        assertThat(requests).containsExactly("POST /api/v1/events Bearer key application/json [{\"n\":1},{\"n\":2}]");
    }

    @Test
    void linesAreSentAsNdjson() throws Exception {
        publish(target(), PublishBody.ndjson(List.of("{\"n\":1}", "{\"n\":2}")));

        assertThat(requests)
                .containsExactly("POST /api/v1/events Bearer key application/x-ndjson {\"n\":1}\n{\"n\":2}\n");
    }

    @Test
    void aRefusalBringsTheProblemAndWhenToTryAgain() throws Exception {
        PublishOutcome outcome = publish(target(), PublishBody.json("busy"));

        assertThat(outcome).isInstanceOfSatisfying(PublishOutcome.Refused.class, refused -> {
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.problem().title()).isEqualTo("Busy");
            assertThat(refused.retryAfter()).contains(Duration.ofSeconds(7));
        });
    }

    @Test
    void manyRequestsShareOneConnectionInTheirOrder() throws Exception {
        var outcomes = new ArrayList<CompletableFuture<PublishOutcome>>();
        try (var publisher = new Publisher(loops, target())) {
            for (int i = 0; i < 200; i++) {
                outcomes.add(publisher.publish(PublishBody.json("n" + i)).toCompletableFuture());
            }
            CompletableFuture.allOf(outcomes.toArray(CompletableFuture<?>[]::new))
                    .get(20, TimeUnit.SECONDS);
        }

        assertThat(requests).hasSize(200);
        assertThat(requests.get(150)).endsWith(" n150");
        assertThat(clientPorts.stream().distinct()).hasSize(1);
    }

    @Test
    void whatDoesNotFitTheQueueIsNotSent() throws Exception {
        var small = new PublishTarget(target().uri(), "key", 1, 1, Duration.ofSeconds(10));
        try (var publisher = new Publisher(loops, small)) {
            var first = publisher.publish(PublishBody.json("wait")).toCompletableFuture();
            while (requests.isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            var second = publisher.publish(PublishBody.json("x")).toCompletableFuture();

            var third = publisher.publish(PublishBody.json("y")).toCompletableFuture();

            assertThat(third.get()).isEqualTo(new PublishOutcome.NotSent("more than 1 waiting"));
            goOn.complete(null);
            assertThat(first.get()).isInstanceOf(PublishOutcome.Accepted.class);
            assertThat(second.get()).isInstanceOf(PublishOutcome.Accepted.class);
        }
    }

    @Test
    void anAnswerThatNeverComesIsUnanswered() throws Exception {
        var impatient = new PublishTarget(target().uri(), "key", 1, 1, Duration.ofMillis(100));

        assertThat(publish(impatient, PublishBody.json("wait"))).isInstanceOf(PublishOutcome.Unanswered.class);
    }

    @Test
    void anUnreachableGatewayIsNotSent() throws Exception {
        var nowhere = PublishTarget.of(URI.create("http://127.0.0.1:1"), "key");

        assertThat(publish(nowhere, PublishBody.json("x"))).isInstanceOf(PublishOutcome.NotSent.class);
    }

    private PublishOutcome publish(PublishTarget target, PublishBody body) throws Exception {
        try (var publisher = new Publisher(loops, target)) {
            return publisher.publish(body).toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    private PublishTarget target() {
        return PublishTarget.of(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()), "key");
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        clientPorts.add(exchange.getRemoteAddress().getPort());
        requests.add("%s %s %s %s %s"
                .formatted(
                        exchange.getRequestMethod(),
                        exchange.getRequestURI(),
                        exchange.getRequestHeaders().getFirst("Authorization"),
                        exchange.getRequestHeaders().getFirst("Content-Type"),
                        body));
        if (body.equals("wait")) {
            goOn.join();
        }
        boolean busy = body.equals("busy");
        if (busy) {
            exchange.getResponseHeaders().set("Retry-After", "7");
        }
        byte[] answer = (busy
                        ? "{\"title\":\"Busy\",\"status\":503}"
                        : "{\"accepted\":2,\"ids\":[\"a\",\"b\"],\"cursor\":\"1-2\"}")
                .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(busy ? 503 : 202, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }
}
