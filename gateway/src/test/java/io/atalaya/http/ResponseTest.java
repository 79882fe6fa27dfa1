package io.atalaya.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class ResponseTest {
    @ParameterizedTest
    @ValueSource(strings = {"a\r\nset-cookie: x", "a\u0000", "é"})
    void refusesValuesThatWouldBreakTheHeader(String value) {
        assertThatThrownBy(() -> Response.empty(204).with("x", value)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void writesProblemsAsTheRfcSays() {
        Problem problem = Problem.of(400, "x: 5 (expected: 6)").with("errors", List.of(Map.of("index", 3)));

        Response response = Response.problem(problem);

        assertThat(response.fields()).containsExactly(new Response.Field("content-type", "application/problem+json"));
        assertThat(JsonMapper.shared().readTree(response.body()))
                .isEqualTo(JsonMapper.shared().readTree("""
                        {"type":"about:blank","title":"Bad Request","status":400,"detail":"x: 5 (expected: 6)",
                         "errors":[{"index":3}]}"""));
    }

    @Test
    void keepsExtensionsOffTheStandardMembers() {
        assertThatThrownBy(() -> Problem.of(400, "").with("status", 200)).isInstanceOf(IllegalArgumentException.class);
    }
}
