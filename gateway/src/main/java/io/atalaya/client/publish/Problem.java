package io.atalaya.client.publish;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Problem details of a refusal (RFC 9457). Immutable.
 *
 * @param title what kind of problem
 * @param detail what exactly, empty when not given
 * @param errors one line for each event and field that is wrong
 * @param body the answer's body as it came
 */
public record Problem(String title, String detail, List<String> errors, String body) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    public Problem {
        errors = List.copyOf(errors);
    }

    /** Reads an answer's body; one that is not problem JSON becomes the detail as it is. */
    public static Problem parse(String fallbackTitle, String body) {
        JsonNode tree;
        try {
            tree = JSON.readTree(body);
        } catch (JacksonException _) {
            return new Problem(fallbackTitle, body.strip(), List.of(), body);
        }
        if (tree == null || !tree.isObject()) {
            return new Problem(fallbackTitle, body.strip(), List.of(), body);
        }
        return new Problem(
                tree.path("title").asString(fallbackTitle), tree.path("detail").asString(""), lines(tree), body);
    }

    private static List<String> lines(JsonNode tree) {
        var lines = new ArrayList<String>();
        for (JsonNode error : tree.path("errors")) {
            lines.add(error.isObject() ? membersOf(error) : error.asString());
        }
        return lines;
    }

    private static String membersOf(JsonNode error) {
        var parts = new ArrayList<String>();
        error.properties().forEach(member -> parts.add(member.getKey() + ": " + text(member.getValue())));
        return String.join(", ", parts);
    }

    private static String text(JsonNode value) {
        return value.isString() ? value.asString() : value.toString();
    }

    /** Title, detail and every error, one a line. */
    public String describe() {
        var text = new StringBuilder(title);
        if (!detail.isEmpty()) {
            text.append(": ").append(detail);
        }
        errors.forEach(error -> text.append("\n  ").append(error));
        return text.toString();
    }
}
