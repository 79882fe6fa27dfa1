package io.atalaya.client.publish;

import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** From an HTTP answer to a typed outcome. Pure functions. */
final class PublishAnswers {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int LONGEST_RETRY_DIGITS = 9;

    private PublishAnswers() {}

    static PublishOutcome read(FullHttpResponse response) {
        int status = response.status().code();
        String body = response.content().toString(StandardCharsets.UTF_8);
        if (status == 202) {
            return accepted(body);
        }
        String title = "HTTP " + response.status();
        return new PublishOutcome.Refused(
                status,
                Problem.parse(title, body),
                retryAfter(response.headers().get(HttpHeaderNames.RETRY_AFTER, "")));
    }

    private static PublishOutcome accepted(String body) {
        try {
            JsonNode answer = JSON.readTree(body);
            var ids = new ArrayList<String>();
            answer.path("ids").forEach(id -> ids.add(id.asString()));
            String cursor = answer.path("cursor").asString("");
            return new PublishOutcome.Accepted(
                    answer.path("accepted").asInt(ids.size()),
                    List.copyOf(ids),
                    cursor.isEmpty() ? Optional.empty() : Optional.of(cursor));
        } catch (JacksonException e) {
            return new PublishOutcome.Refused(
                    202, new Problem("202 without JSON", e.getOriginalMessage(), List.of(), body), Optional.empty());
        }
    }

    /** Delay in seconds; the other permitted form, a date, is not used by gateways and counts as not given. */
    private static Optional<Duration> retryAfter(String header) {
        boolean seconds = !header.isEmpty()
                && header.length() <= LONGEST_RETRY_DIGITS
                && header.chars().allMatch(c -> c >= '0' && c <= '9');
        return seconds ? Optional.of(Duration.ofSeconds(Long.parseLong(header))) : Optional.empty();
    }
}
