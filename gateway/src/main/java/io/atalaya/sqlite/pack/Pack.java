package io.atalaya.sqlite.pack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;

/**
 * Events at consecutive rows as one value, any of them readable without the others. Immutable.
 *
 * <p>The text is a JSON array with an array for each event: tenant, id, type, scope, body, when the log took it
 * (milliseconds since 1970), its own time (the same) and its nanoseconds beyond. So SQL reads it, too. The places say
 * where in the text an event begins and its first five members end, so that nothing needs to be parsed here.
 */
public final class Pack {
    /** Stores one; {@link #bind} gives the values. */
    public static final String INSERT =
            "INSERT INTO packs(first, events, places, text) VALUES(?, ?, ?, CAST(? AS TEXT))";

    /** Most events of one. */
    public static final int MOST_EVENTS = 256;

    /** Places of an event: its beginning and five ends, each the index of a byte. */
    static final int PLACE_BYTES = 6 * Integer.BYTES;

    private static final int TENANT = 1;
    private static final int ID = 2;
    private static final int TYPE = 3;
    private static final int SCOPE = 4;
    private static final int BODY = 5;

    private final long first;
    private final ByteBuffer places;
    private final byte[] text;

    /**
     * Takes ownership of what {@link PackBuilder} made.
     *
     * @param first the row of the first event
     */
    public Pack(long first, byte[] places, byte[] text) {
        this.first = first;
        this.places = ByteBuffer.wrap(places);
        this.text = text;
    }

    /** Sets the parameters of {@link #INSERT}. */
    public void bind(PreparedStatement insert) throws SQLException {
        insert.setLong(1, first);
        insert.setLong(2, last() - first + 1);
        insert.setBytes(3, places.array());
        insert.setBytes(4, text);
    }

    /** The row of the first event. */
    public long first() {
        return first;
    }

    /** The row of the last event. */
    public long last() {
        return first + places.capacity() / PLACE_BYTES - 1;
    }

    /** Whether the event of a row is in it. */
    public boolean has(long row) {
        return row >= first && row <= last();
    }

    private int place(long row, int which) {
        return places.getInt((int) (row - first) * PLACE_BYTES + which * Integer.BYTES);
    }

    /** Whether an event is of a tenant, given as bytes of its name. */
    public boolean isOf(byte[] tenant, long row) {
        // behind ["
        return Arrays.equals(text, place(row, 0) + 2, place(row, TENANT) - 1, tenant, 0, tenant.length);
    }

    /** The name of an event's tenant. */
    public String tenant(long row) {
        return plain(place(row, 0) + 2, place(row, TENANT) - 1);
    }

    /** The id of an event. */
    public String id(long row) {
        // behind ,"
        return plain(place(row, TENANT) + 2, place(row, ID) - 1);
    }

    /** The type of an event, as JSON. */
    public String quotedType(long row) {
        return new String(text, place(row, ID) + 1, place(row, TYPE) - place(row, ID) - 1, UTF_8);
    }

    /** The scope of an event, as JSON. */
    public String scope(long row) {
        return new String(text, place(row, TYPE) + 1, place(row, SCOPE) - place(row, TYPE) - 1, UTF_8);
    }

    /** The body of an event without its closing brace. */
    public byte[] openBody(long row) {
        return Arrays.copyOfRange(text, place(row, SCOPE) + 1, place(row, BODY) - 1);
    }

    /** How many bytes {@link #openBody} has. */
    public int bodyBytes(long row) {
        return place(row, BODY) - place(row, SCOPE) - 2;
    }

    /** When the log took an event, in milliseconds since 1970. */
    public long atMillis(long row) {
        return number(afterNumbers(row, 0));
    }

    /** The own time of an event. */
    public Instant timestamp(long row) {
        return Instant.ofEpochMilli(number(afterNumbers(row, 1))).plusNanos(number(afterNumbers(row, 2)));
    }

    /** Where a number begins that comes after so many others behind the body. */
    private int afterNumbers(long row, int others) {
        int at = place(row, BODY) + 1;
        for (int passed = 0; passed < others; at++) {
            if (text[at] == ',') {
                passed++;
            }
        }
        return at;
    }

    private long number(int at) {
        int end = at;
        while (text[end] != ',' && text[end] != ']') {
            end++;
        }
        return Long.parseLong(plain(at, end));
    }

    private String plain(int from, int to) {
        return new String(text, from, to - from, ISO_8859_1);
    }
}
