package io.atalaya.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import io.lettuce.core.StreamMessage;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Events as fields of a stream entry. Immutable.
 *
 * <p>The members of the scope are written as {@code <length>:<bytes>}, names and values in turn; a timestamp as seconds and
 * nanoseconds since 1970. {@code from} names the process that took the event in, with its monotonic clock: in that process
 * the event's latency is counted from there, in every other from the moment it is read.
 */
public final class EntryCodec {
    private final byte[] origin;
    private final LongSupplier nanoClock;

    /** @param origin names this process, like no other */
    public EntryCodec(String origin, LongSupplier nanoClock) {
        this.origin = (origin + ":").getBytes(UTF_8);
        this.nanoClock = nanoClock;
    }

    /** Adds the arguments that the append script expects of an event. */
    public void encode(Event event, List<byte[]> arguments) {
        Instant timestamp = event.timestamp();
        arguments.add(bytes(event.tenant().value()));
        arguments.add(bytes(event.id().value()));
        arguments.add(bytes(event.type()));
        arguments.add(scope(event.scope()));
        arguments.add(bytes(timestamp.getEpochSecond() + " " + timestamp.getNano()));
        arguments.add(from(event.acceptedNanos()));
        arguments.add(event.body().open());
    }

    private byte[] from(long acceptedNanos) {
        byte[] nanos = bytes(Long.toString(acceptedNanos));
        byte[] from = Arrays.copyOf(origin, origin.length + nanos.length);
        System.arraycopy(nanos, 0, from, origin.length, nanos.length);
        return from;
    }

    private static byte[] scope(Map<String, String> scope) {
        var out = new ByteArrayOutputStream(64);
        new TreeMap<>(scope).forEach((name, value) -> {
            piece(out, name);
            piece(out, value);
        });
        return out.toByteArray();
    }

    private static void piece(ByteArrayOutputStream out, String text) {
        byte[] bytes = bytes(text);
        out.writeBytes(bytes(bytes.length + ":"));
        out.writeBytes(bytes);
    }

    /** Offset of an entry: the first part of its id. */
    static long offset(StreamMessage<String, byte[]> message) {
        String id = message.getId();
        return Long.parseLong(id, 0, id.indexOf('-'), 10);
    }

    /** Id of the entry at an offset. */
    static String id(long offset) {
        return offset + "-0";
    }

    /** The generation of the epoch in which an entry was stored. */
    static long generation(StreamMessage<String, byte[]> message) {
        return number(message.getBody(), "gen");
    }

    /**
     * Reads an entry.
     *
     * @throws RuntimeException when it is not one that {@link #encode} wrote
     */
    public Entry decode(StreamMessage<String, byte[]> message, long epoch) {
        Map<String, byte[]> fields = message.getBody();
        byte[] body = field(fields, "body");
        if (body.length == 0) {
            throw new IllegalArgumentException(
                    "entry %s: empty body (expected: a JSON object)".formatted(message.getId()));
        }
        var event = new Event(
                new TenantId(text(fields, "tenant")),
                new EventId(text(fields, "id")),
                text(fields, "type"),
                scope(field(fields, "scope")),
                new Event.Body(body),
                timestamp(text(fields, "ts")),
                acceptedNanos(field(fields, "from")),
                true);
        return new Entry(new Cursor(epoch, offset(message)), number(fields, "at"), event);
    }

    private static Instant timestamp(String text) {
        int space = text.indexOf(' ');
        return Instant.ofEpochSecond(
                Long.parseLong(text, 0, space, 10), Long.parseLong(text, space + 1, text.length(), 10));
    }

    private long acceptedNanos(byte[] from) {
        for (int i = 0; i < origin.length; i++) {
            if (i >= from.length || from[i] != origin[i]) {
                return nanoClock.getAsLong();
            }
        }
        return Long.parseLong(new String(from, origin.length, from.length - origin.length, UTF_8));
    }

    private static Map<String, String> scope(byte[] bytes) {
        var scope = new HashMap<String, String>();
        var pieces = new Pieces(bytes);
        while (pieces.more()) {
            scope.put(pieces.next(), pieces.next());
        }
        return scope;
    }

    /** Reads {@code <length>:<bytes>} one after another. Confined to one call. */
    private static final class Pieces {
        private final byte[] bytes;
        private int at;

        Pieces(byte[] bytes) {
            this.bytes = bytes;
        }

        boolean more() {
            return at < bytes.length;
        }

        String next() {
            int length = 0;
            while (bytes[at] != ':') {
                length = length * 10 + Character.digit(bytes[at++], 10);
            }
            var text = new String(bytes, at + 1, length, UTF_8);
            at += 1 + length;
            return text;
        }
    }

    private static long number(Map<String, byte[]> fields, String name) {
        return Long.parseLong(text(fields, name));
    }

    private static String text(Map<String, byte[]> fields, String name) {
        return new String(field(fields, name), UTF_8);
    }

    private static byte[] field(Map<String, byte[]> fields, String name) {
        byte @Nullable [] value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("entry: no field %s (expected: one)".formatted(name));
        }
        return value;
    }

    public static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    public static byte[] bytes(long number) {
        return bytes(Long.toString(number));
    }
}
