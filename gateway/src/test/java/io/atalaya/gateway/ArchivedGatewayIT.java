package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.postgres.PostgresServer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** A gateway with a database: what was delivered is archived, and an outage of the database is no outage. */
@Timeout(180)
final class ArchivedGatewayIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String EVENT =
            "{\"type\":\"%s\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42,\"entity\":{\"round_id\":%d}}";

    private static PostgresServer server;

    private URI database = URI.create("");
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
        database = server.createDatabase();
        gateway = GatewayTester.start("database-url", database.toString(), "archive-batch-interval", "50ms");
        await().atMost(PATIENCE).until(() -> archiveBook().path("known").booleanValue());
    }

    @AfterEach
    void close() {
        assertThat(archiveBook().path("balanced").booleanValue())
                .as("%s", archiveBook())
                .isTrue();
        gateway.close();
    }

    private JsonNode archiveBook() {
        return gateway.management("/api/v1/books").path("archive");
    }

    private void awaitArchived(int archived) {
        await().atMost(PATIENCE)
                .until(() -> archiveBook().path("archived").asInt() == archived
                        && archiveBook().path("backlog").asInt() == 0);
    }

    private HttpResponse<String> operate(String method, String path, String body) {
        return gateway.send(HttpRequest.newBuilder(gateway.managementUri(path))
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));
    }

    @Test
    void whatIsPublishedIsArchived() {
        gateway.publish(EVENT.formatted("ROUND_READY", 1));
        gateway.publish(EVENT.formatted("ROUND_SERVED", 2));

        awaitArchived(2);

        assertThat(server.query(database, "SELECT type || scope::text FROM events ORDER BY log_offset"))
                .containsExactly(
                        "ROUND_READY{\"branch_id\": \"1\", \"session_id\": \"42\"}",
                        "ROUND_SERVED{\"branch_id\": \"1\", \"session_id\": \"42\"}");
        String metrics = gateway.send(HttpRequest.newBuilder(gateway.managementUri("/metrics/prometheus")))
                .body();
        assertThat(metrics)
                .contains("atalaya_archive_events{state=\"archived\"} 2.0")
                .contains("atalaya_books_balanced{book=\"archive\"} 1.0")
                .contains("atalaya_circuit_breaker_state{name=\"database\"} 0.0")
                .contains("atalaya_dependency_up{name=\"database\"} 1.0");
    }

    @Test
    void deadLettersAreSeenRedrivenAndDiscarded() {
        refuse("ROUND_SERVED");
        gateway.publish(EVENT.formatted("ROUND_READY", 1));
        gateway.publish(EVENT.formatted("ROUND_SERVED", 2));
        gateway.publish(EVENT.formatted("ROUND_SERVED", 3));
        gateway.publish(EVENT.formatted("ROUND_SERVED", 4));
        awaitArchived(1);

        JsonNode page = gateway.management("/api/v1/dead-letters?code=P0001&limit=2");
        String first = page.at("/dead_letters/0/id").asString();
        String second = page.at("/dead_letters/1/id").asString();
        assertThat(page.path("total").asInt()).isEqualTo(3);
        assertThat(page.path("next").asString()).isEqualTo(second);
        assertThat(gateway.management("/api/v1/dead-letters/" + first)
                        .path("body")
                        .asString())
                .contains("\"round_id\":2");
        assertThat(operate("POST", "/api/v1/dead-letters/" + first + "/redrive", "")
                        .statusCode())
                .isEqualTo(409);
        assertThat(operate("DELETE", "/api/v1/dead-letters/" + first, "").statusCode())
                .isEqualTo(200);
        assertThat(operate("DELETE", "/api/v1/dead-letters/" + first, "").statusCode())
                .isEqualTo(404);

        server.execute(database, "DROP TRIGGER refuse ON event");
        assertThat(operate("POST", "/api/v1/dead-letters/" + second + "/redrive", "")
                        .statusCode())
                .isEqualTo(200);
        assertThat(operate("POST", "/api/v1/dead-letters/redrive", "{\"code\":\"P0001\"}")
                        .body())
                .contains("\"archived\":1");

        assertThat(archiveBook().path("archived").asInt()).isEqualTo(3);
        assertThat(archiveBook().path("dead_lettered").asInt()).isZero();
        assertThat(archiveBook().at("/purged/dead_letter").asInt()).isEqualTo(1);
        assertThat(operate("POST", "/api/v1/dead-letters/redrive", "{\"cod\":1}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(operate("GET", "/api/v1/dead-letters/nonsense", "").statusCode())
                .isEqualTo(404);
        assertThat(operate("GET", "/api/v1/dead-letters?limit=0", "").statusCode())
                .isEqualTo(400);
    }

    private void refuse(String type) {
        server.execute(database, """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN IF NEW.type = '%s' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$;
                CREATE TRIGGER refuse BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION refuse()""".formatted(type));
    }

    @Test
    void anOutageOfTheDatabaseIsNoOutage() {
        WireClient diner = gateway.diner(1, 1, 42);
        gateway.awaitSessions(1);
        gateway.publish(EVENT.formatted("ROUND_READY", 1));
        assertThat(diner.readText()).contains("\"round_id\":1");
        awaitArchived(1);

        server.stop();
        gateway.publish(EVENT.formatted("ROUND_READY", 2));
        assertThat(diner.readText()).contains("\"round_id\":2");
        assertThat(archiveBook().path("backlog").asInt()).isEqualTo(1);
        await().atMost(PATIENCE)
                .until(() -> operate("GET", "/health/database", "").statusCode() == 503);
        await().atMost(PATIENCE)
                .until(() -> gateway.management("/health/ready")
                        .at("/checks/archive")
                        .asString()
                        .equals("unavailable"));
        assertThat(operate("GET", "/health/ready", "").statusCode()).isEqualTo(200);

        server.restart();

        awaitArchived(2);
    }
}
