package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** The shipped profile of an agent platform over real sockets: first messages, commands and what everyone hears. */
@Timeout(60)
class AgentsIT {
    private static final Duration QUIET = Duration.ofMillis(300);

    private final GatewayTester gateway = GatewayTester.start("profile", "agents", "ws-ping-interval", "1s");

    @AfterEach
    void close() {
        gateway.close();
    }

    private WireClient connect(long tenant, String more, String... roles) {
        return gateway.connect(
                "/ws/agents?token=" + gateway.staffToken(tenant, 5, 1, roles) + more,
                "Origin: " + GatewayTester.ORIGIN);
    }

    private static JsonNode read(WireClient client) {
        return GatewayTester.json(client.readText());
    }

    private static JsonNode init(WireClient client) {
        JsonNode first = read(client);
        assertThat(first.path("type").stringValue()).isEqualTo("init");
        return first;
    }

    private static List<String> ids(JsonNode list) {
        var ids = new ArrayList<String>();
        list.forEach(one -> ids.add(one.path("id").stringValue("")));
        return ids;
    }

    private void publish(String type, String id, String more) {
        gateway.publish("{\"type\":\"" + type + "\",\"tenant_id\":\"1\",\"id\":\"" + id + "\"" + more + "}");
    }

    @Test
    void whoConnectsIsToldHowThingsAreAndThenWhatHappens() {
        publish("agent:status", "s1", ",\"agentId\":\"Ann\",\"status\":\"idle\"");
        publish("agent:status", "s2", ",\"agentId\":\"Bob\",\"status\":\"idle\"");
        publish("agent:status", "s3", ",\"agentId\":\"Ann\",\"status\":\"working\"");
        publish("draft:pending", "d1", ",\"draftId\":\"1\",\"fromAgent\":\"Ann\"");
        publish("draft:pending", "d2", ",\"draftId\":\"2\",\"fromAgent\":\"Ann\"");
        publish("draft:rejected", "d3", ",\"draftId\":\"1\"");

        WireClient client = connect(1, "", "VIEWER");
        JsonNode init = init(client);
        publish("agent:status", "s4", ",\"agentId\":\"Bob\",\"status\":\"blocked\"");

        assertThat(ids(init.path("agents"))).containsExactly("s3", "s2");
        assertThat(ids(init.path("pendingDrafts"))).containsExactly("d2");
        assertThat(init.path("gameState").isNull()).isTrue();
        assertThat(read(client).path("id").stringValue()).isEqualTo("s4");
        WireClient stranger = connect(2, "", "VIEWER");
        assertThat(ids(init(stranger).path("agents"))).as("another tenant").isEmpty();
        WireClient resumed = connect(1, "&since=" + init.path("cursor").stringValue(), "VIEWER");
        assertThat(read(resumed).path("id").stringValue())
                .as("no first message")
                .isEqualTo("s4");
    }

    @Test
    void whatAPlayerDoesIsAnsweredAndHeardByEveryoneOfTheTenant() {
        WireClient player = connect(1, "", "PLAYER");
        init(player);
        WireClient viewer = connect(1, "", "VIEWER");
        init(viewer);
        WireClient stranger = connect(2, "", "PLAYER");
        init(stranger);
        var answers = new ArrayList<JsonNode>();
        var heard = new ArrayList<JsonNode>();
        for (String command : List.of(
                "{\"type\":\"task_assign\",\"ref\":1,\"data\":{\"agentId\":\"Ann\",\"title\":\"t\",\"description\":\"d\",\"priority\":\"high\"}}",
                "{\"type\":\"draft_approve\",\"ref\":2,\"data\":{\"draftId\":\"7\"}}",
                "{\"type\":\"draft_reject\",\"ref\":3,\"data\":{\"draftId\":\"8\",\"reason\":\"no\"}}",
                "{\"type\":\"message_send\",\"ref\":4,\"data\":{\"toAgentId\":\"Ann\",\"subject\":\"s\",\"body\":\"b\"}}",
                "{\"type\":\"state_sync\",\"ref\":5,\"data\":{\"camera\":{\"x\":1}}}")) {
            player.sendText(command);
            // the event and the answer come in either order
            for (JsonNode frame : List.of(read(player), read(player))) {
                (frame.path("type").stringValue().equals("answer") ? answers : heard).add(frame);
            }
        }

        assertThat(answers)
                .hasSize(5)
                .allSatisfy(answer ->
                        assertThat(answer.path("success").booleanValue()).isTrue());
        assertThat(answers).extracting(answer -> answer.path("ref").asInt()).containsExactly(1, 2, 3, 4, 5);
        assertThat(answers.getFirst().path("taskId").stringValue())
                .isEqualTo(heard.getFirst().path("id").stringValue());
        assertThat(heard.getFirst().path("userId").stringValue()).isEqualTo("5");
        assertThat(heard)
                .extracting(event -> event.path("type").stringValue())
                .containsExactly("task:queued", "draft:approved", "draft:rejected", "message:new", "state:synced");
        assertThat(viewer.drain(QUIET)).hasSize(5);
        assertThat(stranger.drain(QUIET)).as("another tenant").isEmpty();
        JsonNode book = gateway.management("/api/v1/books").path("intake");
        assertThat(book.path("logged").asInt()).isEqualTo(5);
        JsonNode again = init(connect(1, "", "VIEWER"));
        assertThat(ids(again.path("tasks"))).hasSize(1);
        assertThat(again.at("/gameState/camera/x").asInt()).isEqualTo(1);
    }

