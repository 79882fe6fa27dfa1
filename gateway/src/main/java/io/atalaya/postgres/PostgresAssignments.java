package io.atalaya.postgres;

import io.atalaya.assignment.Assignment;
import io.atalaya.assignment.AssignmentException;
import io.atalaya.assignment.AssignmentRegister;
import io.atalaya.assignment.AssignmentStore;
import io.atalaya.assignment.AssignmentStore.Entry;
import io.atalaya.assignment.CachedAssignments;
import io.atalaya.assignment.Day;
import io.atalaya.event.TenantId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import javax.sql.DataSource;

/**
 * The sectors of waiters in the restaurant platform's tables. Thread-safe: immutable; every call takes a connection of its
 * own.
 *
 * <p>A waiter has every sector that an active row of today gives it, whatever the shift. The tables belong to the platform:
 * to look up takes SELECT on {@code waiter_sector_assignment} and nothing else; to edit takes INSERT and UPDATE. Tenants
 * and users are numbers there, so one whose name is none has no sectors.
 */
public final class PostgresAssignments implements CachedAssignments.Source, AssignmentRegister {
    private static final int TIMEOUT_SECONDS = (int) CachedAssignments.TIMEOUT.toSeconds();
    private static final String BRANCH = "branch_id";
    private static final String SECTOR = "sector_id";

    private static final String TODAY = """
            SELECT DISTINCT branch_id, sector_id FROM waiter_sector_assignment
            WHERE tenant_id = ? AND waiter_id = ? AND assignment_date = ? AND is_active
            ORDER BY branch_id, sector_id""";
    private static final String LIST = """
            SELECT DISTINCT waiter_id, assignment_date, branch_id, sector_id FROM waiter_sector_assignment
            WHERE tenant_id = ? AND is_active
            ORDER BY assignment_date DESC, waiter_id, branch_id, sector_id LIMIT ?""";
    private static final String SAME =
            "tenant_id = ? AND waiter_id = ? AND assignment_date = ? AND branch_id IS NOT DISTINCT FROM ? AND sector_id = ?";
    private static final String FIND = "SELECT 1 FROM waiter_sector_assignment WHERE is_active AND " + SAME;
    private static final String REVIVE =
            "UPDATE waiter_sector_assignment SET is_active = TRUE WHERE shift IS NULL AND " + SAME;
    private static final String INSERT = """
            INSERT INTO waiter_sector_assignment (tenant_id, waiter_id, assignment_date, branch_id, sector_id, is_active)
            VALUES (?, ?, ?, ?, ?, TRUE)""";
    private static final String END =
            "UPDATE waiter_sector_assignment SET is_active = FALSE WHERE is_active AND " + SAME;

    private final DataSource database;
    private final Clock clock;
    private final Executor worker;

    /**
     * @param clock says what day it is, in the zone whose midnight ends the day
     * @param worker runs look-ups; may be blocked
     */
    public PostgresAssignments(DataSource database, Clock clock, Executor worker) {
        this.database = database;
        this.clock = clock;
        this.worker = worker;
    }

