package io.atalaya.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atalaya.generate.Generator.Artefact;
import io.atalaya.yaml.YamlText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Prometheus and Alertmanager accept what is made, what waits for metrics included, and every alert fires and rests. */
@Timeout(600)
class PromtoolIT {
    private static final String PROMTOOL = System.getenv().getOrDefault("ATALAYA_PROMTOOL", "");
    private static final String AMTOOL = System.getenv().getOrDefault("ATALAYA_AMTOOL", "");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    @BeforeEach
    void toolsAreThere() {
        assumeTrue(!PROMTOOL.isEmpty() && !AMTOOL.isEmpty(), "no ATALAYA_PROMTOOL or ATALAYA_AMTOOL");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsMadeIsAccepted(boolean withPending) throws IOException, InterruptedException {
        for (Artefact artefact : GeneratorTest.generator(withPending).artefacts()) {
            Path file = directory.resolve(artefact.path());
            Files.createDirectories(file.getParent());
            Files.writeString(file, artefact.text());
        }

        run(
                PROMTOOL,
                "check",
                "rules",
                "--lint=all",
                "--lint-fatal",
                "prometheus/rules/slo.yml",
                "prometheus/rules/alerts.yml");
        run(PROMTOOL, "check", "config", "--syntax-only", "prometheus/prometheus.yml");
        run(AMTOOL, "check-config", "alertmanager/alertmanager.yml");
        if (withPending) {
            // all that is made without it is in here too
            together(List.of("alerts_test.yml", "slo_test.yml", "slo_slow_test.yml"));
        }
    }

    /** Prometheus parses every panel's query: each as if it were to be recorded. */
    @Test
    void everyQueryOfAPanelIsParsed() throws IOException, InterruptedException {
        var rules = new ArrayList<>();
        for (Dashboard dashboard : GeneratorTest.generator(true).dashboards()) {
            for (Dashboard.Panel panel : dashboard.panels()) {
                for (Dashboard.Query query : panel.queries()) {
                    String expression = query.expression().replace("$__rate_interval", "1m");
                    rules.add(YamlText.map("record", "panel:query" + rules.size(), "expr", expression));
                }
            }
        }
        assertThat(rules).hasSizeGreaterThan(80);
        recorded("queries.yml", rules);
        rules.add(YamlText.map("record", "panel:wrong", "expr", "sum by (le (up)"));
        recorded("wrong.yml", rules);

        run(PROMTOOL, "check", "rules", "queries.yml");
        assertThatThrownBy(() -> run(PROMTOOL, "check", "rules", "wrong.yml"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("panel:wrong");
    }

    private void recorded(String file, List<Object> rules) throws IOException {
        Files.writeString(
                directory.resolve(file),
                YamlText.of("", YamlText.map("groups", List.of(YamlText.map("name", "panels", "rules", rules)))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"critical email-and-slack", "warning slack", "info nobody"})
    void alertsGoToWhoIsToKnow(String severityAndReceiver) throws IOException, InterruptedException {
        String[] parts = severityAndReceiver.split(" ", -1);
        for (Artefact artefact : GeneratorTest.generator(false).artefacts()) {
            if (artefact.path().equals("alertmanager/alertmanager.yml")) {
                Files.writeString(directory.resolve("alertmanager.yml"), artefact.text());
            }
        }

        run(
                AMTOOL,
                "config",
                "routes",
                "test",
                "--config.file=alertmanager.yml",
                "--verify.receivers=" + parts[1],
                "severity=" + parts[0]);
    }

    /** Each in a process of its own, since one uses one processor. */
    private void together(List<String> tests) throws IOException, InterruptedException {
        var running = new LinkedHashMap<String, Process>();
        for (String test : tests) {
            Path output = directory.resolve(test + ".out");
            running.put(
                    test,
                    new ProcessBuilder(PROMTOOL, "test", "rules", "prometheus/tests/" + test)
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start());
        }
        for (var test : running.entrySet()) {
            assertThat(test.getValue().waitFor(300, TimeUnit.SECONDS))
                    .as(test.getKey())
                    .isTrue();
            assertThat(test.getValue().exitValue())
                    .as("%s%n%s", test.getKey(), Files.readString(directory.resolve(test.getKey() + ".out")))
                    .isZero();
        }
    }

    private void run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(new ArrayList<>(List.of(command)))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as("%s%n%s", String.join(" ", command), output)
                .isZero();
    }
}
