package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.ack.AckStore.State;
import io.atalaya.ack.AckStore.Totals;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Acknowledgements and slow readers over real sockets, with a profile that asks for both. */
@Timeout(60)
class WatchIT {
    private static final int BOUND = 64 * 1024;

    private final GatewayTester gateway = GatewayTester.start(
            "profile", "src/test/resources/profiles-of-tests/watch.yaml",
            "ws-max-outbound-bytes", "64KiB",
            "ws-heartbeat-timeout", "60s");
    private int published;

    @AfterEach
    void close() {
        gateway.close();
    }

    private String path(long user, String more) {
        return "/ws/bridge?token=" + gateway.staffToken(1, user, 1, "CREW") + more;
    }

    /** Publishes one event and returns its id. */
    private String publish(String type, int ship, String padding) {
        String id = "e" + published++;
        gateway.publish("{\"type\":\"" + type + "\",\"tenant_id\":1,\"ship\":" + ship + ",\"id\":\"" + id
                + "\",\"pad\":\"" + padding + "\"}");
        return id;
    }

    private static String id(JsonNode frame) {
        return frame.path("id").stringValue("");
    }

    private static JsonNode read(WireClient client) {
        return GatewayTester.json(client.readText());
    }

    private Totals acks() {
        return gateway.gateway().core().recovery().acknowledgements().book();
    }

