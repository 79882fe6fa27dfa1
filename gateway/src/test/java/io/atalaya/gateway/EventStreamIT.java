package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.auth.TokenMinter;
import io.atalaya.gateway.StreamClient.Message;
import io.atalaya.hub.ShardSnapshot;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.Wire;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Event streams over real sockets: what a WebSocket client can rely on, for those who only read. */
@Timeout(60)
class EventStreamIT {
    private GatewayTester gateway = GatewayTester.start();

    @AfterEach
    void close() {
        gateway.close();
    }

    private void restart(String... settings) {
        gateway.close();
        gateway = GatewayTester.start(settings);
    }

    private String diner(String more) {
        return "/sse/diner?table_token=" + gateway.tableToken(1, 1, 42) + more;
    }

    /** Publishes events for table 42 and returns the cursor of the last. */
    private String publish(int from, int count) {
        var events = new ArrayList<String>();
        for (int i = from; i < from + count; i++) {
            events.add("{\"type\":\"CART_CLEARED\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42,\"id\":\"e" + i
                    + "\"}");
        }
        return gateway.publish("[" + String.join(",\n ", events) + "]")
                .path("cursor")
                .stringValue();
    }

    private static String id(Message message) {
        return GatewayTester.json(message.data()).path("id").stringValue("");
    }

    private static List<String> ids(int from, int to) {
        var ids = new ArrayList<String>();
        for (int i = from; i < to; i++) {
            ids.add("e" + i);
        }
        return ids;
    }

