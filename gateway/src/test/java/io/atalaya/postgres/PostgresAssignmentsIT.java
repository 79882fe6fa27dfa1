package io.atalaya.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.assignment.Assignment;
import io.atalaya.assignment.AssignmentException;
import io.atalaya.assignment.AssignmentStore.Entry;
import io.atalaya.assignment.Day;
import io.atalaya.event.TenantId;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The platform's own tables, in a real database. */
@Timeout(60)
class PostgresAssignmentsIT {
    private static final TenantId TENANT = new TenantId("1");
    /** Half past ten in the evening of the first of June in Buenos Aires; the second of June in UTC. */
    private static final Clock EVENING =
            Clock.fixed(Instant.parse("2030-06-02T01:30:00Z"), ZoneId.of("America/Buenos_Aires"));

    private static EmbeddedPostgres server;
    private DataSource database;
    private PostgresAssignments assignments;

    @BeforeAll
    static void startServer() throws IOException {
        server = EmbeddedPostgres.start();
    }

    @AfterAll
    static void stopServer() throws IOException {
        server.close();
    }

    @BeforeEach
    void makeTables() {
        database = server.getPostgresDatabase();
        sql("DROP TABLE IF EXISTS branch_sector, waiter_sector_assignment");
        assignments = new PostgresAssignments(database, EVENING, Runnable::run);
        assignments.createTables();
    }

    @Test
    void aWaiterHasTheActiveSectorsOfTodayInTheLocalZoneWhateverTheShift() {
        sql("""
                INSERT INTO waiter_sector_assignment
                  (tenant_id, branch_id, sector_id, waiter_id, assignment_date, shift, is_active) VALUES
                  (1, 3, 5, 7, '2030-06-01', NULL, TRUE),
                  (1, 3, 5, 7, '2030-06-01', 'NIGHT', TRUE),
                  (1, 3, 6, 7, '2030-06-01', 'MORNING', TRUE),
                  (1, NULL, 8, 7, '2030-06-01', NULL, TRUE),
                  (1, 3, 90, 7, '2030-06-01', NULL, FALSE),
                  (1, 3, 91, 7, '2030-06-02', NULL, TRUE),
                  (1, 3, 92, 7, '2030-05-31', NULL, TRUE),
                  (1, 3, 93, 8, '2030-06-01', NULL, TRUE),
                  (2, 3, 94, 7, '2030-06-01', NULL, TRUE)""");

        assertThat(today(TENANT, "7")).containsExactlyInAnyOrder(sector("3", "5"), sector("3", "6"), everyBranch("8"));
        assertThat(today(new TenantId("2"), "7")).containsExactly(sector("3", "94"));
        assertThat(today(TENANT, "9")).isEmpty();
    }

    @Test
    void whoIsNoNumberHasNoSectors() {
        assertThat(today(TENANT, "anna")).isEmpty();
        assertThat(today(new TenantId("acme"), "7")).isEmpty();
        assertThat(today(TENANT, "99999999999999999999")).isEmpty();
        assertThat(assignments.list(new TenantId("acme"))).isEmpty();
    }

    @Test
    void readingTakesNothingButSelectOnOneTable() {
        sql("INSERT INTO waiter_sector_assignment (tenant_id, branch_id, sector_id, waiter_id, assignment_date)"
                + " VALUES (1, 3, 5, 7, '2030-06-01')");
        sql("DROP ROLE IF EXISTS reader");
        sql("CREATE ROLE reader LOGIN");
        sql("GRANT SELECT ON waiter_sector_assignment TO reader");
        try {
            var reader = new PostgresAssignments(server.getDatabase("reader", "postgres"), EVENING, Runnable::run);

            assertThat(reader.today(TENANT, "7").toCompletableFuture().join()).containsExactly(sector("3", "5"));
            assertThat(reader.list(TENANT)).hasSize(1);
            assertThatThrownBy(() -> reader.put(entry("7", "2030-06-01", sector("3", "6"))))
                    .isInstanceOf(AssignmentException.class)
                    .hasMessageContaining("permission denied");
            assertThatThrownBy(() -> reader.remove(entry("7", "2030-06-01", sector("3", "5"))))
                    .isInstanceOf(AssignmentException.class);
        } finally {
            sql("DROP OWNED BY reader");
            sql("DROP ROLE reader");
        }
    }

