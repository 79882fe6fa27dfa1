package io.atalaya.sqlite.archive;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Terms with their values; the first parameter of the statement is left to the caller. Confined to one query. */
final class Condition {
    private final StringBuilder text = new StringBuilder();
    private final List<Object> values = new ArrayList<>();

    Condition and(String term, Object... more) {
        text.append(" AND ").append(term);
        values.addAll(List.of(more));
        return this;
    }

    /** @param sql with the terms to stand after the first condition, before ORDER BY */
    PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        int order = sql.indexOf(" ORDER BY ");
        int at = order < 0 ? sql.length() : order;
        PreparedStatement statement = connection.prepareStatement(sql.substring(0, at) + text + sql.substring(at));
        for (int i = 0; i < values.size(); i++) {
            statement.setObject(i + 2, values.get(i));
        }
        return statement;
    }
}
