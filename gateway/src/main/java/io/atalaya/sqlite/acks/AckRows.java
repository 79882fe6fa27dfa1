package io.atalaya.sqlite.acks;

import io.atalaya.ack.AckBounds;
import io.atalaya.ack.AckStore.Change;
import io.atalaya.ack.AckStore.Effect;
import io.atalaya.ack.AckStore.State;
import io.atalaya.ack.GivenUp;
import io.atalaya.ack.Recipient;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.sqlite.Positions;
import io.atalaya.sqlite.Prepared;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Changes of the tables of acknowledgements. Confined to the file's writer; each call within one transaction. */
final class AckRows {
    private static final int AT_ONCE = 1_000;

    private final Positions positions;
    private final AckBounds bounds;
    private final AckEvents events;
    private final Prepared find;
    private final Prepared insert;
    private final Prepared settle;
    private final Prepared due;
    private final Prepared oldest;
    private final Prepared oldestOfOwner;
    private final Prepared oldestOfTenant;
    private final Prepared share;
    private final Prepared forgetShare;
    private final Prepared overdue;
    private final Prepared old;
    private final Prepared forget;
    private final Prepared forgetEvent;
    private final Prepared counts;
    private final Prepared count;

    private record Row(long number, State state, long deliveredMillis) {}

    /** The one row of {@code ack_counts} while a transaction changes it. */
    private static final class Counts {
        private long wanted;
        private long acknowledged;
        private long expired;
        private long awaiting;
        private long forgotten;
        private final Map<GivenUp.Bound, Integer> givenUp = new EnumMap<>(GivenUp.Bound.class);

        private void onSettled(State state) {
            awaiting--;
            if (state == State.ACKNOWLEDGED) {
                acknowledged++;
            } else {
                expired++;
            }
        }
    }

    AckRows(Connection connection, Positions positions, AckBounds bounds) {
        this.positions = positions;
        this.bounds = bounds;
        events = new AckEvents(connection);
        find = new Prepared(
                connection,
                "SELECT number, state, delivered_ms FROM acks"
                        + " WHERE tenant = ?1 AND event = ?2 AND scheme = ?3 AND subject = ?4 AND client = ?5");
        insert = new Prepared(
                connection,
                "INSERT INTO acks(tenant, event, scheme, subject, client, position, state, delivered_ms, due_ms,"
                        + " end_ms, settled_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9, 0)");
        settle = new Prepared(
                connection,
                "UPDATE acks SET state = ?2, settled_ms = ?3, end_ms = 2 * end_ms - delivered_ms WHERE number = ?1");
        due = new Prepared(connection, "UPDATE acks SET due_ms = ?2 WHERE number = ?1");
        oldest = new Prepared(connection, "SELECT number, state, delivered_ms FROM acks ORDER BY number LIMIT 1");
        oldestOfOwner = new Prepared(
                connection,
                "SELECT number, state, delivered_ms FROM acks INDEXED BY acks_owner"
                        + " WHERE tenant = ?1 AND scheme = ?2 AND subject = ?3 ORDER BY number LIMIT 1");
        oldestOfTenant = new Prepared(
                connection,
                "SELECT number, state, delivered_ms FROM acks INDEXED BY acks_tenant"
                        + " WHERE tenant = ?1 ORDER BY number LIMIT 1");
        share = new Prepared(
                connection,
                "INSERT INTO ack_shares(tenant, scheme, subject, entries) VALUES(?1, ?2, ?3, ?4)"
                        + " ON CONFLICT DO UPDATE SET entries = entries + ?4 RETURNING entries");
        forgetShare =
                new Prepared(connection, "DELETE FROM ack_shares WHERE tenant = ?1 AND scheme = ?2 AND subject = ?3");
        overdue = new Prepared(
                connection,
                "SELECT number, state, delivered_ms FROM acks WHERE state = 0 AND end_ms <= ?1 LIMIT " + AT_ONCE);
        old = new Prepared(
                connection,
                "SELECT number, state, delivered_ms FROM acks WHERE state <> 0 AND end_ms <= ?1 LIMIT " + AT_ONCE);
        forget = new Prepared(
                connection, "DELETE FROM acks WHERE number = ?1 RETURNING position, tenant, scheme, subject");
        forgetEvent = new Prepared(
                connection,
                "DELETE FROM ack_events WHERE offset = ?1"
                        + " AND NOT EXISTS (SELECT 1 FROM acks WHERE position = ?1)");
        counts = new Prepared(connection, "SELECT wanted, acknowledged, expired, awaiting, forgotten FROM ack_counts");
        count = new Prepared(
                connection,
                "UPDATE ack_counts SET wanted = ?1, acknowledged = ?2, expired = ?3, awaiting = ?4, forgotten = ?5");
    }