    @Test
    void anEntryIsMadeOnceEndedAndRevived() {
        Entry entry = entry("7", "2030-06-01", sector("3", "5"));

        assertThat(assignments.put(entry)).isTrue();
        assertThat(assignments.put(entry)).isFalse();
        assertThat(today(TENANT, "7")).containsExactly(sector("3", "5"));
        assertThat(assignments.list(TENANT)).containsExactly(entry);

        assertThat(assignments.remove(entry)).isTrue();
        assertThat(assignments.remove(entry)).isFalse();
        assertThat(today(TENANT, "7")).isEmpty();
        assertThat(assignments.list(TENANT)).isEmpty();

        assertThat(assignments.put(entry)).isTrue();
        assertThat(number("SELECT count(*) FROM waiter_sector_assignment")).isEqualTo(1);
        assertThat(assignments.put(entry("7", "2030-06-01", everyBranch("5")))).isTrue();
        assertThat(today(TENANT, "7")).containsExactlyInAnyOrder(sector("3", "5"), everyBranch("5"));
        assertThat(assignments.remove(entry("7", "2030-06-01", everyBranch("5"))))
                .isTrue();
        assertThat(today(TENANT, "7")).containsExactly(sector("3", "5"));
    }

    @Test
    void anEntryThatTheTablesCannotHoldIsRefusedInWords() {
        var daily = new Entry(TENANT, "7", new Day.Daily(), sector("3", "5"));
        assertThatThrownBy(() -> assignments.put(daily))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("day: daily (expected: a date; the database keeps assignments by date)");
        assertThatThrownBy(() -> assignments.put(entry("anna", "2030-06-01", sector("3", "5"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("subject: 'anna' (expected: a number");
        assertThatThrownBy(() -> assignments.put(entry("7", "2030-06-01", new Assignment(Map.of("pier_id", "1")))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("scope: pier_id");
        assertThatThrownBy(() -> assignments.put(entry("7", "2030-06-01", new Assignment(Map.of("branch_id", "1")))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sector_id: ''");
    }

    @Test
    void makingTheTablesAgainChangesNothing() {
        assignments.put(entry("7", "2030-06-01", sector("3", "5")));

        assignments.createTables();

        assertThat(assignments.list(TENANT)).hasSize(1);
    }

    @Test
    void aMissingTableIsAFailureAndNotAnEmptyAnswer() {
        sql("DROP TABLE waiter_sector_assignment");

        assertThatThrownBy(() -> today(TENANT, "7")).hasRootCauseInstanceOf(SQLException.class);
    }

    @Test
    void aTableThatIsLockedFailsWithinTheTimeout() throws SQLException {
        try (var blocker = database.getConnection()) {
            blocker.setAutoCommit(false);
            blocker.createStatement().execute("LOCK TABLE waiter_sector_assignment IN ACCESS EXCLUSIVE MODE");

            assertThatThrownBy(() -> today(TENANT, "7")).hasMessageContaining("canceling statement");

            blocker.rollback();
        }
        assertThat(today(TENANT, "7")).isEmpty();
    }

    @Test
    void theTodayIndexServesTheLookUp() {
        sql("INSERT INTO waiter_sector_assignment (tenant_id, branch_id, sector_id, waiter_id, assignment_date)"
                + " SELECT 1, 1, 1, i, '2030-06-01' FROM generate_series(1, 20000) AS i");
        sql("ANALYZE waiter_sector_assignment");

        assertThat(text("EXPLAIN SELECT branch_id FROM waiter_sector_assignment WHERE tenant_id = 1 AND waiter_id = 7"
                        + " AND assignment_date = '2030-06-01' AND is_active"))
                .contains("waiter_sector_assignment_today");
    }

    private List<Assignment> today(TenantId tenant, String subject) {
        return assignments
                .today(tenant, subject)
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    private void sql(String statement) {
        try (var connection = server.getPostgresDatabase().getConnection();
                var run = connection.createStatement()) {
            run.execute(statement);
        } catch (SQLException failure) {
            throw new AssertionError(failure);
        }
    }

    private long number(String query) {
        return Long.parseLong(text(query));
    }

    private String text(String query) {
        try (var connection = database.getConnection();
                var run = connection.createStatement();
                var rows = run.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        } catch (SQLException failure) {
            throw new AssertionError(failure);
        }
    }

    private static Entry entry(String waiter, String date, Assignment assignment) {
        return new Entry(TENANT, waiter, new Day.On(LocalDate.parse(date)), assignment);
    }

    private static Assignment sector(String branch, String sector) {
        return new Assignment(Map.of("branch_id", branch, "sector_id", sector));
    }

    private static Assignment everyBranch(String sector) {
        return new Assignment(Map.of("sector_id", sector));
    }
}
