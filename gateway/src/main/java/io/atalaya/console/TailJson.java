package io.atalaya.console;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.live.Viewers;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Events as their viewers get them. Pure functions. */
final class TailJson {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int LONGEST_BODY = 8 * 1024;

    private TailJson() {}

    /**
     * An event on its way.
     *
     * @param cursor null for one that is not logged
     * @param atMillis when the log took it, or it passed
     */
    record Seen(Event event, @Nullable Cursor cursor, long atMillis) {}

    /** The event with what is known of it; its body only when it is not too long. */
    static byte[] event(Seen seen) {
        Event event = seen.event();
        byte[] open = event.body().open();
        boolean whole = open.length <= LONGEST_BODY;
        var members = new LinkedHashMap<String, Object>();
        members.put("at", seen.atMillis());
        members.put("tenant", event.tenant().value());
        members.put("id", event.id().value());
        members.put("type", event.type());
        members.put("durable", seen.cursor() != null);
        members.put("cursor", seen.cursor() == null ? null : seen.cursor().toString());
        members.put("scope", new TreeMap<>(event.scope()));
        members.put("bytes", open.length + 1);
        members.put("truncated", !whole);
        String head = JSON.writeValueAsString(members);
        String body = whole ? asDelivered(event, seen.cursor()) : "null";
        String json = head.substring(0, head.length() - 1) + ",\"event\":" + body + "}";
        return Viewers.event("event", json.getBytes(StandardCharsets.UTF_8));
    }

    /** In one line: a line break in JSON is white space between tokens. */
    private static String asDelivered(Event event, @Nullable Cursor cursor) {
        String open = new String(event.body().open(), StandardCharsets.UTF_8)
                .replace('\n', ' ')
                .replace('\r', ' ');
        return cursor == null ? open + "}" : open + ",\"cursor\":\"" + cursor + "\"}";
    }

    static byte[] ready(long nowMillis) {
        return Viewers.event("ready", JSON.writeValueAsBytes(Map.of("at", nowMillis)));
    }

    static byte[] skipped(long nowMillis, long skipped, String reason, long total) {
        var members = new LinkedHashMap<String, Object>();
        members.put("at", nowMillis);
        members.put("skipped", skipped);
        members.put("reason", reason);
        members.put("total", total);
        return Viewers.event("skipped", JSON.writeValueAsBytes(members));
    }
}
