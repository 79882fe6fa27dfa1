package io.atalaya.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.atalaya.archive.Archive.Connections;
import io.atalaya.archive.ArchiveException;
import io.atalaya.archive.ArchiveFields;
import io.atalaya.os.KeepAliveSockets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A pool of connections to a database whose schema is up to date. Thread-safe: the pool is; one lock lets one caller
 * bring the schema up to date, at the first use that finds the database there, so that a gateway starts without it.
 */
final class Database implements AutoCloseable {
    private static final Duration SOCKET_GRACE = Duration.ofSeconds(10);
    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(10);
    private static final int CONNECT_SECONDS = 5;

    private final Schema schema;
    private final int maxConnections;
    private final HikariDataSource pool;
    private final ReentrantLock preparing = new ReentrantLock();
    private volatile boolean prepared;

    /** What is done with a connection; must not keep it. */
    @FunctionalInterface
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    Database(PostgresConfig config, ArchiveFields fields) {
        this.schema = new Schema(config, fields);
        this.maxConnections = config.maxConnections();
        this.pool = new HikariDataSource(settings(config));
    }

    private static HikariConfig settings(PostgresConfig config) {
        var settings = new HikariConfig();
        settings.setPoolName("atalaya-archive");
        settings.setJdbcUrl(config.jdbcUrl());
        config.user().ifPresent(settings::setUsername);
        config.password().ifPresent(settings::setPassword);
        config.driverParameters().forEach(settings::addDataSourceProperty);
        settings.addDataSourceProperty("connectTimeout", Integer.toString(CONNECT_SECONDS));
        settings.addDataSourceProperty("loginTimeout", Integer.toString(CONNECT_SECONDS));
        settings.addDataSourceProperty(
                "socketTimeout",
                Long.toString(config.statementTimeout().plus(SOCKET_GRACE).toSeconds()));
        settings.addDataSourceProperty("socketFactory", KeepAliveSockets.class.getName());
        settings.addDataSourceProperty("tcpKeepAlive", "true");
        settings.setConnectionInitSql(
                "SET search_path = %s; SET plan_cache_mode = force_custom_plan; SET lock_timeout = %d; SET statement_timeout = %d"
                        .formatted(
                                Schema.NAME,
                                LOCK_PATIENCE.toMillis(),
                                config.statementTimeout().toMillis()));
        settings.setMaximumPoolSize(config.maxConnections());
        settings.setMinimumIdle(1);
        settings.setConnectionTimeout(config.connectTimeout().toMillis());
        settings.setValidationTimeout(Math.min(1_000, config.connectTimeout().toMillis()));
        settings.setInitializationFailTimeout(-1);
        settings.setAutoCommit(false);
        settings.setIsolateInternalQueries(true);
        return settings;
    }

    /** Reads. */
    <T> T read(Work<T> work) {
        return call(work, true);
    }

    /** Reads by several statements, all of which see the same snapshot. */
    <T> T readSnapshot(Work<T> work) {
        return read(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
            }
            return work.on(connection);
        });
    }

    /** Does work in one transaction, whole or not at all. */
    <T> T write(Work<T> work) {
        return call(work, false);
    }

    private <T> T call(Work<T> work, boolean readOnly) {
        try {
            prepare();
            try (Connection connection = pool.getConnection()) {
                connection.setReadOnly(readOnly);
                T result = work.on(connection);
                connection.commit();
                return result;
            }
        } catch (SQLException failure) {
            throw SqlErrors.translate(failure);
        }
    }

    private void prepare() throws SQLException {
        if (prepared) {
            return;
        }
        preparing.lock();
        try {
            if (!prepared) {
                schema.prepare();
                prepared = true;
            }
        } finally {
            preparing.unlock();
        }
    }

    /** Whether the server answers, schema aside. */
    void probe() {
        try (Connection connection = pool.getConnection()) {
            if (!connection.isValid(CONNECT_SECONDS)) {
                throw ArchiveException.unavailable("database: no answer (expected: one)", null);
            }
            connection.rollback();
        } catch (SQLException failure) {
            throw SqlErrors.translate(failure);
        }
    }

    Connections connections() {
        HikariPoolMXBean state = pool.getHikariPoolMXBean();
        return new Connections(
                state.getActiveConnections(),
                state.getIdleConnections(),
                state.getThreadsAwaitingConnection(),
                maxConnections);
    }

    @Override
    public void close() {
        pool.close();
    }
}
