package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.auth.TokenMinter;
import io.atalaya.protocol.CloseReason;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is turned away, and with which code: always after the upgrade. */
@Timeout(60)
class RefusalIT {
    private static final String ALLOWED = "Origin: " + GatewayTester.ORIGIN;

    private GatewayTester gateway = GatewayTester.start();

    @AfterEach
    void close() {
        gateway.close();
    }

    private void restart(String... settings) {
        gateway.close();
        gateway = GatewayTester.start(settings);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?token=", "?token=nonsense", "?token=a.b.c", "?token=%GG", "?table_token=x"})
    void badCredential(String query) {
        WireClient client = gateway.connect("/ws/waiter" + query, ALLOWED);

        assertThat(client.readClose()).isEqualTo(4001);
        assertThat(client.isClosedByServer()).isTrue();
    }

    @Test
    void expiredToken() {
        TokenMinter yesterday = GatewayTester.minter(() -> Instant.now().minus(Duration.ofDays(1)));
        String token = yesterday.table(new TokenMinter.Table(1, 1, 7, 42), Duration.ofHours(3));

        assertThat(gateway.connect("/ws/diner?table_token=" + token).readClose())
                .isEqualTo(4001);
    }

    @Test
    void tableTokenAtAStaffEndpoint() {
        String token = gateway.tableToken(1, 1, 42);

        assertThat(gateway.connect("/ws/waiter?token=" + token, ALLOWED).readClose())
                .isEqualTo(4001);
    }

    @Test
    void roleThatTheEndpointDoesNotAccept() {
        assertThat(gateway.staff("kitchen", 1, 5, 1, "WAITER").readClose()).isEqualTo(4003);
        assertThat(gateway.staff("admin", 1, 5, 1, "WAITER", "KITCHEN").readClose())
                .isEqualTo(4003);
        assertThat(gateway.staff("waiter", 1, 5, 1).readClose()).isEqualTo(4003);
    }

    @Test
    void originThatIsMissingOrNotOnTheList() {
        String path = "/ws/waiter?token=" + gateway.staffToken(1, 5, 1, "WAITER");

        assertThat(gateway.connect(path).readClose()).isEqualTo(4003);
        assertThat(gateway.connect(path, "Origin: https://evil.example").readClose())
                .isEqualTo(4003);
        assertThat(gateway.connect(path, "Origin: " + GatewayTester.ORIGIN + ".evil.example")
                        .readClose())
                .isEqualTo(4003);
    }

    @Test
    void dinersComeFromAnyOrigin() {
        WireClient diner = gateway.connect(
                "/ws/diner?table_token=" + gateway.tableToken(1, 1, 42), "Origin: https://phone.example");

        diner.sendText("ping");

        assertThat(diner.readText()).contains("pong");
    }

    @Test
    void fourthSessionOfAUser() {
        for (int i = 0; i < 3; i++) {
            gateway.staff("waiter", 1, 5, 1, "WAITER");
        }

        assertThat(gateway.staff("waiter", 1, 5, 1, "WAITER").readClose()).isEqualTo(1013);
        gateway.awaitSessions(3);
    }

    @Test
    void tablesHaveALimitOfTheirOwn() {
        restart("ws-max-diners-per-session", "5");
        for (int i = 0; i < 5; i++) {
            gateway.diner(1, 1, 42);
        }
        gateway.awaitSessions(5);

        assertThat(gateway.diner(1, 1, 42).readClose()).isEqualTo(1013);
        gateway.diner(1, 1, 43);
        gateway.awaitSessions(6);
    }

    @Test
    void processThatIsFull() {
        restart("ws-max-total-connections", "2");
        gateway.diner(1, 1, 42);
        gateway.diner(1, 1, 43);
        gateway.awaitSessions(2);

        assertThat(gateway.diner(1, 1, 44).readClose()).isEqualTo(1013);
        assertThat(gateway.snapshot().refusals()).containsEntry(CloseReason.CONNECTION_LIMIT, 1L);
    }

    @Test
    void aSlotComesBackWhenASessionEnds() {
        restart("ws-max-total-connections", "1");
        WireClient first = gateway.diner(1, 1, 42);
        gateway.awaitSessions(1);
        first.close();
        gateway.awaitSessions(0);

        gateway.diner(1, 1, 43);

        gateway.awaitSessions(1);
    }

    @Test
    void connectionsAboveTheRate() {
        restart("ws-connect-rate", "0.01", "ws-connect-wait", "0s");
        gateway.diner(1, 1, 42);

        assertThat(gateway.diner(1, 1, 43).readClose()).isEqualTo(1013);
        assertThat(gateway.snapshot().refusals()).containsEntry(CloseReason.CONNECT_RATE, 1L);
    }

    @Test
    void connectionsAboveTheRateWaitTheirTurn() {
        restart("ws-connect-rate", "2", "ws-connect-wait", "5s");
        for (int table = 1; table <= 5; table++) {
            gateway.diner(1, 1, table);
        }

        gateway.awaitSessions(5);
    }

    @Test
    void whoBreaksTheProtocolWhileWaitingIsClosedForThatAndGetsNoSession() {
        restart("ws-connect-rate", "2", "ws-connect-wait", "5s");
        WireClient first = gateway.diner(1, 1, 42);
        gateway.diner(1, 1, 42);
        gateway.diner(1, 1, 42);

        WireClient unmasked = gateway.hastyDiner(1, 1, 43, WireClient.frame(0x81, new byte[4], false));
        WireClient chatty = gateway.hastyDiner(1, 1, 43, manyPings());

        assertThat(unmasked.readClose()).isEqualTo(1002);
        assertThat(unmasked.isClosedByServer()).isTrue();
        assertThat(chatty.readClose()).isEqualTo(4029);
        assertThat(chatty.isClosedByServer()).isTrue();
        gateway.awaitSessions(3);
        assertThat(gateway.snapshot().accepted()).isEqualTo(3);
        assertThat(gateway.snapshot().refusals())
                .containsEntry(CloseReason.PROTOCOL_ERROR, 1L)
                .containsEntry(CloseReason.RATE_LIMITED, 1L);
        first.sendText("ping");
        assertThat(first.readText()).contains("pong");
    }

    private static byte[] manyPings() {
        byte[] ping = WireClient.frame(0x81, "ping".getBytes(java.nio.charset.StandardCharsets.US_ASCII), true);
        var all = new java.io.ByteArrayOutputStream();
        for (int i = 0; i < 17; i++) {
            all.writeBytes(ping);
        }
        return all.toByteArray();
    }

    @Test
    void slowHandshakeIsCutOff() {
        try (WireClient client = WireClient.open(gateway.port())) {
            client.sendRaw("GET /ws/diner?table_tok".getBytes(java.nio.charset.StandardCharsets.US_ASCII));

            assertThat(client.isClosedByServer(Duration.ofSeconds(30))).isTrue();
        }
    }

    @Test
    void requestThatIsNoHandshake() {
        var plain = gateway.send(HttpRequest.newBuilder(gateway.publicUri("/ws/diner?table_token=x")));

        assertThat(plain.statusCode()).isEqualTo(426);
        assertThat(plain.headers().firstValue("upgrade")).hasValue("websocket");
        assertThat(handshake("Sec-WebSocket-Version: 8", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="))
                .startsWith("HTTP/1.1 426")
                .contains("sec-websocket-version: 13");
        assertThat(handshake("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: short"))
                .startsWith("HTTP/1.1 400");
    }

    private String handshake(String... headers) {
        try (WireClient client = WireClient.open(gateway.port())) {
            var lines = new java.util.ArrayList<>(
                    List.of("GET /ws/diner HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade"));
            lines.addAll(List.of(headers));
            client.sendRaw(
                    (String.join("\r\n", lines) + "\r\n\r\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            return client.readHead();
        }
    }
}
