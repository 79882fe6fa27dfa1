package io.atalaya.postgres.bucket;

import io.atalaya.archive.EventQuery;
import io.atalaya.archive.EventQuery.Order;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What a query asks of an event, as SQL with its parameters. Confined to one query. */
public final class Condition {
    private final StringBuilder sql = new StringBuilder("true");
    private final List<Object> parameters = new ArrayList<>();

    /** All but the key that a page begins behind. */
    public static Condition of(EventQuery query) {
        var condition = new Condition();
        String time = Columns.of(query.time());
        query.tenant().ifPresent(tenant -> condition.and("tenant = ?", tenant.value()));
        query.type().ifPresent(type -> condition.and("type = ?", type));
        new TreeMap<>(query.scope()).forEach((member, value) -> condition.and(Columns.of(member) + " = ?", value));
        query.from().ifPresent(_ -> condition.and(time + " >= ?", query.lowest()));
        query.to().ifPresent(_ -> condition.and(time + " < ?", query.end()));
        return condition;
    }

    /** That key too. */
    public static Condition ofPage(EventQuery query) {
        Condition condition = of(query);
        String compared = query.order() == Order.NEWEST_FIRST ? "<" : ">";
        query.after()
                .ifPresent(key -> condition.and(
                        "(%s, epoch, log_offset) %s (?, ?, ?)".formatted(Columns.of(query.time()), compared),
                        key.value(),
                        key.cursor().epoch(),
                        key.cursor().offset()));
        return condition;
    }

    void and(String condition, Object... values) {
        sql.append(" AND ").append(condition);
        parameters.addAll(List.of(values));
    }

    /** As it stands behind WHERE. */
    public String sql() {
        return sql.toString();
    }

    public List<Object> parameters() {
        return parameters;
    }
}
