package io.atalaya.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/**
 * An error as problem details (RFC 9457). Immutable.
 *
 * @param type a URI that names the kind of problem; {@code about:blank} when the status says it all
 * @param title short text, the same for every occurrence of the type
 * @param status the HTTP status (400 … 599)
 * @param detail what was found and what was expected, this time
 * @param extensions further members, in order; values are anything that Jackson can write
 */
public record Problem(String type, String title, int status, String detail, Map<String, Object> extensions) {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Set<String> RESERVED = Set.of("type", "title", "status", "detail", "instance");

    public Problem {
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status: %d (expected: 400 … 599)".formatted(status));
        }
        extensions = Map.copyOf(extensions);
        for (String name : extensions.keySet()) {
            if (RESERVED.contains(name)) {
                throw new IllegalArgumentException("extension: %s (expected: not one of %s)".formatted(name, RESERVED));
            }
        }
    }

    /** A problem that the status alone names: the title is the status's reason phrase. */
    public static Problem of(int status, String detail) {
        return new Problem("about:blank", HttpResponseStatus.valueOf(status).reasonPhrase(), status, detail, Map.of());
    }

    /** The same problem with one more member. */
    public Problem with(String name, Object value) {
        var more = new LinkedHashMap<>(extensions);
        more.put(name, value);
        return new Problem(type, title, status, detail, more);
    }

    /** The JSON form, UTF-8. */
    public byte[] toJson() {
        var members = new LinkedHashMap<String, Object>();
        members.put("type", type);
        members.put("title", title);
        members.put("status", status);
        members.put("detail", detail);
        members.putAll(extensions);
        return JSON.writeValueAsBytes(members);
    }
}
