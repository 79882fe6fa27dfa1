package io.atalaya.collector;

import io.atalaya.http.Response;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Answers in the shapes that the collector's clients read. Stateless. */
final class Dialect {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final DateTimeFormatter MILLISECONDS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSSX", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private Dialect() {}

    static Response json(int status, Map<String, ? extends @Nullable Object> members) {
        return Response.json(status, JSON.writeValueAsBytes(members)).with("cache-control", "no-store");
    }

    /** An object under construction, in order. */
    static Map<String, @Nullable Object> object() {
        return new LinkedHashMap<>();
    }

    /** An instant as JavaScript writes it: always three digits behind the second. */
    static String time(Instant instant) {
        return MILLISECONDS.format(instant);
    }

    static Response error(int status, String message, String code) {
        return json(status, failure("error", message, code));
    }

    /** Names every member at fault. */
    static Response invalid(String message, String code, List<EventForm.Fault> faults) {
        var members = failure("error", message, code);
        members.put("errors", faults);
        return json(400, members);
    }

    /** The buffer is full: come again. */
    static Response saturated(Duration retryAfter) {
        long seconds = Math.max(1, retryAfter.toSeconds());
        var members = failure("rate_limited", "Event buffer is full, please retry later", "BUFFER_SATURATED");
        members.put("retry_after", seconds);
        return json(429, members).with("retry-after", Long.toString(seconds));
    }

    static Response unavailable(String message, Duration retryAfter) {
        long seconds = Math.max(1, retryAfter.toSeconds());
        var members = failure("service_unavailable", message, "SERVICE_UNAVAILABLE");
        members.put("retry_after", seconds);
        return json(503, members).with("retry-after", Long.toString(seconds));
    }

    private static Map<String, @Nullable Object> failure(String status, String message, String code) {
        var members = object();
        members.put("status", status);
        members.put("message", message);
        members.put("errorCode", code);
        return members;
    }
}