    private static List<String> read(StreamClient client, int count) {
        var ids = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            ids.add(id(client.read()));
        }
        return ids;
    }

    private ShardSnapshot.Share streams() {
        return gateway.snapshot().share(Wire.SSE);
    }

    @Test
    void aStreamBringsTheSameJsonAsASocketWithTheCursorAsId() {
        StreamClient stream = gateway.dinerStream(1, 1, 42);
        WireClient socket = gateway.diner(1, 1, 42);
        gateway.awaitSessions(2);

        String cursor = publish(0, 1);

        Message message = stream.read();
        assertThat(message.data()).isEqualTo(socket.readText());
        assertThat(message.id()).isEqualTo(cursor);
        assertThat(streams().book().sent()).isEqualTo(1);
        assertThat(gateway.snapshot().share(Wire.WEBSOCKET).book().sent()).isEqualTo(1);
        gateway.assertBooksBalance();
    }

    @Test
    void theHeadForbidsWhatWouldHoldTheStreamBack() {
        StreamClient stream = gateway.staffStream("waiter", 1, 5, 1, "WAITER");

        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.header("content-type")).isEqualTo("text/event-stream");
        assertThat(stream.header("cache-control")).isEqualTo("no-store, no-transform");
        assertThat(stream.header("x-accel-buffering")).isEqualTo("no");
        assertThat(stream.header("connection")).isEqualTo("close");
        assertThat(stream.header("content-length") + stream.header("content-encoding"))
                .isEmpty();
        assertThat(stream.header("access-control-allow-origin")).isEqualTo(GatewayTester.ORIGIN);
        assertThat(stream.readBlock(Duration.ofSeconds(5)))
                .as("something of the body")
                .containsExactly(": hb");
    }

    @Test
    void nobodySeesWhatIsOfAnotherTenantBranchOrTable() {
        StreamClient otherTenant = gateway.dinerStream(2, 1, 42);
        StreamClient otherTable = gateway.dinerStream(1, 1, 43);
        StreamClient otherBranch = gateway.staffStream("waiter", 1, 5, 2, "WAITER");
        StreamClient otherTenantsAdmin = gateway.staffStream("admin", 2, 5, 1, "ADMIN");
        StreamClient own = gateway.dinerStream(1, 1, 42);
        gateway.awaitSessions(5);

        publish(0, 1);

        assertThat(id(own.read())).isEqualTo("e0");
        for (StreamClient other : List.of(otherTenant, otherTable, otherBranch, otherTenantsAdmin)) {
            assertThat(other.poll(Duration.ofMillis(100))).isEmpty();
        }
    }

    @Test
    void aCursorOfAnotherTenantOpensNothing() {
        String cursor = publish(0, 3);
        publish(3, 3);

        StreamClient stranger =
                gateway.stream("/sse/diner?table_token=" + gateway.tableToken(2, 1, 42), "Last-Event-ID: " + cursor);

        for (var message = stranger.poll(Duration.ofMillis(300));
                message.isPresent();
                message = stranger.poll(Duration.ofMillis(300))) {
            assertThat(message.get().data()).startsWith("{\"type\":\"gap\"");
        }
    }

    @Test
    void refusalsAreAnsweredWithAStatus() {
        String token = gateway.staffToken(1, 5, 1, "WAITER");
        String allowed = "Origin: " + GatewayTester.ORIGIN;

        assertThat(gateway.stream("/sse/waiter", allowed).status()).isEqualTo(401);
        assertThat(gateway.stream("/sse/waiter?token=a.b.c", allowed).status()).isEqualTo(401);
        assertThat(gateway.stream("/sse/waiter?token=%GG", allowed).status()).isEqualTo(401);
        assertThat(gateway.stream("/sse/waiter?token=" + gateway.tableToken(1, 1, 42), allowed)
                        .status())
                .isEqualTo(401);
        assertThat(gateway.stream("/sse/admin?token=" + token, allowed).status())
                .isEqualTo(403);
        assertThat(gateway.stream("/sse/waiter?token=" + token).status()).isEqualTo(403);
        StreamClient evil = gateway.stream("/sse/waiter?token=" + token, "Origin: https://evil.example");
        assertThat(evil.status()).isEqualTo(403);
        assertThat(evil.readRest()).contains("Origin not allowed");
        assertThat(gateway.stream("/sse/nobody?token=" + token).status()).isEqualTo(404);
        assertThat(streams().refusals())
                .containsEntry(CloseReason.AUTHENTICATION_FAILED, 4L)
                .containsEntry(CloseReason.ROLE_NOT_ALLOWED, 1L)
                .containsEntry(CloseReason.ORIGIN_NOT_ALLOWED, 2L);
        assertThat(gateway.snapshot().sessions()).isZero();
    }

    @Test
    void answersAreCountedByTheirStatusLikeAnyOther() {
        String allowed = "Origin: " + GatewayTester.ORIGIN;
        gateway.dinerStream(1, 1, 42);
        gateway.stream("/sse/waiter?token=a.b.c", allowed);
        gateway.stream("/sse/admin?token=" + gateway.staffToken(1, 5, 1, "WAITER"), allowed);
        String noHandshake = "/ws/diner?table_token=" + gateway.tableToken(1, 1, 42);
        StreamClient old = gateway.stream(noHandshake, "Upgrade: websocket", "Connection: Upgrade");

        assertThat(old.status()).isEqualTo(426);
        String metrics = gateway.send(HttpRequest.newBuilder(gateway.managementUri("/metrics?view=atalaya")))
                .body();
        assertThat(metrics)
                .contains(
                        "atalaya_http_answers_total{port=\"public\",status=\"200\"} 1.0\n",
                        "atalaya_http_answers_total{port=\"public\",status=\"401\"} 1.0\n",
                        "atalaya_http_answers_total{port=\"public\",status=\"403\"} 1.0\n",
                        "atalaya_http_answers_total{port=\"public\",status=\"426\"} 1.0\n")
                .doesNotContain("endpoint=\"/sse/diner\"");
    }

    @Test
    void limitsCountBothKindsOfSessionsTogether() {
        restart("ws-max-total-connections", "4");
        gateway.staff("waiter", 1, 5, 1, "WAITER");
        gateway.staffStream("waiter", 1, 5, 1, "WAITER");
        gateway.staff("waiter", 1, 5, 1, "WAITER");
        gateway.awaitSessions(3);

        StreamClient fourth = gateway.staffStream("waiter", 1, 5, 1, "WAITER");
        gateway.dinerStream(1, 1, 42);
        gateway.awaitSessions(4);
        StreamClient full = gateway.dinerStream(1, 1, 43);

        assertThat(fourth.status()).isEqualTo(429);
        assertThat(fourth.header("retry-after")).isNotEmpty();
        assertThat(full.status()).isEqualTo(503);
        assertThat(full.header("retry-after")).isNotEmpty();
        assertThat(gateway.diner(1, 1, 44).readClose()).isEqualTo(1013);
    }

    @Test
    void theConnectRateIsOne() {
        restart("ws-connect-rate", "0.01", "ws-connect-wait", "0s");
        gateway.diner(1, 1, 42);

        assertThat(gateway.dinerStream(1, 1, 43).status()).isEqualTo(503);
        assertThat(streams().refusals()).containsEntry(CloseReason.CONNECT_RATE, 1L);
    }

    @Test
    void sinceNowTellsThePositionInTheIdToo() {
        String cursor = publish(0, 3);

        StreamClient stream = gateway.stream(diner("&since=now"));

        Message position = stream.read();
        assertThat(position.id()).isEqualTo(cursor);
        assertThat(position.data()).isEqualTo("{\"type\":\"position\",\"cursor\":\"" + cursor + "\"}");
    }

    @Test
    void aForgottenPositionIsAnsweredByAGap() {
        restart("log-store", "memory", "log-max-events", "10");
        String old = publish(0, 1);
        publish(1, 50);

        StreamClient stream = gateway.stream(diner(""), "Last-Event-ID: " + old);

        Message gap = stream.read();
        assertThat(gap.data()).startsWith("{\"type\":\"gap\",\"reason\":\"retention\"");
        assertThat(gap.id())
                .isEqualTo(GatewayTester.json(gap.data()).path("cursor").stringValue());
        assertThat(read(stream, 10)).isEqualTo(ids(41, 51));
    }

    @Test
    void aBrowserThatComesBackByItselfMissesAndRepeatsNothing() throws Exception {
        var stop = new AtomicBoolean();
        StreamClient stream = gateway.stream(diner("&since=now"));
        stream.read();
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
            received.addAll(read(stream, 50 + connection * 7));
            String last = stream.lastEventId();
            stream.close();
            // the query is the one of the first connection: the header says where the client is
            stream = gateway.stream(diner("&since=now"), "Last-Event-ID: " + last);
        }
        stop.set(true);
        int count = published.get();
        received.addAll(read(stream, count - received.size()));

        assertThat(received).isEqualTo(ids(0, count));
        assertThat(stream.poll(Duration.ofMillis(100))).isEmpty();
        await().untilAsserted(() -> assertThat(
                        gateway.gateway().core().recovery().totals().active())
                .isZero());
        gateway.assertBooksBalance();
    }

    @Test
    void aSlowReaderIsClosedAndCostsNobodyElseAnything() {
        restart("ws-max-outbound-bytes", "64KiB");
        StreamClient slow = StreamClient.get(gateway.port(), 4_096, diner(""));
        StreamClient quick = gateway.dinerStream(1, 1, 42);
        gateway.awaitSessions(2);
        String padding = "x".repeat(30_000);
        int published = 0;
        while (gateway.snapshot().sessions() == 2 && published < 2_000) {
            gateway.publish("{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42,\"x\":\""
                    + padding + "\",\"v\":" + published + "}");
            assertThat(GatewayTester.json(quick.readData()).path("v").intValue())
                    .isEqualTo(published);
            published++;
        }

        assertThat(streams().closes()).containsEntry(CloseReason.SLOW_CONSUMER, 1L);
        assertThat(streams().book().closed()).isPositive();
        gateway.assertBooksBalance();
        List<Integer> numbers = numbers(slow.readRest());
        assertThat(numbers)
                .as("a beginning of what was published, in order")
                .isEqualTo(IntStream.range(0, numbers.size()).boxed().toList());
        assertThat(numbers).hasSizeBetween(1, published);
        slow.close();
    }

    /** The {@code v} of every message that came whole. */
    private static List<Integer> numbers(String stream) {
        return stream.substring(0, stream.lastIndexOf("\n\n"))
                .lines()
                .filter(line -> line.startsWith("data: {\"type\":\"ROUND_READY\""))
                .map(line -> GatewayTester.json(line.substring(6)).path("v").intValue())
                .toList();
    }

    @Test
    void readersNeedSayNothingAndAreKept() {
        restart("ws-heartbeat-timeout", "1s", "ws-ping-interval", "200ms");
        StreamClient stream = gateway.dinerStream(1, 1, 42);
        for (int i = 0; i < 12; i++) {
            assertThat(stream.readBlock(Duration.ofSeconds(5))).containsExactly(": hb");
        }

        publish(0, 1);

        assertThat(read(stream, 1)).isEqualTo(ids(0, 1));
    }

    @Test
    void aReaderThatTakesNothingIsGivenUp() {
        restart("ws-heartbeat-timeout", "1s", "ws-ping-interval", "200ms", "ws-max-outbound-bytes", "16MiB");
        StreamClient stuck = StreamClient.get(gateway.port(), 4_096, diner(""));
        gateway.awaitSessions(1);
        String padding = "x".repeat(60_000);
        for (int i = 0; i < 200; i++) {
            gateway.publish("{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42,\"x\":\""
                    + padding + "\"}");
        }

        gateway.awaitSessions(0);
        assertThat(streams().closes().getOrDefault(CloseReason.HEARTBEAT_TIMEOUT, 0L)
                        + streams().connectionsLost())
                .isEqualTo(1);
        stuck.close();
    }

    @Test
    void theEndOfATokenARevocationAndAnOperatorEndStreams() {
        var soon = GatewayTester.minter(InstantSource.system())
                .table(new TokenMinter.Table(1, 1, 7, 42), Duration.ofSeconds(2));
        StreamClient expiring = gateway.stream("/sse/diner?table_token=" + soon);
        StreamClient revoked = gateway.staffStream("waiter", 1, 5, 1, "WAITER");
        StreamClient disconnected = gateway.staffStream("waiter", 1, 6, 1, "WAITER");
        gateway.awaitSessions(3);

        operate("/api/v1/revocations", "{\"tenant\":\"1\",\"subject\":\"5\"}");
        operate("/api/v1/sessions/disconnect", "{\"tenant\":\"1\",\"subject\":\"6\"}");

        assertThat(revoked.readClose()).isEqualTo(4001);
        assertThat(disconnected.readClose()).isEqualTo(1000);
        assertThat(expiring.readClose()).isEqualTo(4001);
    }

    @Test
    void operatorsSeeHowASessionIsReached() {
        gateway.dinerStream(1, 1, 42);
        gateway.awaitSessions(1);

        assertThat(gateway.management("/api/v1/sessions").toString()).contains("\"transport\":\"sse\"");
        assertThat(gateway.send(HttpRequest.newBuilder(gateway.managementUri("/metrics")))
                        .body())
                .contains("atalaya_sessions_active{endpoint=\"diner\",transport=\"sse\"} 1.0\n")
                .contains("atalaya_sessions_accepted_total{transport=\"sse\"} 1.0\n");
    }

    private void operate(String path, String json) {
        HttpResponse<String> answer = gateway.send(HttpRequest.newBuilder(gateway.managementUri(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 204);
    }

    @Test
    void whoLeavesIsGoneAndWhoBreaksOffIsLost() {
        StreamClient leaving = gateway.dinerStream(1, 1, 42);
        StreamClient breaking = gateway.dinerStream(1, 1, 42);
        gateway.awaitSessions(2);

        leaving.readBlock(Duration.ofSeconds(5)); // what is closed with something unread is broken off
        leaving.close();
        gateway.awaitSessions(1);
        assertThat(streams().closedByClient()).isEqualTo(1);
        breaking.reset();
        gateway.awaitSessions(0);

        assertThat(streams().connectionsLost()).isEqualTo(1);
    }

    @Test
    void aGracefulStopTellsEverybody() {
        restart("ws-drain-seconds", "1s");
        List<StreamClient> streams = LongStream.range(1, 11)
                .mapToObj(table -> gateway.dinerStream(1, 1, table))
                .toList();
        gateway.awaitSessions(10);

        Thread stop = Thread.ofVirtual().start(gateway.gateway()::close);

        assertThat(streams).allSatisfy(stream -> assertThat(stream.readClose()).isEqualTo(1001));
        await().atMost(Duration.ofSeconds(20)).until(() -> !stop.isAlive());
        gateway = GatewayTester.start();
    }

    @Test
    void aConnectionThatHasServedOtherRequestsCanBecomeAStream() throws Exception {
        var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        try (client) {
            var health = HttpRequest.newBuilder(gateway.publicUri("/ws/health")).build();
            assertThat(client.send(health, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);

            try (BufferedReader stream = open(client, gateway.port())) {
                gateway.awaitSessions(1);
                publish(0, 1);
                assertThat(nextData(stream)).contains("\"id\":\"e0\"");
            }
        }
    }

    @Test
    void aBufferingProxyHoldsNothingBack() throws Exception {
        try (var proxy = new BufferingProxy(gateway.port());
                var client = HttpClient.newHttpClient();
                BufferedReader stream = open(client, proxy.port())) {
            gateway.awaitSessions(1);
            for (int i = 0; i < 20; i++) {
                publish(i, 1);
                assertThat(nextData(stream)).as("before anything else is sent").contains("\"id\":\"e" + i + "\"");
            }
        }
    }

    private BufferedReader open(HttpClient client, int port) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + diner("")))
                .timeout(Duration.ofSeconds(10))
                .build();
        var answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
    }

    private static String nextData(BufferedReader stream) throws IOException {
        String line = stream.readLine();
        while (!line.startsWith("data: ")) {
            line = stream.readLine();
        }
        return line;
    }
}
