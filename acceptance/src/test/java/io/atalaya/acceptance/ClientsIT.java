package io.atalaya.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atalaya.acceptance.StubbornPublisher.Published;
import io.atalaya.sdk.AtalayaClient;
import io.atalaya.sdk.ClientOptions;
import io.atalaya.sdk.TokenSource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The published clients against the gateway while everything goes wrong that may: it is killed, it drains and comes
 * back, tokens end, connections are cut at random, a proxy knows no WebSockets. Every handler gets every event once.
 */
final class ClientsIT {
    private static final int ROUNDS = 1;
    private static final int ALARMS = 2;
    private static final int AN_HOUR = 3_600;
    private static final int SHORT = 3;
    private static final long SEED = 20_263;
    private static final Duration SETTLED = Duration.ofSeconds(40);
    private static final JsonMapper JSON = new JsonMapper();

    @Order(1)
    @RegisterExtension
    private final PackagedGateway gateway = PackagedGateway.packaged()
            .setting(
                    "PROFILE",
                    Path.of("src/test/resources/clients.yaml").toAbsolutePath().toString())
            .setting("WS_DRAIN_SECONDS", "1");

    /** Registered after the gateway, so that they are closed before it stops. */
    @Order(2)
    @RegisterExtension
    private final Parts parts = new Parts();

    @Test
    @Timeout(150)
    void javaScriptClientsLoseAndDoubleNothing() throws Exception {
        assumeTrue(NodeFollowers.areAvailable(), "node, and ws where it has no WebSocket: missing");
        var tokens = parts.add(new TokenDesk(gateway.setting("TABLE_TOKEN_SECRET")));
        String direct = gateway.publicAddress().getAuthority();
        String cut = parts.add(RoughNetwork.thatCuts(gateway.publicAddress(), 1_500, SEED))
                .authority();
        String proxy =
                parts.add(RoughNetwork.withoutUpgrades(gateway.publicAddress())).authority();
        String forRounds = tokens.address(ROUNDS, AN_HOUR);
        String forAlarms = tokens.address(ALARMS, AN_HOUR);
        var node = parts.add(new NodeFollowers());
        var rounds = List.of(
                node.add("socket", NodeFollowers.options(direct, forRounds)),
                node.add("flapping socket", NodeFollowers.options(cut, forRounds)),
                node.add("renewing socket", NodeFollowers.options(direct, tokens.address(ROUNDS, SHORT))),
                node.add("stream", NodeFollowers.options(direct, forRounds, "transports", List.of("sse"))),
                node.add("flapping stream", NodeFollowers.options(cut, forRounds, "transports", List.of("sse"))),
                node.add(
                        "renewing stream",
                        NodeFollowers.options(direct, tokens.address(ROUNDS, SHORT), "transports", List.of("sse"))),
                node.add(
                        "fallback",
                        NodeFollowers.options(proxy, forRounds, "transports", List.of("websocket", "sse"))));
        var alarms = List.of(
                node.add("alarms", NodeFollowers.options(direct, forAlarms, "autoAck", true, "clientId", "a")),
                node.add("flapping alarms", NodeFollowers.options(cut, forAlarms, "autoAck", true, "clientId", "b")),
                node.add(
                        "stream of alarms",
                        NodeFollowers.options(
                                direct, forAlarms, "autoAck", true, "clientId", "c", "transports", List.of("sse"))));
        node.start();

        List<Published> published = goWrong(node.all());

        check(published, rounds, alarms);
        assertThat(rounds.getLast().states()).as("falls back").contains("state open sse ");
        assertThat(rounds.get(2).states()).as("its token ends").anyMatch(state -> state.contains(" 4001 "));
        assertThat(rounds.get(5).states()).as("its token ends").anyMatch(state -> state.contains(" 4001 "));
    }

    @Test
    @Timeout(150)
    void javaClientsLoseAndDoubleNothing() throws Exception {
        var tokens = parts.add(new TokenDesk(gateway.setting("TABLE_TOKEN_SECRET")));
        String direct = gateway.publicAddress().getAuthority();
        String cut = parts.add(RoughNetwork.thatCuts(gateway.publicAddress(), 1_500, SEED))
                .authority();
        String forRounds = tokens.address(ROUNDS, AN_HOUR);
        String forAlarms = tokens.address(ALARMS, AN_HOUR);
        var rounds = List.of(
                follow("socket", direct, forRounds, ""),
                follow("flapping socket", cut, forRounds, ""),
                follow("renewing socket", direct, tokens.address(ROUNDS, SHORT), ""));
        var alarms = List.of(follow("alarms", direct, forAlarms, "a"), follow("flapping alarms", cut, forAlarms, "b"));

        List<Published> published =
                goWrong(Stream.of(rounds, alarms).flatMap(List::stream).toList());

        check(published, rounds, alarms);
        assertThat(rounds.getLast().states()).as("its token ends").anyMatch(state -> state.contains("4001"));
    }

