package io.atalaya.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.archive.EventQuery.Time;
import io.atalaya.event.Event;
import io.atalaya.event.ScopeText;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.postgres.bucket.Columns;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Entries as rows in the binary format of COPY (PostgreSQL manual, COPY, "Binary Format"): nothing to escape here,
 * nothing to parse there. Confined to one call.
 */
final class CopyRows {
    /** The columns that every archive has, in this order; those of the filters follow. */
    static final String COLUMNS = "epoch, log_offset, at_ms, ts_us, tenant, id, type, scope, body";

    private static final byte[] HEAD = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    private static final short FIELDS = 9;
    private static final short END = -1;
    private static final int NULL = -1;
    private static final int CHUNK = 128 * 1024;

    private final CopyIn target;
    private final List<String> filters;
    private byte[] buffer = new byte[CHUNK + 64 * 1024];
    private int length;

    private CopyRows(CopyIn target, List<String> filters) {
        this.target = target;
        this.filters = filters;
    }

    /** Copies entries into a table that has the columns; in the connection's transaction. */
    static void copy(Connection connection, String table, List<String> filters, List<Entry> entries)
            throws SQLException {
        CopyIn target = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY %s (%s) FROM STDIN (FORMAT binary)".formatted(table, columns(filters)));
        try {
            var rows = new CopyRows(target, filters);
            rows.bytes(HEAD, HEAD.length);
            for (Entry entry : entries) {
                rows.row(entry);
            }
            rows.int16(END);
            rows.flush();
            target.endCopy();
        } finally {
            if (target.isActive()) {
                target.cancelCopy();
            }
        }
    }

    /** All columns of a row, as SQL. */
    static String columns(List<String> filters) {
        return filters.stream()
                .map(Columns::of)
                .collect(Collectors.joining(", ", COLUMNS + (filters.isEmpty() ? "" : ", "), ""));
    }

    private void row(Entry entry) throws SQLException {
        Event event = entry.event();
        byte[] open = event.body().open();
        int16((short) (FIELDS + filters.size()));
        int64Field(entry.cursor().epoch());
        int64Field(entry.cursor().offset());
        int64Field(entry.atMillis());
        int64Field(Time.EVENT.of(entry));
        textField(event.tenant().value());
        textField(event.id().value());
        textField(event.type());
        textField(ScopeText.write(event.scope()));
        int32(open.length + 1);
        bytes(open, open.length);
        int8((byte) '}');
        for (String filter : filters) {
            String value = event.scope().get(filter);
            if (value == null) {
                int32(NULL);
            } else {
                textField(value);
            }
        }
        if (length >= CHUNK) {
            flush();
        }
    }

    private void flush() throws SQLException {
        target.writeToCopy(buffer, 0, length);
        length = 0;
    }

    private void textField(String text) {
        byte[] encoded = text.getBytes(UTF_8);
        int32(encoded.length);
        bytes(encoded, encoded.length);
    }

    private void int64Field(long value) {
        int32(Long.BYTES);
        int32((int) (value >>> 32));
        int32((int) value);
    }

    private void int32(int value) {
        int16((short) (value >>> 16));
        int16((short) value);
    }

    private void int16(short value) {
        int8((byte) (value >>> 8));
        int8((byte) value);
    }

    private void int8(byte value) {
        reserve(1);
        buffer[length++] = value;
    }

    private void bytes(byte[] source, int count) {
        reserve(count);
        System.arraycopy(source, 0, buffer, length, count);
        length += count;
    }

    private void reserve(int more) {
        if (length + more > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(length + more, buffer.length * 2));
        }
    }
}
