package io.atalaya.archive;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.atalaya.event.Cursor;
import io.atalaya.log.EventLog.Entry;
import java.util.Base64;
import java.util.Comparator;
import java.util.Optional;

/**
 * Where an event stands in the order of a query: its time, and its log position among events of the same time.
 * Immutable. Ordered by time, then epoch, then offset. Its text form is opaque to clients, URL-safe and at most 64
 * characters.
 *
 * @param time which of its two times
 * @param value that time, in the unit of {@code time}
 */
public record EventKey(EventQuery.Time time, long value, Cursor cursor) implements Comparable<EventKey> {
    private static final int RADIX = 36;
    private static final int MAX_TEXT = 64;
    private static final Comparator<EventKey> ORDER =
            Comparator.comparingLong(EventKey::value).thenComparing(EventKey::cursor);

    /** The key of an entry. */
    public static EventKey of(EventQuery.Time time, Entry entry) {
        return new EventKey(time, time.of(entry), entry.cursor());
    }

    /** Reads the text form; empty when {@code text} is not a key that {@link #toString} wrote. */
    public static Optional<EventKey> parse(String text) {
        if (text.length() > MAX_TEXT) {
            return Optional.empty();
        }
        try {
            String plain = new String(Base64.getUrlDecoder().decode(text), US_ASCII);
            int dot = plain.indexOf('.');
            if (dot < 2) {
                return Optional.empty();
            }
            EventQuery.Time time = plain.charAt(0) == 'a' ? EventQuery.Time.ARRIVAL : EventQuery.Time.EVENT;
            long value = Long.parseLong(plain, 1, dot, RADIX);
            return Cursor.parse(plain.substring(dot + 1))
                    .map(cursor -> new EventKey(time, value, cursor))
                    .filter(key -> key.toString().equals(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Orders keys of the same time; those of different times have no meaningful order. */
    @Override
    public int compareTo(EventKey other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        String plain = (time == EventQuery.Time.ARRIVAL ? "a" : "e") + Long.toString(value, RADIX) + "." + cursor;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(plain.getBytes(US_ASCII));
    }
}