    /** What came of changes, and how many entries were given up for them. */
    record Applied(List<Effect> effects, Map<GivenUp.Bound, Integer> givenUp) {}

    Applied apply(List<Change> changes) throws SQLException {
        Counts book = counts();
        var effects = new ArrayList<Effect>(changes.size());
        for (Change change : changes) {
            effects.add(
                    switch (change) {
                        case Change.Delivered delivered -> onDelivered(delivered, book);
                        case Change.Acknowledged acknowledgement -> onAcknowledged(acknowledgement, book);
                        case Change.Due later -> onDue(later);
                    });
        }
        write(book);
        return new Applied(effects, book.givenUp);
    }

    private Effect onDelivered(Change.Delivered delivered, Counts book) throws SQLException {
        EventId event = delivered.entry().event().id();
        List<Row> known = find(delivered.recipient(), event);
        if (!known.isEmpty()) {
            return new Effect(Effect.Kind.REPEATED, known.getFirst().deliveredMillis());
        }
        long position = positions.row(delivered.entry().cursor());
        events.insert(position, delivered.entry());
        PreparedStatement row = insert.statement();
        bind(row, delivered.recipient(), event);
        row.setLong(6, position);
        row.setLong(7, delivered.atMillis());
        row.setLong(8, delivered.dueMillis());
        row.setLong(9, delivered.expiresMillis());
        row.executeUpdate();
        book.wanted++;
        book.awaiting++;
        keepWithinBounds(delivered.recipient().owner(), delivered.atMillis(), book);
        return new Effect(Effect.Kind.DONE, delivered.atMillis());
    }

    private void keepWithinBounds(Recipient.Owner owner, long nowMillis, Counts book) throws SQLException {
        int ofOwner = changeShare(owner, 1);
        int ofTenant = changeShare(wholeTenant(owner), 1);
        if (ofOwner > bounds.ofPrincipal()) {
            PreparedStatement query = oldestOfOwner.statement();
            bind(query, owner);
            giveUp(rows(query), GivenUp.Bound.PRINCIPAL, nowMillis, book);
        } else if (ofTenant > bounds.ofTenant()) {
            PreparedStatement query = oldestOfTenant.statement();
            query.setString(1, owner.tenant().value());
            giveUp(rows(query), GivenUp.Bound.TENANT, nowMillis, book);
        } else if (book.wanted - book.forgotten > bounds.all()) {
            giveUp(rows(oldest.statement()), GivenUp.Bound.STORE, nowMillis, book);
        }
    }

    private void giveUp(List<Row> oldest, GivenUp.Bound bound, long nowMillis, Counts book) throws SQLException {
        for (Row row : oldest) {
            if (row.state() == State.AWAITING) {
                settle(row, State.EXPIRED, nowMillis, book);
            }
            forget(row, book);
            book.givenUp.merge(bound, 1, Integer::sum);
        }
    }

    /** How a tenant's share stands in the table of those of its principals. */
    private static Recipient.Owner wholeTenant(Recipient.Owner owner) {
        return new Recipient.Owner(owner.tenant(), "", "");
    }

    /** Returns how many there are now. */
    private int changeShare(Recipient.Owner owner, int by) throws SQLException {
        PreparedStatement change = share.statement();
        bind(change, owner);
        change.setInt(4, by);
        int entries;
        try (ResultSet row = change.executeQuery()) {
            entries = row.next() ? row.getInt(1) : 0;
        }
        if (entries <= 0) {
            PreparedStatement delete = forgetShare.statement();
            bind(delete, owner);
            delete.executeUpdate();
        }
        return entries;
    }

    private static void bind(PreparedStatement statement, Recipient.Owner owner) throws SQLException {
        statement.setString(1, owner.tenant().value());
        statement.setString(2, owner.scheme());
        statement.setString(3, owner.subject());
    }

    private Effect onAcknowledged(Change.Acknowledged acknowledgement, Counts book) throws SQLException {
        List<Row> known = find(acknowledgement.recipient(), acknowledgement.event());
        if (known.isEmpty()) {
            return new Effect(Effect.Kind.UNKNOWN, 0);
        }
        Row row = known.getFirst();
        return switch (row.state()) {
            case AWAITING -> {
                settle(row, State.ACKNOWLEDGED, acknowledgement.atMillis(), book);
                yield new Effect(Effect.Kind.DONE, row.deliveredMillis());
            }
            case ACKNOWLEDGED -> new Effect(Effect.Kind.REPEATED, row.deliveredMillis());
            case EXPIRED -> new Effect(Effect.Kind.LATE, row.deliveredMillis());
        };
    }

