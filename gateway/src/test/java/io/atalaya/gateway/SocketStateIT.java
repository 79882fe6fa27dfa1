package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What deliveries make of real sockets that fill up, drain again, or are gone. */
@Timeout(60)
class SocketStateIT {
    private static final int MOST_EVENTS = 2_000;

    private final GatewayTester gateway = GatewayTester.start();

    @AfterEach
    void close() {
        gateway.close();
    }

    private void publish(int session, int value, String padding) {
        gateway.publish("{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":" + session
                + ",\"x\":\"" + padding + "\",\"v\":" + value + "}");
    }

    private static void assertReads(WireClient client, int from, int to) {
        for (int value = from; value < to; value++) {
            assertThat(GatewayTester.json(client.readText()).get("v").intValue())
                    .isEqualTo(value);
        }
    }

    @Test
    void aReaderThatStallsAndGoesOnGetsEverythingInOrder() {
        try (WireClient reader = WireClient.open(gateway.port(), 4096)) {
            reader.handshake("/ws/diner?table_token=" + gateway.tableToken(1, 1, 42));
            gateway.awaitSessions(1);
            int stalled = 0;
            while (gateway.snapshot().book().pending() == 0 && stalled < MOST_EVENTS) {
                publish(42, stalled++, "x".repeat(30_000));
            }
            reader.sendText("ping");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> gateway.snapshot().clientMessages() == 1);
            publish(42, stalled, "");

            assertReads(reader, 0, stalled);
            assertThat(reader.readText()).isEqualTo("{\"type\":\"pong\"}");
            assertReads(reader, stalled, stalled + 1);
            publish(42, stalled + 1, "");
            publish(42, stalled + 2, "");
            assertReads(reader, stalled + 1, stalled + 3);

            assertThat(stalled).isLessThan(MOST_EVENTS);
            long all = stalled + 3L;
            await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                assertThat(gateway.snapshot().book().sent()).isEqualTo(all);
                assertThat(gateway.snapshot().book().pending()).isZero();
            });
        }
    }

    @Test
    void nobodyHearsWhatWasMeantForTheConnectionWhoseDescriptorItHas() {
        for (int i = 0; i < 50; i++) {
            WireClient gone = gateway.diner(1, 1, 42);
            publish(42, i, "");
            publish(42, i, "");
            gone.reset();
            long connected = 2L * (i + 1);
            WireClient next = gateway.diner(1, 1, 43);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> gateway.snapshot().accepted() == connected);
            publish(42, -1, "");
            publish(43, i, "");

            assertReads(next, i, i + 1);
            next.close();
        }

        gateway.awaitSessions(0);
        gateway.assertBooksBalance();
        assertThat(gateway.snapshot().book().pending()).isZero();
    }
}
