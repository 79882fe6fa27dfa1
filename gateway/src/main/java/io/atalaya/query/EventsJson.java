package io.atalaya.query;

import io.atalaya.log.EventLog.Entry;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes events as their subscribers get them: the published members in their order, then what the gateway added. Bodies
 * are copied, not parsed. Stateless.
 */
public final class EventsJson {
    private static final byte[] START = ascii("{\"events\":[");
    private static final byte[] CURSOR = ascii(",\"cursor\":\"");
    private static final byte[] EVENT_END = ascii("\"}");

    private EventsJson() {}

    /**
     * An object with member {@code events} and one more.
     *
     * @param last the other member, JSON without braces
     */
    public static byte[] object(List<Entry> entries, String last) {
        int size = 64 + last.length();
        for (Entry entry : entries) {
            size += entry.event().body().open().length + 48;
        }
        var json = new ByteArrayOutputStream(size);
        json.writeBytes(START);
        for (int i = 0; i < entries.size(); i++) {
            if (i > 0) {
                json.write(',');
            }
            Entry entry = entries.get(i);
            json.writeBytes(entry.event().body().open());
            json.writeBytes(CURSOR);
            json.writeBytes(ascii(entry.cursor().toString()));
            json.writeBytes(EVENT_END);
        }
        json.writeBytes(ascii("]," + last + "}"));
        return json.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
