package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiters whose sectors are in the platform's tables, and what becomes of them when the database is gone. */
@Timeout(60)
class SqlSectorsIT {
    private static final String ZONE = "Pacific/Kiritimati";
    private static final String IN_SECTOR =
            "{\"type\":\"ROUND_SUBMITTED\",\"tenant_id\":1,\"branch_id\":3,\"sector_id\":%d,\"session_id\":9}";
    private static final String IN_BRANCH = "{\"type\":\"ROUND_PENDING\",\"tenant_id\":1,\"branch_id\":3}";

    private EmbeddedPostgres server;
    private GatewayTester gateway;

    @BeforeEach
    void start() throws IOException {
        server = EmbeddedPostgres.start();
        gateway = GatewayTester.start(
                "assignments-source",
                "database",
                "assignments-create-tables",
                "true",
                "assignments-zone",
                ZONE,
                "database-url",
                "postgresql://postgres:postgres@localhost:%d/postgres".formatted(server.getPort()));
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        server.close();
    }

    @Test
    void aWaiterGetsTheEventsOfItsSectorsOfToday() {
        assign(7, 5);
        assign(8, 6);
        WireClient waiter = gateway.staff("waiter", 1, 7, 3, "WAITER");
        gateway.awaitSessions(1);

        gateway.publish(IN_SECTOR.formatted(6));
        gateway.publish(IN_SECTOR.formatted(5));

        assertThat(waiter.readText()).contains("\"sector_id\":5");
    }

    @Test
    void refreshingAsksTheDatabaseAndNotTheCache() {
        WireClient waiter = gateway.staff("waiter", 1, 7, 3, "WAITER");
        gateway.awaitSessions(1);
        waiter.sendText("refresh_sectors");
        assertThat(waiter.readText()).isEqualTo("sectors_updated:");
        assign(7, 5);

        waiter.sendText("refresh_sectors");

        assertThat(waiter.readText()).isEqualTo("sectors_updated:5");
        gateway.publish(IN_SECTOR.formatted(5));
        assertThat(waiter.readText()).contains("\"sector_id\":5");
    }

    @Test
    void withoutTheDatabaseAWaiterStillConnectsAndHearsOfItsBranch() throws IOException {
        assign(7, 5);
        server.close();

        WireClient waiter = gateway.staff("waiter", 1, 7, 3, "WAITER");
        gateway.awaitSessions(1);
        gateway.publish(IN_SECTOR.formatted(5));
        gateway.publish(IN_BRANCH);

        assertThat(waiter.readText()).contains("ROUND_PENDING");
        assertThat(gateway.gateway().core().assignments().counts().failed()
                        + gateway.gateway().core().assignments().counts().timedOut())
                .isPositive();
    }

    @Test
    void operatorsEditTheTablesThroughTheApi() {
        String entry =
                "{\"tenant\":\"1\",\"subject\":\"7\",\"day\":\"%s\",\"scope\":{\"branch_id\":\"3\",\"sector_id\":\"5\"}}";
        String today = LocalDate.now(ZoneId.of(ZONE)).toString();

        HttpResponse<String> made = edit("PUT", entry.formatted(today));
        HttpResponse<String> daily = edit("PUT", entry.formatted("daily"));

        assertThat(made.body()).isEqualTo("{\"changed\":true}");
        assertThat(daily.statusCode()).isEqualTo(400);
        assertThat(daily.body()).contains("day: daily (expected: a date");
        assertThat(gateway.management("/api/v1/assignments?tenant=1")
                        .at("/assignments/0/day")
                        .asString())
                .isEqualTo(today);
        WireClient waiter = gateway.staff("waiter", 1, 7, 3, "WAITER");
        waiter.sendText("refresh_sectors");
        assertThat(waiter.readText()).isEqualTo("sectors_updated:5");
    }

    private HttpResponse<String> edit(String method, String json) {
        return gateway.send(HttpRequest.newBuilder(gateway.managementUri("/api/v1/assignments"))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(json)));
    }

    private void assign(int waiter, int sector) {
        String insert =
                "INSERT INTO waiter_sector_assignment (tenant_id, branch_id, sector_id, waiter_id, assignment_date)"
                        + " VALUES (1, 3, %d, %d, '%s')".formatted(sector, waiter, LocalDate.now(ZoneId.of(ZONE)));
        try (var connection = server.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(insert);
        } catch (SQLException failure) {
            throw new AssertionError(failure);
        }
    }
}
