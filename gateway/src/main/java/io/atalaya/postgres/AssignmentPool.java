package io.atalaya.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.atalaya.assignment.CachedAssignments;
import java.net.URI;
import java.time.Duration;
import java.util.OptionalLong;
import javax.sql.DataSource;

/**
 * A few connections for look-ups of assignments. Thread-safe: the pool is.
 *
 * <p>Not the archive's: the tables belong to the platform, perhaps in another database, where nothing may be prepared and a
 * look-up that waits holds up a client.
 */
public final class AssignmentPool implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 4;
    private static final Duration SOCKET_GRACE = Duration.ofSeconds(1);

    private final HikariDataSource pool;

    private AssignmentPool(HikariDataSource pool) {
        this.pool = pool;
    }

    /** Prepares the pool; connects when first asked, so that a database which is away holds up nobody's start. */
    public static AssignmentPool open(URI url) {
        var config = new PostgresConfig(
                url, MOST_CONNECTIONS, CachedAssignments.TIMEOUT, CachedAssignments.TIMEOUT, OptionalLong.empty());
        var settings = new HikariConfig();
        settings.setPoolName("atalaya-assignments");
        settings.setJdbcUrl(config.jdbcUrl());
        config.user().ifPresent(settings::setUsername);
        config.password().ifPresent(settings::setPassword);
        config.driverParameters().forEach(settings::addDataSourceProperty);
        settings.addDataSourceProperty("connectTimeout", seconds(config.connectTimeout()));
        settings.addDataSourceProperty("loginTimeout", seconds(config.connectTimeout()));
        settings.addDataSourceProperty(
                "socketTimeout", seconds(config.statementTimeout().plus(SOCKET_GRACE)));
        settings.setMaximumPoolSize(config.maxConnections());
        settings.setMinimumIdle(0);
        settings.setInitializationFailTimeout(-1);
        settings.setConnectionTimeout(config.connectTimeout().toMillis());
        settings.setValidationTimeout(config.connectTimeout().toMillis() / 2);
        return new AssignmentPool(new HikariDataSource(settings));
    }

    private static String seconds(Duration duration) {
        return Long.toString(duration.toSeconds());
    }

    /** Connections of the pool. */
    public DataSource database() {
        return pool;
    }

    @Override
    public void close() {
        pool.close();
    }
}
