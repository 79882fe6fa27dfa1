package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.assignment.Assignment;
import io.atalaya.assignment.AssignmentStore;
import io.atalaya.assignment.Day;
import io.atalaya.event.Cursor;
import io.atalaya.event.TenantId;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What clients of the restaurant's endpoints hear, over real sockets. */
@Timeout(60)
class ConversationIT {
    private static final Duration QUIET = Duration.ofMillis(300);

    private final GatewayTester gateway = GatewayTester.start("ws-ping-interval", "0s");

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void staysSilentAfterConnect() {
        WireClient diner = gateway.diner(1, 1, 42);

        assertThat(diner.poll(QUIET)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ping",
                "{\"type\":\"ping\"}",
                "{ \"type\" : \"ping\" }",
                "{\"ts\":17,\"type\":\"ping\",\"x\":{}}"
            })
    void answersEveryFormOfPing(String ping) {
        WireClient diner = gateway.diner(1, 1, 42);

        diner.sendText(ping);

        assertThat(diner.readText()).isEqualTo("{\"type\":\"pong\"}");
    }

    @Test
    void answersProtocolPingWithItsPayload() {
        WireClient diner = gateway.diner(1, 1, 42);

        diner.sendFrame(0x80 | WireClient.PING, "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8));

        assertThat(diner.read()).isEqualTo(new WireClient.Frame(WireClient.PONG, "hello", 0));
    }

    @Test
    void ignoresWhatItDoesNotUnderstandAndCountsIt() {
        WireClient diner = gateway.diner(1, 1, 42);

        diner.sendText("refresh_sectors");
        diner.sendText("{\"type\":\"order_pizza\"}");
        diner.sendText("ping");

        assertThat(diner.readText()).isEqualTo("{\"type\":\"pong\"}");
        assertThat(gateway.snapshot().unknownClientMessages()).isEqualTo(2);
    }

    @Test
    void deliversPublishedMembersThenIdAndTimeAndCursor() {
        WireClient diner = gateway.diner(1, 1, 42);
        gateway.awaitSessions(1);
        String published = "{\"type\":\"ROUND_READY\", \"tenant_id\":1,\"branch_id\":1,\"session_id\":42,\"x\":\"ñ\"}";

        JsonNode answer = gateway.publish(published);

        String event = diner.readText();
        assertThat(event).startsWith(published.substring(0, published.length() - 1));
        assertThat(event.substring(published.length() - 1))
                .matches(",\"id\":\"[^\"]+\",\"ts\":\"[^\"]+Z\",\"cursor\":\"[^\"]+\"}");
        assertThat(GatewayTester.json(event).get("id").stringValue())
                .isEqualTo(answer.at("/ids/0").stringValue());
        assertThat(Cursor.parse(GatewayTester.json(event).get("cursor").stringValue()))
                .isPresent();
    }

    @Test
    void deliversOncePerSocketHoweverOftenAnEventIsPublished() {
        WireClient admin = gateway.staff("admin", 1, 5, 1, "ADMIN", "MANAGER");
        gateway.awaitSessions(1);
        String event = "{\"type\":\"ROUND_PENDING\",\"tenant_id\":1,\"branch_id\":1,\"id\":\"order-1\"}";

        gateway.publish(event);
        gateway.publish(event);
        gateway.publish("[" + event + "," + event + "]");

        assertThat(admin.drain(QUIET)).hasSize(1);
    }

    @Test
    void keepsTheOrderOfTheLog() {
        WireClient diner = gateway.diner(1, 1, 42);
        gateway.awaitSessions(1);

        for (int i = 0; i < 50; i++) {
            gateway.publish(
                    "{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42,\"v\":" + i + "}");
        }

        for (int i = 0; i < 50; i++) {
            assertThat(GatewayTester.json(diner.readText()).get("v").intValue()).isEqualTo(i);
        }
    }

    @Test
    void showsNoDinerAnotherTablesEvents() {
        WireClient diner = gateway.diner(1, 1, 42);
        WireClient neighbour = gateway.diner(1, 1, 43);
        WireClient elsewhere = gateway.diner(2, 1, 42);
        gateway.awaitSessions(3);

        gateway.publish("{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42}");
        gateway.publish("{\"type\":\"SERVICE_CALL_CREATED\",\"tenant_id\":1,\"branch_id\":1}");
        gateway.publish("{\"type\":\"ROUND_PENDING\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42}");

        assertThat(diner.drain(QUIET)).hasSize(1);
        assertThat(neighbour.drain(QUIET)).isEmpty();
        assertThat(elsewhere.drain(QUIET)).isEmpty();
    }

    @Test
    void givesManagersEverythingOfTheirBranchOnceAtWhicheverEndpoint() {
        WireClient atWaiter = gateway.staff("waiter", 1, 5, 1, "MANAGER");
        WireClient atKitchen = gateway.staff("kitchen", 1, 6, 1, "ADMIN", "KITCHEN");
        gateway.awaitSessions(2);

        gateway.publish("{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"sector_id\":9,\"session_id\":42}");

        assertThat(atWaiter.drain(QUIET)).hasSize(1);
        assertThat(atKitchen.drain(QUIET)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"refresh_sectors", "{\"type\":\"refresh_sectors\"}"})
    void refreshesSectorsPastTheCache(String command) {
        WireClient waiter = gateway.staff("waiter", 1, 8, 1, "WAITER");
        gateway.awaitSessions(1);
        String event = "{\"type\":\"SERVICE_CALL_CREATED\",\"tenant_id\":1,\"branch_id\":1,\"sector_id\":5}";
        gateway.publish(event);
        assertThat(waiter.drain(QUIET)).isEmpty();
        assign(8, 5);
        assign(8, 6);

        waiter.sendText(command);

        assertThat(waiter.readText()).isEqualTo("sectors_updated:5,6");
        gateway.publish(event);
        assertThat(waiter.drain(QUIET)).hasSize(1);
    }

    private void assign(int user, int sector) {
        gateway.gateway()
                .assignments()
                .put(new AssignmentStore.Entry(
                        new TenantId("1"),
                        Integer.toString(user),
                        new Day.Daily(),
                        new Assignment(Map.of("branch_id", "1", "sector_id", Integer.toString(sector)))));
    }
}
