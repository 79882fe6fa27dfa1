package io.atalaya.postgres.bucket;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Statements with their parameters. Pure functions. */
public final class Sql {
    /**
     * The events at the positions that two arrays have, epochs and offsets, as a table {@code found}: each by the primary key,
     * however many they are, for OFFSET 0 leaves the planner no other way.
     */
    public static final String AT_POSITIONS = """
            (SELECT e.* FROM unnest(?::bigint[], ?::bigint[]) AS position (epoch, log_offset) CROSS JOIN LATERAL (
                SELECT * FROM event WHERE epoch = position.epoch AND log_offset = position.log_offset OFFSET 0) e) found""";

    private Sql() {}

    /** Makes a value of a row. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** What a query finds, in its order. */
    public static <T> List<T> query(Connection connection, String sql, List<?> parameters, Reader<T> reader)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            set(statement, parameters);
            var found = new ArrayList<T>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(reader.read(rows));
                }
            }
            return found;
        }
    }

    /** How many rows were changed. */
    public static int update(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            set(statement, Arrays.asList(parameters));
            return statement.executeUpdate();
        }
    }

    private static void set(PreparedStatement statement, List<?> parameters) throws SQLException {
        for (int i = 0; i < parameters.size(); i++) {
            statement.setObject(i + 1, parameters.get(i));
        }
    }
}
