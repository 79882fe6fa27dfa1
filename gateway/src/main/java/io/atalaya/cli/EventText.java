package io.atalaya.cli;

import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Events between arguments, text and people. Pure functions. */
final class EventText {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private EventText() {}

    /**
     * The event that arguments describe.
     *
     * @param fields further members; a name with dots makes nested objects
     * @throws IllegalArgumentException when one name is both a value and an object
     */
    static String of(String type, String tenant, Map<String, String> fields) {
        ObjectNode event = JSON.createObjectNode();
        event.put("type", type);
        event.set("tenant_id", value(tenant));
        fields.forEach((name, value) -> put(event, name, value));
        return event.toString();
    }

    private static void put(ObjectNode event, String name, String value) {
        ObjectNode parent = event;
        String[] path = name.split("\\.", -1);
        for (int i = 0; i < path.length - 1; i++) {
            JsonNode child = parent.get(path[i]);
            if (child != null && !child.isObject()) {
                throw new IllegalArgumentException("--field %s: %s already has a value".formatted(name, path[i]));
            }
            parent = child instanceof ObjectNode object ? object : parent.putObject(path[i]);
        }
        parent.set(path[path.length - 1], value(value));
    }

    private static JsonNode value(String text) {
        try {
            JsonNode parsed = JSON.readTree(text);
            return parsed == null || parsed.isMissingNode()
                    ? JSON.getNodeFactory().stringNode(text)
                    : parsed;
        } catch (JacksonException _) {
            return JSON.getNodeFactory().stringNode(text);
        }
    }

    /** Whether a text is one event a line rather than one JSON document. */
    static boolean isLines(String text) {
        try {
            JSON.readTree(text);
            return false;
        } catch (JacksonException _) {
            // a document that is broken goes out as it is when its first line is no event either
            return text.strip().lines().count() > 1
                    && isObject(text.strip().lines().findFirst().orElse(""));
        }
    }

    private static boolean isObject(String line) {
        try {
            return JSON.readTree(line).isObject();
        } catch (JacksonException _) {
            return false;
        }
    }

    /** An event over several lines; text that is not JSON stays as it is. */
    static String pretty(String text) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(JSON.readTree(text));
        } catch (JacksonException _) {
            return text;
        }
    }

    /** The event's {@code ts}; empty when it has none. */
    static String timestamp(String text) {
        try {
            return JSON.readTree(text).path("ts").asString("");
        } catch (JacksonException _) {
            return "";
        }
    }
}
