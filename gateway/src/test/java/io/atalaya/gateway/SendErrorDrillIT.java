package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Clients that break off, or do not keep up, while they are sent to: the alert of send errors fires and ends, that of nothing
 * else does, and the budget moves by exactly what these clients have missed.
 */
@Tag("long")
@Timeout(300)
class SendErrorDrillIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int CLIENTS = 5;

    private static final String OBJECTIVES = """
            services:
              websocket: {title: WebSocket, owner: me}
            objectives:
              send-errors:
                service: websocket
                title: deliveries that their socket has taken
                objective: 90
                events:
                  bad: {metric: atalaya_deliveries_total, labels: {state: [dropped, closed]}}
                  valid: {metric: atalaya_deliveries_total, labels: {state: [sent, dropped, closed]}}
              latency:
                service: websocket
                title: deliveries within 5 s
                objective: 90
                latency: {histogram: atalaya_delivery_latency_seconds, threshold: 5s}
              serving:
                service: websocket
                title: time in which the gateway serves
                objective: 90
                uptime: {up: {metric: atalaya_health, labels: {state: [healthy, degraded]}}}
            """;

    private final GatewayTester gateway;
    private final WireClient reader;
    private int published;

    /** Deliveries that this test has caused: each event is for everybody. */
    private long caused;

    private long sessions = 1;

    SendErrorDrillIT(@TempDir Path directory) throws IOException {
        Drill.writeObjectives(directory, OBJECTIVES);
        gateway = GatewayTester.start(
                "profile", "src/test/resources/profiles-of-tests/watch.yaml",
                "slo-files", directory.toString(),
                "ws-heartbeat-timeout", "5m");
        reader = gateway.connect(path(1));
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void connectionsThatBreakWhileTheyAreSentTo() throws InterruptedException {
        calm(Duration.ofSeconds(20));
        List<WireClient> clients = stalled();
        int waiting = 400;
        publish("NOTE", waiting, "");
        long missed = notTaken();
        assertThat(missed).isGreaterThanOrEqualTo((long) CLIENTS * waiting);

        clients.forEach(WireClient::reset);
        gateway.awaitSessions(1);
        sessions = 1;

        assertToldAndPaidFor(missed);
        assertThat(SloView.bad(gateway, "latency"))
                .as("what never arrives is not late")
                .isZero();
        assertThat(gateway.snapshot().connectionsLost()).isEqualTo(CLIENTS);
    }

    @Test
    void readersThatDoNotKeepUp() throws InterruptedException {
        calm(Duration.ofSeconds(20));
        int before = published;
        List<WireClient> clients = stalled();
        for (int i = 0; i < 4; i++) {
            publish("NOISE", 500, "n".repeat(1_000));
        }
        publish("NOTE", 1, "");
        long missed = 0;
        for (WireClient client : clients) {
            missed += missed(client, published - before);
        }
        assertThat(missed).isGreaterThan(CLIENTS * 500L);

        assertToldAndPaidFor(missed);
        assertThat(gateway.snapshot().sessions()).isEqualTo(1 + CLIENTS);
        clients.forEach(WireClient::close);
    }

    private void assertToldAndPaidFor(long missed) throws InterruptedException {
        await().atMost(PATIENCE).until(() -> SloView.firing(gateway).contains("send-errors"));
        assertThat(SloView.firing(gateway)).doesNotContain("serving");
        await().atMost(PATIENCE).until(() -> SloView.bad(gateway, "send-errors") == missed);
        Instant end = Instant.now().plus(PATIENCE);
        while (!SloView.firing(gateway).isEmpty() && Instant.now().isBefore(end)) {
            calm(Duration.ofSeconds(1));
        }
        assertThat(SloView.firing(gateway)).isEmpty();
        await().atMost(PATIENCE)
                .until(() ->
                        SloView.objective(gateway, "send-errors").path("total").asLong() == caused);
        JsonNode objective = SloView.objective(gateway, "send-errors");
        assertThat(objective.path("bad").asLong()).isEqualTo(missed);
        assertThat(objective.path("budget_remaining").doubleValue())
                .isCloseTo(1 - missed / (caused * 0.1), within(1e-9));
        assertThat(SloView.bad(gateway, "serving")).isZero();
    }

    private String path(long user) {
        return "/ws/bridge?token=" + gateway.staffToken(1, user, 1, "CREW");
    }

    /** Events of one type, which the one that reads gets at once. */
    private void publish(String type, int count, String padding) {
        String events = IntStream.range(0, count)
                .mapToObj(i -> "{\"type\":\"%s\",\"tenant_id\":1,\"ship\":1,\"v\":%d,\"pad\":\"%s\"}"
                        .formatted(type, published + i, padding))
                .collect(Collectors.joining(",", "[", "]"));
        gateway.publish(events);
        published += count;
        caused += sessions * count;
        for (int i = 0; i < count; i++) {
            reader.readText();
        }
    }

    private void calm(Duration time) throws InterruptedException {
        Instant end = Instant.now().plus(time);
        while (Instant.now().isBefore(end)) {
            publish("NOTE", 1, "");
            Thread.sleep(100);
        }
    }

    /** Clients that have stopped reading and whose sockets are full. */
    private List<WireClient> stalled() {
        var clients = new ArrayList<WireClient>();
        for (int user = 2; user < 2 + CLIENTS; user++) {
            WireClient client = WireClient.open(gateway.port(), 4_096);
            client.handshake(path(user));
            clients.add(client);
        }
        sessions = 1 + CLIENTS;
        gateway.awaitSessions(1 + CLIENTS);
        long before = published;
        while (rows().stream()
                .anyMatch(row -> !isReader(row) && row.path("pending").asLong() == 0)) {
            publish("NOTE", 1, "x".repeat(30_000));
            assertThat(published - before).isLessThan(1_000);
        }
        return clients;
    }

    private List<JsonNode> rows() {
        var rows = new ArrayList<JsonNode>();
        gateway.management("/api/v1/sessions").path("sessions").forEach(rows::add);
        return rows;
    }

    private static boolean isReader(JsonNode row) {
        return row.path("subject").asString("").equals("1");
    }

    /** What this test has caused, less what sockets have taken; once that stands still. */
    private long notTaken() {
        var taken = new AtomicLong(-1);
        await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).until(() -> {
            List<JsonNode> rows = rows();
            long now = sum(rows, "sent");
            return taken.getAndSet(now) == now && now + sum(rows, "pending") == caused;
        });
        return caused - taken.get();
    }

    private static long sum(List<JsonNode> rows, String member) {
        return rows.stream().mapToLong(row -> row.path(member).asLong()).sum();
    }

    /** Reads on up to the last event; what did not come has to be what the client is told of. */
    private long missed(WireClient client, int wanted) {
        int received = 0;
        long told = 0;
        JsonNode frame;
        do {
            frame = GatewayTester.json(client.readText());
            boolean gap = frame.path("type").asString().equals("gap");
            told += gap ? frame.path("dropped").asLong() : 0;
            received += gap ? 0 : 1;
        } while (frame.path("v").asInt(-1) != published - 1);
        assertThat(told).as("told of").isEqualTo(wanted - received);
        return told;
    }
}
