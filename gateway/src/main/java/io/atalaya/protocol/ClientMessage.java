package io.atalaya.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/** What a client said in one text message. */
public sealed interface ClientMessage {
    /** {@code ping}, or a JSON object whose {@code type} is {@code "ping"}, whatever else it holds. */
    record Ping() implements ClientMessage {}

    /**
     * A JSON object whose {@code type} is {@code "ack"}: the texts of its {@code id} and of its list {@code ids}, at most
     * {@value #MOST_IDS}. With more it is {@link Unknown}: each costs a look-up.
     */
    record Ack(List<String> ids) implements ClientMessage {
        public static final int MOST_IDS = 250;

        public Ack {
            ids = List.copyOf(ids);
        }
    }

    /** Any other short plain text, or the {@code type} of any other JSON object: perhaps a command. */
    record Named(String name) implements ClientMessage {}

    /** Nothing that the gateway understands. */
    record Unknown() implements ClientMessage {}

    /** The exact bytes that answer a ping. */
    String PONG = "{\"type\":\"pong\"}";

    /** Reads a message. Never throws: what cannot be read is {@link Unknown}. */
    static ClientMessage parse(byte[] utf8) {
        return Reader.parse(utf8);
    }

    /** The parser; stateless but for a factory that is immutable after construction. */
    final class Reader {
        private static final byte[] PLAIN_PING = "ping".getBytes(UTF_8);
        private static final byte[] USUAL_PING = "{\"type\":\"ping\"}".getBytes(UTF_8);
        private static final int MAX_NAME = 64;

        /** Member names are the clients' choice: a table of them would keep what hostile ones send. */
        static final JsonFactory JSON = JsonFactory.builder()
                .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                .build();

        private Reader() {}

        private static ClientMessage parse(byte[] utf8) {
            if (Arrays.equals(utf8, PLAIN_PING) || Arrays.equals(utf8, USUAL_PING)) {
                return new Ping();
            }
            if (looksLikeObject(utf8)) {
                return object(utf8);
            }
            String name = plainName(utf8);
            return name.equals("ping") ? new Ping() : named(name);
        }

        private static ClientMessage named(String name) {
            return name.isEmpty() ? new Unknown() : new Named(name);
        }

        private static boolean looksLikeObject(byte[] utf8) {
            for (byte b : utf8) {
                if (b != ' ' && b != '\t' && b != '\n' && b != '\r') {
                    return b == '{';
                }
            }
            return false;
        }

        private static String plainName(byte[] utf8) {
            return utf8.length > MAX_NAME ? "" : new String(utf8, UTF_8).strip();
        }

        private static ClientMessage object(byte[] utf8) {
            String type = "";
            var ids = new ArrayList<String>();
            // from characters: from bytes, the parser would also accept what looks like UTF-16 (RFC 8259 section 8.1)
            try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), new String(utf8, UTF_8))) {
                parser.nextToken();
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String name = parser.currentName();
                    JsonToken value = parser.nextToken();
                    if (name.equals("type") && value == JsonToken.VALUE_STRING) {
                        type = parser.getString();
                    } else if (name.equals("id") && value == JsonToken.VALUE_STRING) {
                        ids.add(parser.getString());
                    } else if (name.equals("ids") && value == JsonToken.START_ARRAY) {
                        addTexts(parser, ids);
                    }
                    parser.skipChildren();
                }
                if (parser.nextToken() != null || type.length() > MAX_NAME) {
                    return new Unknown();
                }
            } catch (JacksonException _) {
                return new Unknown();
            }
            return switch (type) {
                case "ping" -> new Ping();
                case "ack" -> ids.size() <= Ack.MOST_IDS ? new Ack(ids) : new Unknown();
                default -> named(type);
            };
        }

        private static void addTexts(JsonParser parser, List<String> texts) {
            for (JsonToken item = parser.nextToken();
                    item != null && item != JsonToken.END_ARRAY;
                    item = parser.nextToken()) {
                if (item == JsonToken.VALUE_STRING && texts.size() <= Ack.MOST_IDS) {
                    texts.add(parser.getString());
                }
                parser.skipChildren();
            }
        }
    }
}
