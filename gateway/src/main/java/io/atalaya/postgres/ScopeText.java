package io.atalaya.postgres;

import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** An event's scope as a JSON object of texts. Pure functions. */
final class ScopeText {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final TypeReference<Map<String, String>> TYPE = new TypeReference<>() {};
    private static final String HEX = "0123456789abcdef";

    private ScopeText() {}

    static String write(Map<String, String> scope) {
        var out = new StringBuilder(64).append('{');
        new TreeMap<>(scope).forEach((member, value) -> {
            out.append(out.length() > 1 ? "," : "");
            quote(member, out);
            out.append(':');
            quote(value, out);
        });
        return out.append('}').toString();
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    /** @throws IllegalArgumentException for what {@link #write} does not write */
    static Map<String, String> read(String text) {
        try {
            return MAPPER.readValue(text, TYPE);
        } catch (JacksonException broken) {
            throw new IllegalArgumentException("scope: not an object of texts", broken);
        }
    }
}
