package io.atalaya.exposition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atalaya.management.Samples;
import io.atalaya.metrics.ExpositionFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Prometheus' own linter finds nothing but the names that others have given. */
@Timeout(60)
final class PromtoolMetricsIT {
    private static final String PROMTOOL = System.getenv().getOrDefault("ATALAYA_PROMTOOL", "");

    /** A gauge that is called a total, and six histograms that are not in seconds: their readers know them so. */
    private static final Set<String> EXCEPTIONS = Set.of(
            "wsgateway_connections_total",
            "websocket_event_latency_milliseconds",
            "websocket_heartbeat_rtt_milliseconds",
            "websocket_initial_state_latency_milliseconds",
            "batch_processing_time_ms",
            "batch_insert_time_ms",
            "http_request_duration_ms");

    private static final Pattern FINDING = Pattern.compile("(?m)^([a-z_0-9]+) ");

    @Test
    void namesTypesAndTextsAreAsTheyShouldBe() throws IOException, InterruptedException {
        assumeTrue(!PROMTOOL.isEmpty(), "no ATALAYA_PROMTOOL");
        var found = new TreeSet<String>();
        for (Vocabulary vocabulary : Vocabulary.values()) {
            String findings = check(ExpositionFormat.TEXT.write(vocabulary.of(Samples.withRedis(true))));
            FINDING.matcher(findings).results().forEach(finding -> found.add(finding.group(1)));
        }

        assertThat(found).isEqualTo(new TreeSet<>(EXCEPTIONS));
    }

    private static String check(byte[] text) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(PROMTOOL, "check", "metrics"))
                .redirectErrorStream(true)
                .start();
        try (var in = process.getOutputStream()) {
            in.write(text);
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return output;
    }
}
