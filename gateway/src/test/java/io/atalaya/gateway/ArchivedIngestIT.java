package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.postgres.PostgresServer;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** The collector's clients, and those of the gateway's own query, against the whole product with a real database. */
@Timeout(180)
final class ArchivedIngestIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String RANGE = "&from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z";

    private static PostgresServer server;

    private GatewayTester gateway;

    @BeforeAll
    static void startServer() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void start() {
        gateway = GatewayTester.start(
                "profile",
                "ingest",
                "collector-anonymous",
                "loopback",
                "ingest-api-keys",
                "key-of-acme=acme",
                "query-api-keys",
                "reader-of-acme=acme,reader-of-all=*",
                "database-url",
                server.createDatabase().toString(),
                "archive-batch-interval",
                "50ms");
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void whatIsPostedIsFoundByItsOwnTenantInEveryShape() {
        for (int i = 0; i < 25; i++) {
            assertThat(post("", "s" + i % 2, i).statusCode()).isEqualTo(202);
            assertThat(post("key-of-acme", "s1", i).statusCode()).isEqualTo(202);
        }
        await().atMost(PATIENCE)
                .until(() -> get("reader-of-all", "/api/v1/events?limit=1000")
                                .path("events")
                                .size()
                        == 50);

        assertThat(get("", "/events?service=s0" + RANGE).path("total").asInt()).isEqualTo(13);
        assertThat(get("", "/events?service=s1" + RANGE).path("total").asInt()).isEqualTo(12);
        assertThat(get("reader-of-acme", "/events?service=s1" + RANGE)
                        .path("total")
                        .asInt())
                .isEqualTo(25);
        assertThat(get("reader-of-acme", "/events?service=s0" + RANGE)
                        .path("total")
                        .asInt())
                .isZero();
        JsonNode page = get("", "/events?service=s0&page=2&pageSize=5&sortOrder=ASC" + RANGE);
        assertThat(page.path("items"))
                .extracting(item -> item.path("message").asString())
                .containsExactly("m10", "m12", "m14", "m16", "m18");
        assertThat(pages("reader-of-acme", "/api/v1/events?service=s1&limit=10&order=oldest&time=event"))
                .hasSize(25);
    }

    @Test
    void statisticsAndHealthAreThoseOfTheDatabase() {
        post("", "s0", 1);
        post("", "s0", 2);
        post("key-of-acme", "s1", 3);
        await().atMost(PATIENCE)
                .until(() ->
                        get("reader-of-all", "/api/v1/events").path("events").size() == 3);
        // numbers may be ten seconds old
        await().atMost(PATIENCE)
                .until(() -> gateway.management("/health/business")
                                .path("totalEvents")
                                .asInt()
                        == 3);

        JsonNode business = gateway.management("/health/business");
        JsonNode database = gateway.management("/health/database");
        JsonNode detailed = gateway.management("/health/detailed");

        assertThat(business.path("totalEvents").asInt()).isEqualTo(3);
        assertThat(business.path("eventsByService").toString()).isEqualTo("{\"s0\":2,\"s1\":1}");
        assertThat(database.path("database").asString()).isEqualTo("connected");
        assertThat(database.at("/circuitBreaker/state").asString()).isEqualTo("CLOSED");
        assertThat(detailed.path("status").asString()).isEqualTo("healthy");
        assertThat(detailed.at("/business/totalEvents").asInt()).isEqualTo(3);
    }

    private Set<String> pages(String key, String query) {
        var ids = new HashSet<String>();
        String cursor = "";
        do {
            JsonNode page = get(key, query + cursor);
            page.path("events")
                    .forEach(event -> assertThat(ids.add(event.path("id").asString()))
                            .as("each once")
                            .isTrue());
            cursor = page.path("next").isNull()
                    ? ""
                    : "&cursor=" + page.path("next").asString();
        } while (!cursor.isEmpty());
        return ids;
    }

    private HttpResponse<String> post(String key, String service, int number) {
        return send(
                key,
                HttpRequest.newBuilder(gateway.publicUri("/events"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(
                                "{\"timestamp\":\"2026-05-01T10:00:%02dZ\",\"service\":\"%s\",\"message\":\"m%d\"}"
                                        .formatted(number, service, number))));
    }

    private JsonNode get(String key, String path) {
        return GatewayTester.json(
                send(key, HttpRequest.newBuilder(gateway.publicUri(path))).body());
    }

    private HttpResponse<String> send(String key, HttpRequest.Builder request) {
        return gateway.send(key.isEmpty() ? request : request.header("Authorization", "Bearer " + key));
    }
}