    private Effect onDue(Change.Due later) throws SQLException {
        List<Row> known = find(later.recipient(), later.event());
        if (known.isEmpty() || known.getFirst().state() != State.AWAITING) {
            return new Effect(known.isEmpty() ? Effect.Kind.UNKNOWN : Effect.Kind.REPEATED, 0);
        }
        PreparedStatement update = due.statement();
        update.setLong(1, known.getFirst().number());
        update.setLong(2, later.dueMillis());
        update.executeUpdate();
        return new Effect(Effect.Kind.DONE, known.getFirst().deliveredMillis());
    }

    /** Expires and forgets a bounded number; returns whether there may be more. */
    boolean expire(long nowMillis) throws SQLException {
        Counts book = counts();
        PreparedStatement waiting = overdue.statement();
        waiting.setLong(1, nowMillis);
        List<Row> late = rows(waiting);
        for (Row row : late) {
            settle(row, State.EXPIRED, nowMillis, book);
        }
        PreparedStatement settled = old.statement();
        settled.setLong(1, nowMillis);
        List<Row> past = rows(settled);
        for (Row row : past) {
            forget(row, book);
        }
        write(book);
        return late.size() == AT_ONCE || past.size() == AT_ONCE;
    }

    private void settle(Row row, State state, long nowMillis, Counts book) throws SQLException {
        PreparedStatement update = settle.statement();
        update.setLong(1, row.number());
        update.setInt(2, code(state));
        update.setLong(3, nowMillis);
        update.executeUpdate();
        book.onSettled(state);
    }

    private void forget(Row row, Counts book) throws SQLException {
        PreparedStatement delete = forget.statement();
        delete.setLong(1, row.number());
        long position;
        Recipient.Owner owner;
        try (ResultSet deleted = delete.executeQuery()) {
            if (!deleted.next()) {
                return;
            }
            position = deleted.getLong(1);
            owner = new Recipient.Owner(new TenantId(deleted.getString(2)), deleted.getString(3), deleted.getString(4));
        }
        changeShare(owner, -1);
        changeShare(wholeTenant(owner), -1);
        book.forgotten++;
        PreparedStatement event = forgetEvent.statement();
        event.setLong(1, position);
        event.executeUpdate();
    }

    private List<Row> find(Recipient recipient, EventId event) throws SQLException {
        PreparedStatement query = find.statement();
        bind(query, recipient, event);
        return rows(query);
    }

    private static void bind(PreparedStatement statement, Recipient recipient, EventId event) throws SQLException {
        statement.setString(1, recipient.tenant().value());
        statement.setString(2, event.value());
        statement.setString(3, recipient.scheme());
        statement.setString(4, recipient.subject());
        statement.setString(5, recipient.clientId());
    }

    /** How a state stands in the file. */
    private static int code(State state) {
        return switch (state) {
            case AWAITING -> 0;
            case ACKNOWLEDGED -> 1;
            case EXPIRED -> 2;
        };
    }

    /** The state that a code of the file stands for. */
    static State state(int code) throws SQLException {
        return switch (code) {
            case 0 -> State.AWAITING;
            case 1 -> State.ACKNOWLEDGED;
            case 2 -> State.EXPIRED;
            default -> throw new SQLException("acks.state: %d (expected: 0 to 2)".formatted(code));
        };
    }

    private static List<Row> rows(PreparedStatement query) throws SQLException {
        var found = new ArrayList<Row>();
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                found.add(new Row(rows.getLong(1), state(rows.getInt(2)), rows.getLong(3)));
            }
        }
        return found;
    }

    private Counts counts() throws SQLException {
        var book = new Counts();
        try (ResultSet row = counts.statement().executeQuery()) {
            if (row.next()) {
                book.wanted = row.getLong(1);
                book.acknowledged = row.getLong(2);
                book.expired = row.getLong(3);
                book.awaiting = row.getLong(4);
                book.forgotten = row.getLong(5);
            }
        }
        return book;
    }

    private void write(Counts book) throws SQLException {
        PreparedStatement update = count.statement();
        update.setLong(1, book.wanted);
        update.setLong(2, book.acknowledged);
        update.setLong(3, book.expired);
        update.setLong(4, book.awaiting);
        update.setLong(5, book.forgotten);
        update.executeUpdate();
    }
}
