package io.atalaya.sqlite.acks;

import io.atalaya.ack.AckBounds;
import io.atalaya.ack.AckStore;
import io.atalaya.ack.GivenUp;
import io.atalaya.ack.Recipient;
import io.atalaya.event.Cursor;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog;
import io.atalaya.log.LogException;
import io.atalaya.sqlite.EventReader;
import io.atalaya.sqlite.SqliteStore;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Acknowledgements in the file of an embedded log. Thread-safe: changes are made by the file's one writer, as one
 * transaction a call; reads have connections of their own. The log opens and closes the file.
 *
 * <p>An event that is waited for is kept here until nobody waits, whatever the log forgets meanwhile.
 */
public final class SqliteAckStore implements AckStore {
    private static final String WAITING = "SELECT acks.scheme, acks.subject, acks.client, acks.delivered_ms, "
            + AckEvents.COLUMNS
            + " FROM acks JOIN ack_events AS events ON events.offset = acks.position WHERE acks.state = 0 AND ";
    private static final int COLUMNS_BEFORE_EVENT = 4;

    private final SqliteStore store;
    private final AckRows rows;
    private final GivenUp givenUp = new GivenUp();

    /**
     * @param store of the log whose file it is
     * @throws LogException when the file fails
     */
    public SqliteAckStore(SqliteStore store, AckBounds bounds) {
        this.store = store;
        this.rows = store.transact(connection -> new AckRows(connection, store.positions(), bounds));
    }

    @Override
    public List<Effect> apply(List<Change> changes) {
        AckRows.Applied applied = store.transact(_ -> rows.apply(changes));
        applied.givenUp().forEach(givenUp::add);
        return applied.effects();
    }

    @Override
    public void expire(long nowMillis) {
        boolean more = store.readers().read(reader -> anyEnded(reader, nowMillis));
        while (more) {
            more = store.transact(_ -> rows.expire(nowMillis));
        }
    }

    private static boolean anyEnded(EventReader reader, long nowMillis) throws SQLException {
        try (PreparedStatement query =
                reader.connection().prepareStatement("SELECT EXISTS (SELECT 1 FROM acks WHERE end_ms <= ?)")) {
            query.setLong(1, nowMillis);
            try (ResultSet row = query.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    @Override
    public List<Waiting> awaiting(Recipient recipient, Optional<Cursor> after, int max) {
        return store.readers().read(reader -> {
            String sql = WAITING + "acks.tenant = ? AND acks.scheme = ? AND acks.subject = ? AND acks.client = ?"
                    + " AND acks.position > ? ORDER BY acks.position LIMIT ?";
            try (PreparedStatement query = reader.connection().prepareStatement(sql)) {
                query.setString(1, recipient.tenant().value());
                query.setString(2, recipient.scheme());
                query.setString(3, recipient.subject());
                query.setString(4, recipient.clientId());
                query.setLong(5, after.map(store.positions()::row).orElse(Long.MIN_VALUE));
                query.setInt(6, max);
                return waiting(query);
            }
        });
    }

    @Override
    public List<Waiting> due(long nowMillis, int max) {
        return store.readers().read(reader -> {
            String sql = WAITING + "acks.due_ms <= ? ORDER BY acks.due_ms, acks.number LIMIT ?";
            try (PreparedStatement query = reader.connection().prepareStatement(sql)) {
                query.setLong(1, nowMillis);
                query.setInt(2, max);
                return waiting(query);
            }
        });
    }

    private List<Waiting> waiting(PreparedStatement query) throws SQLException {
        var found = new ArrayList<Waiting>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                EventLog.Entry entry = AckEvents.entry(row, COLUMNS_BEFORE_EVENT, store.positions());
                var recipient =
                        new Recipient(entry.event().tenant(), row.getString(1), row.getString(2), row.getString(3));
                found.add(new Waiting(recipient, entry, row.getLong(4)));
            }
        }
        return found;
    }

    @Override
    public List<Receipt> receipts(TenantId tenant, EventId event) {
        return store.readers().read(reader -> {
            String sql = "SELECT scheme, subject, client, state, delivered_ms, settled_ms FROM acks"
                    + " WHERE tenant = ? AND event = ? ORDER BY number";
            try (PreparedStatement query = reader.connection().prepareStatement(sql)) {
                query.setString(1, tenant.value());
                query.setString(2, event.value());
                var found = new ArrayList<Receipt>();
                try (ResultSet row = query.executeQuery()) {
                    while (row.next()) {
                        var recipient = new Recipient(tenant, row.getString(1), row.getString(2), row.getString(3));
                        State state = AckRows.state(row.getInt(4));
                        found.add(new Receipt(recipient, state, row.getLong(5), row.getLong(6)));
                    }
                }
                return found;
            }
        });
    }

    @Override
    public Totals totals() {
        return store.readers().read(reader -> {
            String sql = "SELECT wanted, acknowledged, expired, awaiting FROM ack_counts";
            try (PreparedStatement query = reader.connection().prepareStatement(sql);
                    ResultSet row = query.executeQuery()) {
                return row.next()
                        ? new Totals(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4))
                        : Totals.EMPTY;
            }
        });
    }

    @Override
    public Map<GivenUp.Bound, Long> givenUp() {
        return givenUp.totals();
    }

    @Override
    public void close() {
        // the log closes the file
    }
}
