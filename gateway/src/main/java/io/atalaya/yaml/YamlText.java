package io.atalaya.yaml;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/** Maps and lists as YAML or JSON text, always the same for the same content. Pure functions. */
public final class YamlText {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER, YAMLWriteFeature.SPLIT_LINES)
            .enable(YAMLWriteFeature.LITERAL_BLOCK_STYLE, YAMLWriteFeature.INDENT_ARRAYS_WITH_INDICATOR)
            .build();
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private YamlText() {}

    /** A YAML document that says first where it comes from. */
    public static String of(String comment, Object content) {
        return comment.lines().map(line -> "# " + line + "\n").reduce("", String::concat)
                + YAML.writeValueAsString(content);
    }

    /** An indented JSON document. */
    public static String json(Object content) {
        return JSON.writeValueAsString(content) + "\n";
    }

    /** A map in the order of its arguments, which are keys and values in turn. */
    public static Map<String, Object> map(Object... keysAndValues) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
