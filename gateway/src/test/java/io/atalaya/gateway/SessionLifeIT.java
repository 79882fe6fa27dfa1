package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.auth.TokenMinter;
import io.atalaya.protocol.CloseReason;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How sessions end, other than by their clients. */
@Timeout(60)
class SessionLifeIT {
    private GatewayTester gateway = GatewayTester.start();

    @AfterEach
    void close() {
        gateway.close();
    }

    private void restart(String... settings) {
        gateway.close();
        gateway = GatewayTester.start(settings);
    }

    @Test
    void silentClientIsClosedAsStale() {
        restart("ws-heartbeat-timeout", "1s", "ws-ping-interval", "200ms");

        WireClient diner = gateway.diner(1, 1, 42);

        assertThat(diner.readClose()).isEqualTo(1001);
        assertThat(gateway.snapshot().closes()).containsEntry(CloseReason.HEARTBEAT_TIMEOUT, 1L);
        assertThat(gateway.snapshot().roundTrip().count())
                .as("pongs do not count as activity")
                .isPositive();
    }

    @Test
    void expiredTokenEndsTheSession() {
        var soon = GatewayTester.minter(InstantSource.system())
                .table(new TokenMinter.Table(1, 1, 7, 42), Duration.ofSeconds(2));

        WireClient diner = gateway.connect("/ws/diner?table_token=" + soon);

        assertThat(diner.poll(Duration.ofMillis(200))).as("open at first").isEmpty();
        assertThat(diner.readClose()).isEqualTo(4001);
    }

    @Test
    void revokedUserAndTheGuestsOfATableWithTheSameNumberAreNotTheSame() {
        String guests = "/ws/diner?table_token=" + gateway.tableToken(1, 1, 42);
        WireClient guest = gateway.connect(guests);
        WireClient waiter = gateway.staff("waiter", 1, 42, 1, "WAITER");
        gateway.awaitSessions(2);

        assertThat(operate("/api/v1/revocations", "{\"tenant\":\"1\",\"subject\":\"42\"}")
                        .body())
                .contains("\"closed\":1");
        assertThat(waiter.readClose()).isEqualTo(4001);
        guest.sendText("ping");
        assertThat(guest.readText()).contains("pong");

        assertThat(operate("/api/v1/revocations", "{\"tenant\":\"1\",\"subject\":\"-42\"}")
                        .body())
                .contains("\"closed\":1");
        assertThat(guest.readClose()).isEqualTo(4001);
        assertThat(gateway.connect(guests).readClose()).isEqualTo(4001);
    }

    @Test
    void revokedUserIsClosedAtOnceAndCannotComeBack() {
        String token = gateway.staffToken(1, 5, 1, "WAITER");
        String origin = "Origin: " + GatewayTester.ORIGIN;
        WireClient revoked = gateway.connect("/ws/waiter?token=" + token, origin);
        WireClient sameNumberElsewhere = gateway.staff("waiter", 2, 5, 1, "WAITER");
        gateway.awaitSessions(2);

        HttpResponse<String> answer = operate("/api/v1/revocations", "{\"tenant\":\"1\",\"subject\":\"5\"}");

        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 204);
        assertThat(revoked.readClose()).isEqualTo(4001);
        assertThat(gateway.connect("/ws/waiter?token=" + token, origin).readClose())
                .isEqualTo(4001);
        sameNumberElsewhere.sendText("ping");
        assertThat(sameNumberElsewhere.readText()).contains("pong");
    }

    @Test
    void aRevocationOutlivesTheProcess(@TempDir Path dataDirectory) {
        restart("data-dir", dataDirectory.toString());
        String token = gateway.staffToken(1, 5, 1, "WAITER");
        assertThat(operate("/api/v1/revocations", "{\"tenant\":\"1\",\"subject\":\"5\"}")
                        .statusCode())
                .isEqualTo(200);

        restart("data-dir", dataDirectory.toString());

        assertThat(gateway.connect("/ws/waiter?token=" + token, "Origin: " + GatewayTester.ORIGIN)
                        .readClose())
                .isEqualTo(4001);
    }

    @Test
    void operatorDisconnectsAUser() {
        WireClient waiter = gateway.staff("waiter", 1, 5, 1, "WAITER");
        gateway.awaitSessions(1);

        operate("/api/v1/sessions/disconnect", "{\"tenant\":\"1\",\"subject\":\"5\"}");

        assertThat(waiter.readClose()).isEqualTo(1000);
    }

    private HttpResponse<String> operate(String path, String json) {
        return gateway.send(HttpRequest.newBuilder(gateway.managementUri(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    @Test
    void slowReaderIsClosedAndCostsNobodyElseAnything() {
        restart("ws-max-outbound-bytes", "64KiB");
        WireClient slow = WireClient.open(gateway.port(), 4096);
        slow.handshake("/ws/diner?table_token=" + gateway.tableToken(1, 1, 42));
        WireClient quick = gateway.diner(1, 1, 42);
        gateway.awaitSessions(2);
        String padding = "x".repeat(30_000);
        int published = 0;

        while (gateway.snapshot().sessions() == 2 && published < 2_000) {
            gateway.publish("{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42,\"x\":\""
                    + padding + "\",\"v\":" + published + "}");
            assertThat(GatewayTester.json(quick.readText()).get("v").intValue()).isEqualTo(published);
            gateway.assertBooksBalance();
            published++;
        }

        assertThat(gateway.snapshot().closes()).containsEntry(CloseReason.SLOW_CONSUMER, 1L);
        assertThat(gateway.snapshot().book().closed())
                .as("pairs that ended with the slow session")
                .isPositive();
        slow.close();
    }

    @Test
    void gracefulStopClosesEverybodyWithGoingAway() {
        restart("ws-drain-seconds", "1s");
        List<WireClient> diners = java.util.stream.LongStream.range(1, 11)
                .mapToObj(table -> gateway.diner(1, 1, table))
                .toList();
        gateway.awaitSessions(10);

        Thread stop = Thread.ofVirtual().start(gateway.gateway()::close);

        for (WireClient diner : diners) {
            assertThat(diner.readClose()).isEqualTo(1001);
            diner.close();
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> !stop.isAlive());
        gateway = GatewayTester.start();
    }

    @Test
    void healthTellsWhereSessionsAre() {
        gateway.diner(1, 1, 42);
        gateway.staff("waiter", 1, 5, 1, "WAITER");
        gateway.awaitSessions(2);

        String health = gateway.send(HttpRequest.newBuilder(gateway.publicUri("/ws/health")))
                .body();

        assertThat(GatewayTester.json(health).at("/connections/total").intValue())
                .isEqualTo(2);
        assertThat(GatewayTester.json(health)
                        .at("/connections/by_endpoint/diner")
                        .intValue())
                .isEqualTo(1);
        assertThat(GatewayTester.json(health).at("/status").stringValue()).isEqualTo("healthy");
        assertThat(gateway.send(HttpRequest.newBuilder(gateway.managementUri("/health/ready")))
                        .statusCode())
                .isEqualTo(200);
    }
}
