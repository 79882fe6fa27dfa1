package io.atalaya.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.CoreStatement;

/**
 * A statement that is prepared once, and again after it has failed: the driver gives a statement up on any error.
 * Confined to the owner of the connection.
 */
public final class Prepared {
    private final Connection connection;
    private final String sql;
    private @Nullable PreparedStatement statement;

    public Prepared(Connection connection, String sql) {
        this.connection = connection;
        this.sql = sql;
    }

    public PreparedStatement statement() throws SQLException {
        PreparedStatement known = statement;
        if (known == null || ((CoreStatement) known).pointer.isClosed()) {
            known = connection.prepareStatement(sql);
            statement = known;
        }
        return known;
    }
}