    @Test
    void aCommandThatFailsIsAnsweredWithTheReasonAndHeardByNobody() {
        WireClient viewer = connect(1, "", "VIEWER");
        init(viewer);
        WireClient player = connect(1, "", "PLAYER");
        init(player);

        viewer.sendText("{\"type\":\"draft_approve\",\"ref\":\"a\",\"data\":{\"draftId\":\"7\"}}");
        JsonNode forbidden = read(viewer);
        player.sendText("draft_approve");
        JsonNode invalid = read(player);
        player.sendText("{\"type\":\"draft_aprove\",\"ref\":\"a\",\"data\":{\"draftId\":\"7\"}}");

        assertThat(forbidden.path("code").stringValue()).isEqualTo("forbidden");
        assertThat(forbidden.path("ref").stringValue()).isEqualTo("a");
        assertThat(invalid.path("code").stringValue()).isEqualTo("invalid");
        assertThat(invalid.at("/errors/0/field").stringValue()).isEqualTo("draftId");
        assertThat(player.drain(QUIET))
                .as("not a command at all: ignored and counted")
                .isEmpty();
        assertThat(viewer.drain(QUIET)).isEmpty();
        assertThat(gateway.snapshot().unknownClientMessages()).isEqualTo(1);
    }

    @Test
    void everySeriesOfThePlatformMoves() {
        WireClient viewer = connect(1, "", "VIEWER");
        init(viewer);
        WireClient player = connect(1, "", "PLAYER");
        init(player);
        player.sendText("draft_approve");
        assertThat(read(player).path("code").stringValue()).isEqualTo("invalid");
        publish("agent:status", "s1", ",\"agentId\":\"Ann\",\"status\":\"idle\"");
        player.sendFrame(0x80 | WireClient.CLOSE, new byte[] {3, (byte) 0xE8});

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            viewer.drain(QUIET);
            assertThat(moved())
                    .containsExactlyInAnyOrder(
                            "websocket_active_connections",
                            "websocket_connections_total",
                            "websocket_disconnections_total",
                            "websocket_connection_duration_seconds_count",
                            "websocket_events_emitted_total",
                            "websocket_events_received_total",
                            "websocket_event_errors_total",
                            "websocket_event_latency_milliseconds_count",
                            "websocket_heartbeat_rtt_milliseconds_count",
                            "websocket_initial_state_latency_milliseconds_count");
        });
    }

    /** Families of that vocabulary of which something is above zero; of histograms their observations. */
    private Set<String> moved() {
        String text = gateway.send(HttpRequest.newBuilder(gateway.managementUri("/metrics?view=websocket")))
                .body();
        return text.lines()
                .filter(line -> !line.startsWith("#") && !line.endsWith(" 0") && !line.endsWith(" 0.0"))
                .map(line -> line.split("[{ ]", 2)[0])
                .filter(name -> !name.endsWith("_bucket") && !name.endsWith("_sum"))
                .collect(Collectors.toSet());
    }

    @Test
    void betweenTheFirstMessageAndTheFirstEventNothingIsMissedOrRepeated() throws Exception {
        var stop = new AtomicBoolean();
        var published = new ArrayList<String>();
        CompletableFuture<Void> producer = CompletableFuture.runAsync(() -> {
            for (int i = 0; !stop.get(); i++) {
                publish("message:new", "m" + i, "");
                published.add("m" + i);
            }
        });
        try {
            for (int round = 0; round < 10; round++) {
                WireClient client = connect(1, "", "VIEWER");
                List<String> known = ids(init(client).path("messages")).reversed();
                var heard = new ArrayList<String>();
                while (heard.size() < 10) {
                    heard.add(read(client).path("id").stringValue());
                }
                int first = Integer.parseInt(heard.getFirst().substring(1));
                if (!known.isEmpty()) {
                    assertThat(known.getLast()).isEqualTo("m" + (first - 1));
                }
                for (int i = 0; i < heard.size(); i++) {
                    assertThat(heard.get(i)).isEqualTo("m" + (first + i));
                }
                client.close();
            }
        } finally {
            stop.set(true);
            producer.get();
        }
        assertThat(published).isNotEmpty();
    }
}
