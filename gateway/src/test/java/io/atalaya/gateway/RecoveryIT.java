package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Clients that come back. */
@Timeout(60)
class RecoveryIT {
    private GatewayTester gateway = GatewayTester.start();

    @AfterEach
    void close() {
        gateway.close();
    }

    private void restart(String... settings) {
        gateway.close();
        gateway = GatewayTester.start(settings);
    }

    private WireClient diner(String since) {
        return gateway.connect("/ws/diner?table_token=" + gateway.tableToken(1, 1, 42) + "&since=" + since);
    }

    /** Publishes events for table 42 and returns the cursor of the last. */
    private String publish(int from, int count) {
        var events = new ArrayList<String>();
        for (int i = from; i < from + count; i++) {
            events.add("{\"type\":\"CART_CLEARED\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42,\"id\":\"e" + i
                    + "\"}");
        }
        return gateway.publish("[" + String.join(",", events) + "]")
                .path("cursor")
                .stringValue();
    }

    private static String member(String text, String name) {
        return GatewayTester.json(text).path(name).stringValue("");
    }

    private static List<String> ids(List<String> texts) {
        return texts.stream().map(text -> member(text, "id")).toList();
    }

    private static List<String> ids(int from, int to) {
        var ids = new ArrayList<String>();
        for (int i = from; i < to; i++) {
            ids.add("e" + i);
        }
        return ids;
    }

    private static List<String> read(WireClient client, int count) {
        var texts = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            texts.add(client.readText());
        }
        return texts;
    }

    @Test
    void aClientThatComesBackGetsWhatItMissed() {
        WireClient first = diner("");
        gateway.awaitSessions(1);
        publish(0, 1);
        String cursor = member(first.readText(), "cursor");
        first.close();
        publish(1, 1_000);

        WireClient second = diner(cursor);

        assertThat(ids(read(second, 1_000))).isEqualTo(ids(1, 1_001));
        publish(1_001, 1);
        assertThat(member(second.readText(), "id")).isEqualTo("e1001");
        gateway.assertBooksBalance();
    }

    @Test
    void sinceNowIsAnsweredByAPosition() {
        String cursor = publish(0, 3);

        WireClient client = diner("now");

        JsonNode position = GatewayTester.json(client.readText());
        assertThat(position.path("type").stringValue()).isEqualTo("position");
        assertThat(position.path("cursor").stringValue()).isEqualTo(cursor);
        assertThat(client.poll(Duration.ofMillis(200))).isEmpty();
        publish(3, 1);
        assertThat(member(client.readText(), "id")).isEqualTo("e3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "0-1", "%00", "now%20", "-", "xxxxxxxxxx-1"})
    void aCursorThatIsNoneOfThisLogIsAnsweredByAnEpochGapAndEverythingThereIs(String since) {
        publish(0, 3);

        WireClient client = diner(since);

        JsonNode gap = GatewayTester.json(client.readText());
        assertThat(gap.path("type").stringValue()).isEqualTo("gap");
        assertThat(gap.path("reason").stringValue()).isEqualTo("epoch");
        assertThat(ids(read(client, 3))).isEqualTo(ids(0, 3));
    }

    @Test
    void aCursorThatWasForgottenIsAnsweredByARetentionGap() {
        restart("log-store", "memory", "log-max-events", "10");
        String old = publish(0, 1);
        publish(1, 50);

        WireClient client = diner(old);

        assertThat(member(client.readText(), "reason")).isEqualTo("retention");
        assertThat(ids(read(client, 10))).isEqualTo(ids(41, 51));
    }

    @Test
    void aCursorAheadOfTheHeadIsAnsweredByAGap() {
        String cursor = publish(0, 1);

        WireClient client = diner(cursor + "00");

        JsonNode gap = GatewayTester.json(client.readText());
        assertThat(gap.path("reason").stringValue()).isEqualTo("ahead");
        assertThat(gap.path("cursor").stringValue()).isEqualTo(cursor);
        publish(1, 1);
        assertThat(member(client.readText(), "id")).isEqualTo("e1");
    }

    @Test
    void resumingUnderContinuousPublishingMissesAndRepeatsNothing() throws Exception {
        var stop = new AtomicBoolean();
        WireClient client = diner("now");
        String cursor = member(client.readText(), "cursor");
        var published = CompletableFuture.supplyAsync(() -> {
            int count = 0;
            while (!stop.get()) {
                publish(count, 20);
                count += 20;
            }
            return count;
        });
        var received = new ArrayList<String>();
        for (int connection = 0; connection < 20; connection++) {
            for (int i = 0; i < 50 + connection * 7; i++) {
                String text = client.readText();
                received.add(member(text, "id"));
                cursor = member(text, "cursor");
            }
            client.close();
            client = diner(cursor);
        }
        stop.set(true);
        int count = published.get();
        while (received.size() < count) {
            received.add(member(client.readText(), "id"));
        }

        assertThat(received).isEqualTo(ids(0, count));
        assertThat(client.poll(Duration.ofMillis(100))).isEmpty();
        await().untilAsserted(() -> assertThat(
                        gateway.gateway().core().recovery().totals().active())
                .isZero());
    }

    @Test
    void aReplayWaitsForAReaderThatStalls() {
        restart("ws-max-outbound-bytes", "16KiB");
        int count = 30_000;
        for (int from = 0; from < count; from += 10_000) {
            publish(from, 10_000);
        }
        WireClient client = WireClient.open(gateway.port(), 4_096);
        client.handshake("/ws/diner?table_token=" + gateway.tableToken(1, 1, 42) + "&since=0-1");
        gateway.awaitSessions(1);

        await().pollDelay(Duration.ofMillis(500)).untilAsserted(() -> {
            assertThat(gateway.snapshot().book().pending()).isPositive();
            assertThat(gateway.snapshot().sessions()).isEqualTo(1);
        });
        gateway.assertBooksBalance();

        assertThat(member(client.readText(), "reason")).isEqualTo("epoch");
        assertThat(ids(read(client, count))).isEqualTo(ids(0, count));
        publish(count, 1);
        assertThat(member(client.readText(), "id")).isEqualTo("e" + count);
        client.close();
    }
}
