package io.atalaya.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class BenchReportTest {
    private static final BenchOptions OPTIONS =
            new BenchOptions(100, 50, 10, 20, 16, 200, 1, Duration.ZERO, Duration.ofSeconds(2), 1);

    @Test
    void figuresArePerDeliveryAndPerConnect() {
        BenchReport report = report(List.of());

        var json = JsonMapper.builder().build().readTree(report.json());

        assertThat(json.path("deliveries_per_s").asDouble()).isEqualTo(500);
        assertThat(json.path("server").path("cpu_us_per_delivery").asDouble()).isEqualTo(100);
        assertThat(json.path("server").path("cpu_us_per_connect").asDouble()).isEqualTo(500);
        assertThat(json.path("server").path("rss_bytes_per_session").asLong()).isEqualTo(4_096);
        assertThat(json.path("latency_us").path("p50").asDouble()).isBetween(499.0, 501.0);
        assertThat(json.path("latency_us").path("p99.9").asDouble()).isBetween(998.0, 1_001.0);
        assertThat(json.path("latency_us").path("max").asDouble()).isBetween(999.0, 1_001.0);
        assertThat(json.path("lost").asLong()).isEqualTo(3);
    }

    @Test
    void theTableIsForPeople() {
        assertThat(report(List.of("3 deliveries lost")).table())
                .contains("20 events/s, 200 bytes, 100 sessions in 10 audience(s)")
                .contains("latency     p50 0.50 ms  p90 0.90 ms  p95 0.95 ms  p99 0.99 ms")
                .contains("100.00 µs CPU a delivery (5% of a core), 500 µs CPU a connect; RSS 2 MiB, 4,096 B a session")
                .contains("client      25% of a core")
                .contains("PROBLEM     3 deliveries lost");
    }

    @Test
    void anyProblemMakesItBad() {
        assertThat(report(List.of()).good()).isTrue();
        assertThat(report(List.of("3 deliveries lost")).good()).isFalse();
    }

    @Test
    void loadThatMakesNoSenseIsRefusedWithWhatWasExpected() {
        assertThatThrownBy(() -> new BenchOptions(100, 50, 7, 20, 16, 200, 1, Duration.ZERO, Duration.ofSeconds(2), 1))
                .hasMessage("audience: 7 (expected: a divisor of connections)");
        assertThatThrownBy(() -> new BenchOptions(100, 50, 10, 20, 16, 10, 1, Duration.ZERO, Duration.ofSeconds(2), 1))
                .hasMessage("size: 10 (expected: 150 to 65536)");
    }

    @Test
    void anEventHasTheSizeAskedForEvenWithTheLongestNumbers() {
        assertThat(BenchEvents.json(19_999, Integer.MAX_VALUE, Long.MAX_VALUE, BenchOptions.MIN_SIZE))
                .hasSize(BenchOptions.MIN_SIZE);
        assertThat(BenchEvents.json(1, 0, 0, 1_000))
                .hasSize(1_000)
                .startsWith(new String(BenchEvents.beginning(1), StandardCharsets.US_ASCII) + "0,");
    }

    @Test
    void processUsageIsReadPastAnyName() {
        String stat = "42 (a (b) c) S 1 42 42 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 30 0 99 1000000 256 18446744073709";

        assertThat(ProcessUsage.parse(stat)).isEqualTo(new ProcessUsage(Duration.ofSeconds(3), 256 * 4_096));
    }

    private static BenchReport report(List<String> problems) {
        var latency = new Histogram(3);
        for (int micros = 1; micros <= 1_000; micros++) {
            latency.recordValue(micros * 1_000L);
        }
        return new BenchReport(
                OPTIONS,
                Duration.ofSeconds(2),
                new BenchReport.Counts(100, 40, 0, 1_000, 1_003, 1_000, 0, 0, 0),
                latency,
                new Histogram(3),
                new BenchReport.Server(
                        true, Duration.ofMillis(50), Duration.ofMillis(100), 1_048_576, 1_458_176, 2_097_152),
                Duration.ofMillis(500),
                problems);
    }
}