    /** Makes the tables and the index where they are missing; changes nothing that is there. */
    public void createTables() {
        call("tables not made", connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute(script());
            }
            return true;
        });
    }

    private static String script() {
        try (InputStream script = Objects.requireNonNull(
                PostgresAssignments.class.getResourceAsStream("/db/sectors.sql"), "/db/sectors.sql")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public CompletionStage<List<Assignment>> today(TenantId tenant, String subject) {
        OptionalLong tenantId = number(tenant.value());
        OptionalLong waiterId = number(subject);
        if (tenantId.isEmpty() || waiterId.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        return CompletableFuture.supplyAsync(() -> today(tenantId.getAsLong(), waiterId.getAsLong()), worker);
    }

    private List<Assignment> today(long tenantId, long waiterId) {
        return call("assignments not read", connection -> {
            try (PreparedStatement query = statement(connection, TODAY)) {
                query.setLong(1, tenantId);
                query.setLong(2, waiterId);
                query.setObject(3, LocalDate.now(clock));
                var found = new ArrayList<Assignment>();
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        found.add(assignment(rows));
                    }
                }
                return found;
            }
        });
    }

    @Override
    public List<Entry> list(TenantId tenant) {
        OptionalLong tenantId = number(tenant.value());
        if (tenantId.isEmpty()) {
            return List.of();
        }
        return call("assignments not listed", connection -> {
            try (PreparedStatement query = statement(connection, LIST)) {
                query.setLong(1, tenantId.getAsLong());
                query.setInt(2, AssignmentStore.MAX_ENTRIES);
                var entries = new ArrayList<Entry>();
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        var day = new Day.On(rows.getObject("assignment_date", LocalDate.class));
                        entries.add(new Entry(tenant, rows.getString("waiter_id"), day, assignment(rows)));
                    }
                }
                return entries;
            }
        });
    }

    private static Assignment assignment(ResultSet row) throws SQLException {
        var scope = new HashMap<String, String>();
        scope.put(SECTOR, row.getString(SECTOR));
        Optional.ofNullable(row.getString(BRANCH)).ifPresent(branch -> scope.put(BRANCH, branch));
        return new Assignment(scope);
    }

    @Override
    public boolean put(Entry entry) {
        Row row = Row.of(entry);
        return call("assignment not written", connection -> {
            try (PreparedStatement find = statement(connection, FIND)) {
                row.fill(find);
                try (ResultSet found = find.executeQuery()) {
                    if (found.next()) {
                        return false;
                    }
                }
            }
            if (update(connection, REVIVE, row) == 0) {
                update(connection, INSERT, row);
            }
            return true;
        });
    }

    @Override
    public boolean remove(Entry entry) {
        Row row = Row.of(entry);
        return call("assignment not ended", connection -> update(connection, END, row) > 0);
    }

    private static int update(Connection connection, String sql, Row row) throws SQLException {
        try (PreparedStatement update = statement(connection, sql)) {
            row.fill(update);
            return update.executeUpdate();
        }
    }

    private static PreparedStatement statement(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout(TIMEOUT_SECONDS);
        return statement;
    }

    private <T> T call(String failed, Call<T> call) {
        try (Connection connection = database.getConnection()) {
            T result = call.on(connection);
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
            return result;
        } catch (SQLException failure) {
            throw new AssignmentException("%s: %s".formatted(failed, failure.getMessage()), failure);
        }
    }

    /** Work on one connection. */
    @FunctionalInterface
    private interface Call<T> {
        T on(Connection connection) throws SQLException;
    }

    private static OptionalLong number(String text) {
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException _) {
            return OptionalLong.empty();
        }
    }

    /**
     * An entry as a row. Immutable.
     *
     * @param branchId empty for a sector of every branch
     */
    private record Row(long tenantId, long waiterId, LocalDate date, OptionalLong branchId, long sectorId) {
        static Row of(Entry entry) {
            if (!(entry.day() instanceof Day.On(LocalDate date))) {
                throw new IllegalArgumentException(
                        "day: %s (expected: a date; the database keeps assignments by date)".formatted(entry.day()));
            }
            Map<String, String> scope = entry.assignment().scope();
            for (String member : scope.keySet()) {
                if (!member.equals(BRANCH) && !member.equals(SECTOR)) {
                    throw new IllegalArgumentException(
                            "scope: %s (expected: sector_id and, unless it is of every branch, branch_id)"
                                    .formatted(member));
                }
            }
            return new Row(
                    required("tenant", entry.tenant().value()),
                    required("subject", entry.subject()),
                    date,
                    scope.containsKey(BRANCH)
                            ? OptionalLong.of(required(BRANCH, scope.getOrDefault(BRANCH, "")))
                            : OptionalLong.empty(),
                    required(SECTOR, scope.getOrDefault(SECTOR, "")));
        }

        private static long required(String member, String text) {
            return number(text)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "%s: '%.32s' (expected: a number, as in the database)".formatted(member, text)));
        }

        void fill(PreparedStatement statement) throws SQLException {
            statement.setLong(1, tenantId);
            statement.setLong(2, waiterId);
            statement.setObject(3, date);
            if (branchId.isPresent()) {
                statement.setLong(4, branchId.getAsLong());
            } else {
                statement.setNull(4, Types.BIGINT);
            }
            statement.setLong(5, sectorId);
        }
    }
}
