package io.atalaya.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.generate.PromqlNames.Use;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which series an expression names. */
class PromqlNamesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "up; up",
                "up == 0; up",
                "sum(rate(a_total[5m])) by (job); a_total",
                "sum by (job, le) (rate(a_total[5m])); a_total",
                "a_total / on (job) group_left (x) b_total; a_total b_total",
                "histogram_quantile(0.95, sum by (le) (rate(h_bucket{code!=\"101\"}[5m]))) > 0.5; h_bucket",
                "a offset 5m and b or c unless d; a b c d",
                "slo:ratio:rate5m{slo=\"x_total\"} > bool 1e-9; slo:ratio:rate5m",
                "count(ALERTS{alertstate=\"firing\"}) or vector(0); ALERTS",
                "rate(a_total[$__rate_interval]) * 60; a_total",
                "a > inf; a",
            })
    void namesAreFound(String expression, String names) {
        assertThat(PromqlNames.in(expression)).extracting(Use::name).containsExactly(names.split(" "));
    }

    @Test
    void labelsAreThoseInBraces() {
        assertThat(PromqlNames.in("sum by (z) (a{x=\"b{c}\",y=~\"d\"}) / e"))
                .containsExactly(new Use("a", Set.of("x", "y")), new Use("e", Set.of()));
    }
}
