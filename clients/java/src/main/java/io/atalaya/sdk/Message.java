package io.atalaya.sdk;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The members of a message that the client itself needs. Immutable.
 *
 * @param type the {@code type}
 * @param id the event's id; null in messages of the gateway itself
 * @param cursor where the log continues after it
 * @param reason of a gap
 * @param redelivered sent again, because nobody acknowledged it
 */
record Message(
        String type,
        @Nullable String id,
        @Nullable String cursor,
        @Nullable String reason,
        boolean redelivered) {
    private static final JsonFactory JSON = new JsonFactory();

    /** Reads a message; empty for anything but a JSON object with a type, such as plain-text answers. */
    static Optional<Message> parse(String text) {
        if (!text.startsWith("{")) {
            return Optional.empty();
        }
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            parser.nextToken();
            var draft = new Draft();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                draft.take(name, parser.nextToken(), parser);
                parser.skipChildren();
            }
            return draft.finish();
        } catch (JacksonException broken) {
            return Optional.empty();
        }
    }

    /** Gathers the members. Confined to one parse. */
    private static final class Draft {
        private @Nullable String type;
        private @Nullable String id;
        private @Nullable String cursor;
        private @Nullable String reason;
        private boolean redelivered;

        void take(String name, JsonToken token, JsonParser parser) {
            if (token == JsonToken.VALUE_STRING) {
                switch (name) {
                    case "type" -> type = parser.getString();
                    case "id" -> id = parser.getString();
                    case "cursor" -> cursor = parser.getString();
                    case "reason" -> reason = parser.getString();
                    default -> {}
                }
            } else if (name.equals("redelivered")) {
                redelivered = token == JsonToken.VALUE_TRUE;
            }
        }

        Optional<Message> finish() {
            String found = type;
            return found == null ? Optional.empty() : Optional.of(new Message(found, id, cursor, reason, redelivered));
        }
    }
}
