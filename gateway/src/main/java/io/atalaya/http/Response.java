package io.atalaya.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An answer to a request. Immutable, as long as nobody writes to the body given. Length, date and connection fields
 * are added by the connection.
 */
public final class Response {
    /** Media type of JSON. */
    public static final String JSON = "application/json";

    /** Media type of problem details. */
    public static final String PROBLEM = "application/problem+json";

    /** Media type of plain text. */
    public static final String TEXT = "text/plain; charset=utf-8";

    private static final byte[] NOTHING = {};

    private final int status;
    private final List<Field> fields;
    private final byte[] body;
    private final @Nullable Consumer<BodyStream> opened;

    private Response(int status, List<Field> fields, byte[] body, @Nullable Consumer<BodyStream> opened) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status: %d (expected: 200 … 599)".formatted(status));
        }
        this.status = status;
        this.fields = fields;
        this.body = body;
        this.opened = opened;
    }

    /** An answer with a body; takes ownership of it. */
    public static Response of(int status, String contentType, byte[] body) {
        return new Response(status, List.of(new Field("content-type", contentType)), body, null);
    }

    /**
     * An answer whose body is written bit by bit; it is the connection's last.
     *
     * @param opened called on the connection's event loop once the head is on its way; not for a {@code HEAD} request
     */
    public static Response stream(String contentType, Consumer<BodyStream> opened) {
        return new Response(200, List.of(new Field("content-type", contentType)), NOTHING, opened);
    }

    /** An answer without a body. */
    public static Response empty(int status) {
        return new Response(status, List.of(), NOTHING, null);
    }

    /** JSON, already encoded; takes ownership of {@code body}. */
    public static Response json(int status, byte[] body) {
        return of(status, JSON, body);
    }

    /** Plain text. */
    public static Response text(int status, String text) {
        return of(status, TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Problem details with their own status. */
    public static Response problem(Problem problem) {
        return of(problem.status(), PROBLEM, problem.toJson());
    }

    /** The same answer with one more header field. */
    public Response with(String name, String value) {
        var more = new ArrayList<>(fields);
        more.add(new Field(name, value));
        return new Response(status, List.copyOf(more), body, opened);
    }

    public int status() {
        return status;
    }

    /** The header fields given, in order. */
    public List<Field> fields() {
        return fields;
    }

    /** The body. Shared; must not be modified. */
    public byte[] body() {
        return body;
    }

    /** Who writes the body from now on; null when it is complete. */
    @Nullable
    Consumer<BodyStream> opened() {
        return opened;
    }

    /**
     * A header field.
     *
     * @param name a token (RFC 9110 section 5.1)
     * @param value visible ASCII, spaces and tabs; a line break here would be an injected header
     */
    public record Field(String name, String value) {
        public Field {
            if (name.isEmpty() || !name.chars().allMatch(c -> c > ' ' && c < 127 && c != ':')) {
                throw new IllegalArgumentException("header name: '%s' (expected: a token)".formatted(name));
            }
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if ((c < ' ' && c != '\t') || c > 126) {
                    throw new IllegalArgumentException(
                            "header %s: character %d (expected: visible ASCII)".formatted(name, (int) c));
                }
            }
        }
    }
}
