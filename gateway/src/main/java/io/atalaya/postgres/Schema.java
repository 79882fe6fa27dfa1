package io.atalaya.postgres;

import io.atalaya.archive.ArchiveException;
import io.atalaya.archive.ArchiveFields;
import io.atalaya.os.KeepAliveSockets;
import io.atalaya.postgres.bucket.Buckets;
import io.atalaya.postgres.bucket.Columns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tables: made by numbered migrations, then fitted to the profile, whose filters each get a column and whose
 * statistics member decides what is counted. Immutable. Several processes may do so at the same time.
 */
final class Schema {
    static final String NAME = "atalaya";

    private static final Logger log = LoggerFactory.getLogger(Schema.class);
    private static final String STATISTICS = "statistics_member";

    /** Flyway asks once a second, and over a connection that is broken as well; whoever calls tries again later. */
    private static final int LOCK_ATTEMPTS = 3;

    /** Any number that no other program locks: "atalaya" in ASCII. */
    private static final long LOCK = 0x6174_616c_6179_61L;

    private final PostgresConfig config;
    private final ArchiveFields fields;

    Schema(PostgresConfig config, ArchiveFields fields) {
        this.config = config;
        this.fields = fields;
    }

    /** Over connections of its own without a time limit: an index over many events takes its time. */
    void prepare() throws SQLException {
        PGSimpleDataSource source = source();
        try {
            int migrations = Flyway.configure()
                    .dataSource(source)
                    .locations("classpath:db/postgresql")
                    .defaultSchema(NAME)
                    .table("schema_history")
                    .lockRetryCount(LOCK_ATTEMPTS)
                    .load()
                    .migrate()
                    .migrationsExecuted;
            log.atInfo()
                    .addKeyValue("database", config.place())
                    .addKeyValue("migrations", migrations)
                    .log("archive schema is up to date");
        } catch (FlywayException failure) {
            throw failed(failure);
        }
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SET search_path = " + NAME);
            statement.execute("SELECT pg_advisory_xact_lock(%d)".formatted(LOCK));
            for (String member : fields.filters()) {
                addFilter(statement, member);
            }
            recountWhenTheMemberChanged(connection);
            connection.commit();
        }
    }

    private PGSimpleDataSource source() throws SQLException {
        var source = new PGSimpleDataSource();
        source.setUrl(config.jdbcUrl());
        config.user().ifPresent(source::setUser);
        config.password().ifPresent(source::setPassword);
        for (var parameter : config.driverParameters().entrySet()) {
            source.setProperty(parameter.getKey(), parameter.getValue());
        }
        source.setConnectTimeout((int) Math.max(1, config.connectTimeout().toSeconds()));
        source.setSocketFactory(KeepAliveSockets.class.getName());
        source.setTcpKeepAlive(true);
        return source;
    }

    private static ArchiveException failed(FlywayException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return ArchiveException.unavailable(
                        "database schema: " + SqlErrors.translate(sql).getMessage(), failure);
            }
        }
        return ArchiveException.unavailable("database schema: " + failure.getMessage(), failure);
    }

    /** A column of its own, filled from the events that are there already, which can be found by it from then on. */
    private static void addFilter(Statement statement, String member) throws SQLException {
        String column = Columns.of(member);
        boolean there;
        try (ResultSet rows = statement.executeQuery("""
                SELECT 1 FROM pg_attribute WHERE attrelid = 'event'::regclass AND NOT attisdropped
                AND quote_ident(attname) = quote_ident('%s')""".formatted(column.replace("\"", "")))) {
            there = rows.next();
        }
        if (!there) {
            statement.execute("ALTER TABLE event ADD COLUMN %s text COLLATE \"C\"".formatted(column));
            statement.execute("UPDATE event SET %1$s = scope::jsonb ->> '%2$s' WHERE scope::jsonb ? '%2$s'"
                    .formatted(column, member));
            Buckets.addMember(statement.getConnection(), member);
        }
    }

    /** A scan of all events, once, when a profile counts by another member than the one before. */
    private void recountWhenTheMemberChanged(Connection connection) throws SQLException {
        String member = fields.statistics().orElse("");
        if (member.equals(countedMember(connection))) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("LOCK TABLE event, tally_member IN SHARE ROW EXCLUSIVE MODE");
            statement.execute("DELETE FROM tally_member");
            if (!member.isEmpty()) {
                statement.execute("""
                        INSERT INTO tally_member (tenant, value, events)
                        SELECT tenant, scope::jsonb ->> '%1$s', count(*) FROM event
                        WHERE scope::jsonb ->> '%1$s' IS NOT NULL GROUP BY 1, 2""".formatted(member));
            }
            statement.execute("""
                    INSERT INTO tally_setting (name, value) VALUES ('%s', '%s')
                    ON CONFLICT (name) DO UPDATE SET value = excluded.value""".formatted(STATISTICS, member));
        }
    }

    private static String countedMember(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT value FROM tally_setting WHERE name = ?")) {
            statement.setString(1, STATISTICS);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : "";
            }
        }
    }
}
