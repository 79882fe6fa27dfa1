package io.atalaya.client.publish;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** The body of a publish request: one event, a JSON array of events, or one event a line. Immutable. */
public final class PublishBody {
    private static final String JSON = "application/json";
    private static final String NDJSON = "application/x-ndjson";

    private final String contentType;
    private final byte[] bytes;

    private PublishBody(String contentType, byte[] bytes) {
        this.contentType = contentType;
        this.bytes = bytes;
    }

    /** One event, or an array of them, as JSON text. */
    public static PublishBody json(String json) {
        return new PublishBody(JSON, json.getBytes(StandardCharsets.UTF_8));
    }

    /** Events as a JSON array. */
    public static PublishBody array(List<String> events) {
        return json("[" + String.join(",", events) + "]");
    }

    /** Events one a line (NDJSON); none of them may hold a line break. */
    public static PublishBody ndjson(List<String> events) {
        return ndjsonText(String.join("\n", events) + "\n");
    }

    /** A ready-made NDJSON text. */
    public static PublishBody ndjsonText(String lines) {
        return new PublishBody(NDJSON, lines.getBytes(StandardCharsets.UTF_8));
    }

    public String contentType() {
        return contentType;
    }

    /** Length in bytes. */
    public int length() {
        return bytes.length;
    }

    /** The body itself. Shared; must not be modified. */
    byte[] bytes() {
        return bytes;
    }
}
