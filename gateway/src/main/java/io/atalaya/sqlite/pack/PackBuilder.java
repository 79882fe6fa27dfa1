package io.atalaya.sqlite.pack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.ScopeText;
import io.atalaya.event.TenantId;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;

/** Makes packs, one after the other. Confined to its owner. */
public final class PackBuilder {
    /** With the places and an event of usual length, somewhat below whole pages. */
    private static final int FULL_BYTES = 29 << 10;

    private static final int FIRST_BYTES = 1 << 10;

    /** A larger array is not kept for the next pack. */
    private static final int MOST_KEPT_BYTES = 4 * FULL_BYTES;

    /** Tenant, id, times and punctuation of an event at most. */
    private static final int BYTES_BESIDE_TEXTS = TenantId.MAX_LENGTH + EventId.MAX_LENGTH + 100;

    private static final int NANOS_PER_MILLI = 1_000_000;

    private final ByteBuffer places = ByteBuffer.allocate(Pack.MOST_EVENTS * Pack.PLACE_BYTES);
    private byte[] text = new byte[FIRST_BYTES];
    private int length;

    /** Whether no more is to be added. */
    public boolean isFull() {
        return length >= FULL_BYTES || !places.hasRemaining();
    }

    /** Whether nothing was added. */
    public boolean isEmpty() {
        return length == 0;
    }

    /**
     * Adds the event of the next row, unless {@link #isFull}.
     *
     * @param atMillis when the log took it, in milliseconds since 1970
     */
    public void add(Event event, long atMillis) {
        byte[] type = ScopeText.quoted(event.type()).getBytes(UTF_8);
        byte[] scope = ScopeText.write(event.scope()).getBytes(UTF_8);
        byte[] openBody = event.body().open();
        makeRoom(type.length + scope.length + openBody.length);
        put(length == 0 ? "[" : ",");
        placed();
        put("[\"").put(event.tenant().value()).put("\"");
        placed();
        put(",\"").put(event.id().value()).put("\"");
        placed();
        put(",").put(type);
        placed();
        put(",").put(scope);
        placed();
        put(",").put(openBody).put("}");
        placed();
        Instant timestamp = event.timestamp();
        int nanos = timestamp.getNano();
        put(",").put(Long.toString(atMillis));
        put(",").put(Long.toString(timestamp.getEpochSecond() * 1_000 + nanos / NANOS_PER_MILLI));
        put(",").put(Integer.toString(nanos % NANOS_PER_MILLI)).put("]");
    }

    private void makeRoom(int more) {
        int wanted = length + more + BYTES_BESIDE_TEXTS;
        if (wanted > text.length) {
            text = Arrays.copyOf(text, Math.max(wanted, 2 * text.length));
        }
    }

    private void placed() {
        places.putInt(length);
    }

    private PackBuilder put(byte[] some) {
        System.arraycopy(some, 0, text, length, some.length);
        length += some.length;
        return this;
    }

    private PackBuilder put(String plain) {
        return put(plain.getBytes(ISO_8859_1));
    }

    /** A pack of what was added, of which there must be something; begins anew. */
    public Pack build(long firstRow) {
        put("]");
        var pack = new Pack(firstRow, Arrays.copyOf(places.array(), places.position()), Arrays.copyOf(text, length));
        clear();
        return pack;
    }

    /** Begins anew, whatever was added. */
    public void clear() {
        places.clear();
        length = 0;
        if (text.length > MOST_KEPT_BYTES) {
            text = new byte[FIRST_BYTES];
        }
    }
}
