package io.atalaya.retained;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.event.Cursor;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.profile.Endpoint.Section;
import java.io.ByteArrayOutputStream;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a first message. Confined to one call. Events stand in it as their subscribers get them; bodies are copied, not
 * parsed.
 */
final class StateJson {
    /** Beyond its body: comma, cursor and end. */
    private static final int MORE_THAN_A_BODY = 64;

    private final String type;
    private final Map<Section, List<Entry>> sections;
    private final Cursor position;
    private boolean truncated;

    StateJson(String type, Map<Section, List<Entry>> sections, Cursor position) {
        this.type = type;
        this.sections = new LinkedHashMap<>(sections);
        this.position = position;
    }

    String write(long nowMillis, int maxBytes) {
        fit(maxBytes);
        var out = new ByteArrayOutputStream(1_024);
        write(out, "{\"type\":\"" + type + "\"");
        sections.forEach((section, entries) -> {
            write(out, ",\"" + section.name() + "\":");
            if (section.single()) {
                writeOne(out, entries);
            } else {
                writeAll(out, entries);
            }
        });
        write(out, ",\"timestamp\":" + nowMillis + ",\"cursor\":\"" + position + "\"");
        write(out, truncated ? ",\"truncated\":true}" : "}");
        return out.toString(UTF_8);
    }

    /** Halves the longest section until everything fits. */
    private void fit(int maxBytes) {
        while (sections.values().stream().mapToLong(StateJson::length).sum() > maxBytes) {
            Map.Entry<Section, List<Entry>> longest = sections.entrySet().stream()
                    .max(Comparator.comparingLong(section -> length(section.getValue())))
                    .orElseThrow();
            List<Entry> entries = longest.getValue();
            longest.setValue(List.copyOf(entries.subList(0, entries.size() / 2)));
            truncated = true;
        }
    }

    private static long length(List<Entry> entries) {
        return entries.stream()
                .mapToLong(entry -> entry.event().body().open().length + (long) MORE_THAN_A_BODY)
                .sum();
    }

    private static void writeOne(ByteArrayOutputStream out, List<Entry> entries) {
        if (entries.isEmpty()) {
            write(out, "null");
        } else {
            writeEvent(out, entries.getFirst());
        }
    }

    private static void writeAll(ByteArrayOutputStream out, List<Entry> entries) {
        out.write('[');
        for (int i = 0; i < entries.size(); i++) {
            if (i > 0) {
                out.write(',');
            }
            writeEvent(out, entries.get(i));
        }
        out.write(']');
    }

    private static void writeEvent(ByteArrayOutputStream out, Entry entry) {
        out.writeBytes(entry.event().body().open());
        write(out, ",\"cursor\":\"" + entry.cursor() + "\"}");
    }

    private static void write(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(UTF_8));
    }
}
