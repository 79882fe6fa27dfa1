package io.atalaya.sqlite.archive;

import io.atalaya.archive.EventQuery.Order;
import io.atalaya.archive.EventQuery.Time;
import io.atalaya.sqlite.segment.Filter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Terms with their values; the first parameter of the statement is left to the caller. Confined to one query. */
final class Condition {
    private final StringBuilder text = new StringBuilder();
    private final List<Object> values = new ArrayList<>();

    /** What a filter selects of the table of rows. */
    static Condition of(Filter filter, Members members) {
        var condition = new Condition();
        String time = timeColumn(filter);
        filter.equal().forEach((name, value) -> condition.and(column(name, members) + " = ?", value));
        if (filter.lowest() != Long.MIN_VALUE) {
            condition.and(time + " >= ?", filter.lowest());
        }
        if (filter.end() != Long.MAX_VALUE) {
            condition.and(time + " < ?", filter.end());
        }
        filter.behind()
                .ifPresent(row -> condition.and(
                        "(%s, position) %s (?, ?)".formatted(time, filter.order() == Order.OLDEST_FIRST ? ">" : "<"),
                        row.time(),
                        row.position()));
        return condition;
    }

    /** The column of the time that a filter goes by. */
    static String timeColumn(Filter filter) {
        return filter.time() == Time.ARRIVAL ? "at_ms" : "ts_us";
    }

    private static String column(String name, Members members) {
        return switch (name) {
            case Filter.TENANT -> "tenant";
            case Filter.TYPE -> "type";
            default -> members.column(name);
        };
    }

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
