package io.atalaya.cli.slo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.gateway.GatewayTester;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The gate as a pipeline asks it, against a real gateway whose producers spend one of its budgets. */
@Timeout(120)
final class GateSloIT {
    private static final int BLOCKED = 3;
    private static final String OBJECTIVES = """
            slo: gated
            services:
              api: {title: HTTP API, owner: Backend}
              gateway: {title: Gateway, owner: SRE}
            objectives:
              api-keys:
                service: api
                title: requests with a known key
                objective: 99.5
                events:
                  bad: {metric: atalaya_http_answers_total, labels: {port: public, status: [4*]}}
                  valid: {metric: atalaya_http_answers_total, labels: {port: public}}
              gateway-uptime:
                service: gateway
                title: time in which the gateway serves
                objective: 99.9
                uptime: {up: {metric: atalaya_health, labels: {state: [healthy, degraded]}}}
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path files;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private GatewayTester gateway;

    @BeforeEach
    void start() throws IOException {
        Files.writeString(files.resolve("atalaya.yaml"), OBJECTIVES);
        gateway = GatewayTester.start("slo-files", files.toString());
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private int gate(String... more) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        var arguments = new ArrayList<>(
                List.of("gate", "--url", gateway.managementUri("").toString()));
        arguments.addAll(List.of(more));
        return new CommandLine(new SloCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments.toArray(String[]::new));
    }

    @Test
    void aSpentBudgetBlocksItsServiceAndNoOther() {
        assertThat(gate()).isZero();
        assertThat(out.toString()).startsWith("allowed");

        await().atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    assertThat(gateway.post("key-of-nobody", "{}").statusCode()).isEqualTo(401);
                    return gate("--service", "api") == BLOCKED;
                });

        assertThat(out.toString().lines()).first().isEqualTo("blocked");
        assertThat(out.toString())
                .containsPattern("spent: api-keys, requests with a known key "
                        + "\\(objective: 99\\.50* % over 30d, left of the budget: -\\d+ %\\)");
        assertThat(err.toString()).isEmpty();
        assertThat(gate()).as("all services").isEqualTo(BLOCKED);
        assertThat(gate("--service", "gateway")).isZero();
    }

    @Test
    void aQuestionThatIsNotAnsweredIsNotConsent() {
        assertThat(gate("--service", "nobody")).isOne();
        assertThat(err.toString()).contains("service: nobody (expected: one of [api, gateway])");
        assertThat(out.toString()).isEmpty();
    }
}
