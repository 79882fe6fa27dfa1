package io.atalaya.command;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A command as a client sent it: {@code {"type":…,"ref":…,"data":{…}}}. Immutable, as long as nobody writes to its nodes.
 *
 * @param reference what the client calls it, as JSON: a short text or a number; null when it does not say
 * @param data what it is about
 * @param fault why it cannot be read; empty when it can
 */
record CommandRequest(JsonNode reference, ObjectNode data, Optional<CommandAnswer.Fault> fault) {
    private static final int LONGEST_REFERENCE = 64;

    /** Member names are the clients' choice: a table of them would keep what hostile ones send. */
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    /** Reads a message whose type is known to be a command's, as plain text or as an object. */
    static CommandRequest of(byte[] utf8) {
        JsonNode message;
        try {
            // from characters: from bytes, the parser would also accept what looks like UTF-16 (RFC 8259 section 8.1)
            message = JSON.readTree(new String(utf8, StandardCharsets.UTF_8));
        } catch (JacksonException _) {
            message = JSON.createObjectNode();
        }
        JsonNode reference = message.path("ref");
        boolean fits = reference.isMissingNode()
                || (reference.isString() && reference.stringValue().length() <= LONGEST_REFERENCE)
                || (reference.isIntegralNumber() && reference.canConvertToLong());
        if (!fits) {
            return broken(
                    NullNode.getInstance(), "ref", "not a reference", "a text of at most 64 characters, or a number");
        }
        JsonNode known = reference.isMissingNode() ? NullNode.getInstance() : reference;
        for (String name : message.propertyNames()) {
            if (!name.equals("type") && !name.equals("ref") && !name.equals("data")) {
                return broken(known, shortened(name), "an unknown member", "type, ref and data");
            }
        }
        JsonNode data = message.path("data");
        if (data.isMissingNode()) {
            return new CommandRequest(known, JSON.createObjectNode(), Optional.empty());
        }
        return data instanceof ObjectNode object
                ? new CommandRequest(known, object, Optional.empty())
                : broken(known, "data", "not an object", "an object with the command's members");
    }

    private static CommandRequest broken(JsonNode reference, String field, String found, String expected) {
        return new CommandRequest(
                reference, JSON.createObjectNode(), Optional.of(new CommandAnswer.Fault(field, found, expected)));
    }

    static String shortened(String text) {
        return text.length() <= LONGEST_REFERENCE ? text : text.substring(0, LONGEST_REFERENCE) + "…";
    }
}