    /** @param clientId acknowledges when there is one */
    private Followed follow(String name, String authority, String tokenUrl, String clientId) {
        var followed = new Followed(name);
        TokenSource token = _ -> get(tokenUrl);
        ClientOptions options = ClientOptions.of(URI.create("ws://" + authority + "/ws/diner"), token)
                .withTokenParameter("table_token")
                .withBackoff(Duration.ofMillis(100), Duration.ofSeconds(1))
                .withHeartbeat(Duration.ofSeconds(2), Duration.ofSeconds(2))
                .withCursor("now", _ -> followed.onPosition());
        if (!clientId.isEmpty()) {
            options = options.withClientId(clientId).withAutoAck(Set.of("ALARM"));
        }
        AtalayaClient client = parts.add(AtalayaClient.of(options));
        client.on("*", event -> followed.onEvent(event.id()))
                .onGap(gap -> followed.onGap(gap.reason()))
                .onState(change -> followed.onState(change.toString()))
                .onError(error -> followed.onState(error.toString()))
                .connect();
        return followed;
    }

    /** Publishes while the gateway is killed, drained, and killed again; what it acknowledged is the answer. */
    private List<Published> goWrong(Iterable<Followed> followers) throws Exception {
        for (Followed follower : followers) {
            follower.awaitPosition();
        }
        var publisher = parts.add(new StubbornPublisher(
                gateway.publicAddress(),
                gateway.publishKey(),
                List.of("ROUND_READY", "ALARM"),
                Duration.ofMillis(15),
                SEED));
        Thread.sleep((SHORT + 2) * 1_000L); // short-lived tokens end while the gateway is up
        gateway.kill();
        gateway.start();
        Thread.sleep(2_000);
        gateway.stop();
        gateway.start();
        Thread.sleep(1_500);
        publisher.close();
        return publisher.acknowledged();
    }

    private void check(List<Published> published, List<Followed> rounds, List<Followed> alarms) throws Exception {
        for (Followed follower : rounds) {
            check(follower, Published.ids(published, ROUNDS));
        }
        for (Followed follower : alarms) {
            check(follower, Published.ids(published, ALARMS));
        }
        for (Followed follower : rounds) {
            assertThat(follower.ids())
                    .as("%s: in the order of the log", follower)
                    .isEqualTo(rounds.getFirst().ids());
        }
        await("everything is acknowledged").atMost(SETTLED).untilAsserted(() -> {
            JsonNode acks = books().path("acknowledgements");
            assertThat(acks.path("awaiting").asLong(-1)).as(acks.toString()).isZero();
            assertThat(acks.path("expired").asLong(-1)).as(acks.toString()).isZero();
            assertThat(acks.path("acknowledged").asLong()).as(acks.toString()).isPositive();
        });
        JsonNode books = books();
        for (String name : List.of("intake", "deliveries", "acknowledgements", "archive")) {
            JsonNode book = books.path(name);
            assertThat(book.path("balanced").asBoolean(false))
                    .as("%s: %s", name, book)
                    .isTrue();
        }
    }

    private static void check(Followed follower, List<String> expected) {
        await(follower + ": has everything")
                .atMost(SETTLED)
                .untilAsserted(() -> assertThat(Set.copyOf(follower.ids()))
                        .as("%s, %s", follower, tail(follower.states()))
                        .containsAll(expected));
        assertThat(follower.ids()).as(follower.name()).doesNotHaveDuplicates();
        assertThat(follower.gaps()).as(follower.name()).isEmpty();
        assertThat(follower.states())
                .as("%s: has lost connections", follower)
                .filteredOn(state -> state.contains("waiting") || state.contains("WAITING"))
                .hasSizeGreaterThanOrEqualTo(2);
    }

    private static List<String> tail(List<String> states) {
        return states.subList(Math.max(0, states.size() - 8), states.size());
    }

    private JsonNode books() {
        return JSON.readTree(gateway.get("/api/v1/books"));
    }

    private static String get(String address) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString())
                    .body();
        }
    }
}