    private void awaitAcks(Totals wanted) {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(acks()).isEqualTo(wanted));
    }

    @Test
    void anAlarmIsSentAgainUntilItIsAcknowledged() {
        WireClient client = gateway.connect(path(5, ""));
        gateway.awaitSessions(1);
        String alarm = publish("ALARM", 1, "");

        JsonNode first = read(client);
        JsonNode second = read(client);

        assertThat(id(first)).isEqualTo(alarm);
        assertThat(first.has("redelivered")).isFalse();
        assertThat(id(second)).isEqualTo(alarm);
        assertThat(second.path("redelivered").booleanValue()).isTrue();
        assertThat(second.path("cursor")).isEqualTo(first.path("cursor"));
        client.sendText("{\"type\":\"ack\",\"id\":\"" + alarm + "\"}");
        awaitAcks(new Totals(1, 1, 0, 0));
        assertThat(client.poll(Duration.ofMillis(2_500))).isEmpty();
        assertThat(gateway.gateway().core().recovery().desk().receipts(new TenantId("1"), new EventId(alarm)))
                .singleElement()
                .satisfies(receipt -> {
                    assertThat(receipt.state()).isEqualTo(State.ACKNOWLEDGED);
                    assertThat(receipt.recipient().subject()).isEqualTo("5");
                });
        gateway.assertBooksBalance();
    }

    @Test
    void severalAreAcknowledgedAtOnce() {
        WireClient client = gateway.connect(path(5, ""));
        gateway.awaitSessions(1);
        String one = publish("ALARM", 1, "");
        String two = publish("ALARM", 2, "");
        assertThat(List.of(id(read(client)), id(read(client)))).containsExactly(one, two);

        client.sendText("{\"ids\":[\"" + one + "\",17,\"" + two + "\"],\"type\":\"ack\"}");

        awaitAcks(new Totals(2, 2, 0, 0));
    }

    @Test
    void whatNobodyAcknowledgesExpires() {
        WireClient client = gateway.connect(path(5, ""));
        gateway.awaitSessions(1);
        String alarm = publish("ALARM", 1, "");

        awaitAcks(new Totals(1, 0, 1, 0));

        List<String> texts = client.drain(Duration.ofMillis(1_500));
        assertThat(texts).hasSizeBetween(2, 4).allMatch(text -> text.contains(alarm));
        client.sendText("{\"type\":\"ack\",\"id\":\"" + alarm + "\"}");
        await().untilAsserted(() -> assertThat(gateway.gateway()
                        .core()
                        .recovery()
                        .acknowledgements()
                        .ignored()
                        .late())
                .isEqualTo(1));
    }

    @Test
    void whoComesBackGetsWhatItOwesFirst() {
        WireClient first = gateway.connect(path(5, "&client_id=tablet"));
        gateway.awaitSessions(1);
        String alarm = publish("ALARM", 1, "");
        assertThat(id(read(first))).isEqualTo(alarm);
        first.close();
        gateway.awaitSessions(0);
        String missed = publish("NOTE", 1, "");

        WireClient other = gateway.connect(path(5, "&client_id=phone&since=now"));
        WireClient again = gateway.connect(path(5, "&client_id=tablet&since=nothing"));

        assertThat(read(other).path("type").stringValue()).isEqualTo("position");
        List<JsonNode> frames = List.of(read(again), read(again), read(again));
        assertThat(frames.get(0).path("redelivered").booleanValue()).isTrue();
        assertThat(id(frames.get(0))).isEqualTo(alarm);
        assertThat(frames.get(1).path("reason").stringValue()).isEqualTo("epoch");
        assertThat(id(frames.get(2))).as("the alarm is not repeated").isEqualTo(missed);
        again.sendText("{\"type\":\"ack\",\"id\":\"" + alarm + "\"}");
        awaitAcks(new Totals(1, 1, 0, 0));
        assertThat(other.poll(Duration.ofMillis(100))).isEmpty();
    }

    @Test
    void aReaderOfAStreamAcknowledgesByRequest() {
        String stream = path(5, "&client_id=wall").replace("/ws/", "/sse/");
        StreamClient first = gateway.stream(stream);
        gateway.awaitSessions(1);
        String alarm = publish("ALARM", 1, "");
        StreamClient.Message once = first.read();
        assertThat(once.id()).isNotEmpty();
        first.close();
        gateway.awaitSessions(0);

        StreamClient back = gateway.stream(stream, "Last-Event-ID: " + once.id());
        StreamClient.Message again = back.read();
        assertThat(again.data()).as("what is owed comes first").contains(alarm).contains("\"redelivered\":true");
        assertThat(again.id()).as("a resend does not take the client back").isEmpty();
        String acks = stream.replace("?", "/ack?");

        assertThat(acknowledge(acks.replace("wall", "other"), alarm)).isEqualTo(204);
        awaitAcks(new Totals(1, 0, 0, 1));
        assertThat(acknowledge(acks, alarm)).isEqualTo(204);

        awaitAcks(new Totals(1, 1, 0, 0));
        assertThat(acknowledge(acks.replaceAll("token=[^&]*", "token=x"), alarm))
                .isEqualTo(401);
        assertThat(acknowledge(acks, "\"")).isEqualTo(400);
    }

    @Test
    void acknowledgingRequestsHaveTheLimitOfASocketsMessages() {
        String first = path(5, "&client_id=first").replace("/ws/", "/sse/").replace("?", "/ack?");
        String other = path(6, "&client_id=first").replace("/ws/", "/sse/").replace("?", "/ack?");
        int requests = 0;
        HttpResponse<String> answer = sendAck(first, "e");
        // by the gateway's clock a window may pass between any two of them, so that some more may be let through
        while (answer.statusCode() == 204 && requests++ < 2_000) {
            answer = sendAck(first, "e");
        }

        assertThat(requests).isGreaterThanOrEqualTo(20);
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("retry-after")).hasValue("1");
        assertThat(answer.body()).contains("at most 20 within 1000 ms");
        assertThat(acknowledge(other, "e")).as("somebody else").isEqualTo(204);
        await().atMost(Duration.ofSeconds(10)).until(() -> acknowledge(first, "e") == 204);
        HttpResponse<String> metrics = gateway.send(HttpRequest.newBuilder(gateway.managementUri("/metrics")));
        assertThat(metrics.body())
                .containsPattern("http_requests_total\\{[^}]*endpoint=\"/sse/bridge/ack\"[^}]*status=\"429\"[^}]*}");
    }

    @Test
    void aUserWithManyNamesForItsClientsSaysNoMore() {
        int allowed = 0;
        for (int i = 0; i < 200; i++) {
            String path = path(5, "&client_id=c" + i).replace("/ws/", "/sse/").replace("?", "/ack?");
            allowed += acknowledge(path, "e") == 204 ? 1 : 0;
        }

        // 3 sessions of a user, 20 messages each within a second, of which some may pass
        assertThat(allowed).isGreaterThanOrEqualTo(60).isLessThan(200);
    }

    /** The body never comes, so that an answer proves that none was waited for. */
    @Test
    void nothingIsKeptOfWhatAStrangerAcknowledges() {
        String path = path(5, "").replace("/ws/", "/sse/").replace("?", "/ack?").replaceAll("token=[^&]*", "token=x");
        try (var stranger = new RawHttp(gateway.port())) {
            stranger.send("POST", path, Map.of("content-length", "60000"), "");

            assertThat(stranger.answer().status()).isEqualTo(401);
        }
    }

    private int acknowledge(String path, String id) {
        return sendAck(path, id).statusCode();
    }

    private HttpResponse<String> sendAck(String path, String id) {
        return gateway.send(HttpRequest.newBuilder(gateway.publicUri(path))
                .POST(HttpRequest.BodyPublishers.ofString("{\"type\":\"ack\",\"id\":\"" + id + "\"}")));
    }

    private WireClient stalled() {
        WireClient client = WireClient.open(gateway.port(), 4_096);
        client.handshake(path(5, ""));
        gateway.awaitSessions(1);
        // only what may not be given up makes it lag, so that the test does not depend on what the kernel buffers
        while (gateway.snapshot().book().pending() == 0) {
            publish("NOTE", 0, "x".repeat(30_000));
        }
        return client;
    }

    private static List<JsonNode> readUntil(WireClient client, String id) {
        var frames = new ArrayList<JsonNode>();
        do {
            frames.add(read(client));
        } while (!id(frames.getLast()).equals(id));
        return frames;
    }

    @Test
    void aStalledReaderGetsTheLatestPositionOfEachShip() {
        WireClient client = stalled();
        int before = published;
        String last = "";
        for (int i = 0; i < 200; i++) {
            last = publish("POSITION", i % 2, "p".repeat(1_000));
        }
        await().untilAsserted(() ->
                assertThat(gateway.snapshot().givenUp().conflatedByType()).containsEntry("POSITION", 198L));
        gateway.assertBooksBalance();

        List<JsonNode> frames = readUntil(client, last);

        assertThat(frames).hasSize(before + 2);
        assertThat(frames.subList(before, before + 2))
                .extracting(frame -> frame.path("ship").intValue())
                .containsExactly(0, 1);
        client.close();
    }

    @Test
    void aStalledReaderIsToldHowManyWereDropped() {
        WireClient client = stalled();
        int before = published;
        String last = "";
        for (int i = 0; i < 200; i++) {
            last = publish("NOISE", 0, "n".repeat(1_000));
        }
        await().untilAsserted(() ->
                assertThat(gateway.snapshot().givenUp().droppedByType()).containsKey("NOISE"));
        gateway.assertBooksBalance();

        List<JsonNode> frames = readUntil(client, last);

        JsonNode gap = frames.get(before);
        assertThat(gap.path("type").stringValue()).isEqualTo("gap");
        assertThat(gap.path("reason").stringValue()).isEqualTo("slow");
        int dropped = gap.path("dropped").intValue();
        assertThat(frames).hasSize(before + 1 + 200 - dropped);
        assertThat((200 - dropped) * 1_000).isLessThan(BOUND);
        assertThat(gateway.snapshot().book().dropped()).isEqualTo(dropped);
        client.close();
    }

    @Test
    void whatMayNotBeGivenUpClosesTheReader() {
        try (WireClient client = stalled()) {
            for (int i = 0; i < 4; i++) {
                publish("NOTE", 0, "x".repeat(30_000));
            }

            assertThat(client.readClose()).isEqualTo(1013);
        }
        gateway.awaitSessions(0);
    }
}
