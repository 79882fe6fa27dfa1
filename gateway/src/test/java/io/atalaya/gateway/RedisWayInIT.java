package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.redis.RedisServer;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Events that come by Redis Pub/Sub, and what an outage of Redis costs: what Pub/Sub loses, and nothing else. */
@Timeout(90)
class RedisWayInIT {
    private static final Duration QUIET = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String EVENT = "{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42,"
            + "\"entity\":{\"round_id\":%d}}";

    private final RedisServer redis = RedisServer.start();
    private GatewayTester gateway;

    @BeforeEach
    void start() {
        gateway = GatewayTester.start("redis-url", redis.url().toString(), "redis-event-queue-size", "100");
        awaitSubscribed(true);
    }

    @AfterEach
    void close() {
        gateway.close();
        redis.close();
    }

    private void awaitSubscribed(boolean wanted) {
        await().atMost(PATIENCE).until(() -> health().statusCode() == (wanted ? 200 : 503));
    }

    private HttpResponse<String> health() {
        return gateway.send(HttpRequest.newBuilder(gateway.publicUri("/ws/health/detailed")));
    }

    @Test
    void oneEventByThreeChannelsIsDeliveredOnce() {
        WireClient admin = gateway.staff("admin", 1, 5, 1, "ADMIN");
        WireClient diner = gateway.diner(1, 1, 42);
        gateway.awaitSessions(2);

        for (String channel : List.of("branch:1:waiters", "channel:branch:1:admin", "channel:session:42")) {
            redis.publish(channel, EVENT.formatted(7));
        }

        assertThat(admin.drain(QUIET)).hasSize(1);
        assertThat(diner.drain(QUIET)).hasSize(1);
    }

    @Test
    void theSameEventAgainOnTheSameChannelIsANewOne() {
        WireClient diner = gateway.diner(1, 1, 42);
        gateway.awaitSessions(1);

        redis.publish("session:42", EVENT.formatted(7));
        redis.publish("session:42", EVENT.formatted(7));

        assertThat(diner.drain(QUIET)).hasSize(2);
    }

    @Test
    void channelDoesNotDecideTheAudience() {
        WireClient diner = gateway.diner(1, 1, 43);
        gateway.awaitSessions(1);

        redis.publish("session:43", EVENT.formatted(7));

        assertThat(diner.drain(QUIET)).isEmpty();
    }

    @Test
    void whatTheProfileDoesNotAcceptIsQuarantined() {
        redis.publish("session:42", "{\"type\":\"ROUND_READY\",\"branch_id\":1}");
        redis.publish("session:42", "no json");

        await().atMost(PATIENCE)
                .until(() ->
                        gateway.management("/api/v1/quarantine").get("entries").size() == 2);
        gateway.assertBooksBalance();
    }

    @Test
    void aBurstBeyondTheQueueIsLostInPartAndEveryVocabularySaysHowMuch() {
        int burst = 5_000;
        redis.command(
                "EVAL",
                "for i = 1, %d do redis.call('PUBLISH', 'session:42', string.format(ARGV[1], i)) end".formatted(burst),
                "0",
                EVENT);

        await().atMost(PATIENCE)
                .until(() -> sum("atalaya_redis_messages_total") == burst && sum("atalaya_redis_messages_queued") == 0);
        double dropped = sum("atalaya_redis_messages_dropped_total");
        assertThat(dropped).isPositive().isLessThan(burst);
        assertThat(sum("events_dropped_total")).isEqualTo(dropped);
        assertThat(sum("wsgateway_events_dropped_total")).isEqualTo(dropped);
        JsonNode book = gateway.management("/api/v1/books").path("intake");
        assertThat(book.at("/dropped/source_overflow").doubleValue()).isEqualTo(dropped);
        assertThat(book.path("logged").doubleValue()).isEqualTo(burst - dropped);
    }

    /** The sum of the series of one name, as a scraper sees them. */
    private double sum(String name) {
        return gateway.send(HttpRequest.newBuilder(gateway.managementUri("/metrics/prometheus")))
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void outageIsSeenAndSurvived() {
        WireClient diner = gateway.diner(1, 1, 42);
        gateway.awaitSessions(1);
        redis.kill();
        awaitSubscribed(false);
        gateway.publish(EVENT.formatted(1));
        assertThat(diner.drain(QUIET)).as("HTTP goes on without Redis").hasSize(1);

        redis.restart();
        awaitSubscribed(true);
        redis.publish("session:42", EVENT.formatted(2));

        assertThat(diner.readText()).contains("\"round_id\":2");
    }

    @Test
    void connectIsToldToComeBackWhileRevocationCannotBeChecked() {
        redis.kill();
        awaitSubscribed(false);

        WireClient waiter = gateway.staff("waiter", 1, 5, 1, "WAITER");

        assertThat(waiter.readClose()).isEqualTo(1013);
    }
}
