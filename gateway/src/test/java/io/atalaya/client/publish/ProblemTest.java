package io.atalaya.client.publish;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProblemTest {
    @Test
    void problemJsonBecomesLinesForPeople() {
        Problem problem = Problem.parse("HTTP 400", """
                {"type":"about:blank","title":"Invalid events","detail":"1 of 2 events is invalid",
                 "errors":[{"event":1,"member":"tenant_id","problem":"missing"},"and more"]}""");

        assertThat(problem.describe()).isEqualTo("""
                        Invalid events: 1 of 2 events is invalid
                          event: 1, member: tenant_id, problem: missing
                          and more""");
    }

    @Test
    void anAnswerThatIsNotJsonIsShownAsItIs() {
        assertThat(Problem.parse("HTTP 502 Bad Gateway", " <html>oops</html>\n").describe())
                .isEqualTo("HTTP 502 Bad Gateway: <html>oops</html>");
        assertThat(Problem.parse("HTTP 500", "").describe()).isEqualTo("HTTP 500");
        assertThat(Problem.parse("HTTP 500", "[1]").describe()).isEqualTo("HTTP 500: [1]");
    }
}
