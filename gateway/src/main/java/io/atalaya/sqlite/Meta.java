package io.atalaya.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The named values of a file. Stateless. */
public final class Meta {
    public static final String EPOCH = "epoch";

    /** Key of {@link IdHash}. */
    public static final String HASH_KEY = "hash_key";

    /** Events up to here are beyond retention; some of them may be there still. */
    public static final String FLOOR = "floor";

    /** Events up to here are archived. */
    public static final String CONFIRMED = "confirmed";

    private Meta() {}

    /** A number; 0 when it was never written. */
    public static long number(Connection connection, String name) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT value FROM meta WHERE name = ?")) {
            query.setString(1, name);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }

    public static byte @Nullable [] bytes(Connection connection, String name) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT value FROM meta WHERE name = ?")) {
            query.setString(1, name);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? row.getBytes(1) : null;
            }
        }
    }

    public static void write(Connection connection, String name, Object value) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "INSERT INTO meta(name, value) VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value")) {
            update.setString(1, name);
            update.setObject(2, value);
            update.executeUpdate();
        }
    }
}
