package io.atalaya.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.config.Reference;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CheckConfigCommandTest {
    private static final Map<String, String> SECRETS = Map.of(
            "JWT_SECRET", "8f4b2a6c0d1e3f5a7b9c8d6e4f2a1b3c5d7e9f0a",
            "TABLE_TOKEN_SECRET", "1c3e5a7b9d0f2e4c6a8b0d1f3e5c7a9b1d3f5e7c");

    @TempDir
    Path directory;

    private final StringWriter printed = new StringWriter();

    @Test
    void goodSettingsExitWith0() {
        int exitCode = run(SECRETS);

        assertThat(exitCode).isZero();
        assertThat(printed.toString()).contains("ok: profile restaurant with 4 endpoints and 34 event types");
    }

    @Test
    void badSettingsExitWith1AndALineForEachProblem() throws IOException {
        Files.writeString(directory.resolve("atalaya.yaml"), "ws-port: x\nws-hots: y\n");

        int exitCode = run(SECRETS);

        assertThat(exitCode).isOne();
        assertThat(printed.toString()).contains("atalaya.yaml:1:10: ws-port: x", "did you mean ws-host?", "2 problems");
    }

    @Test
    void aProfileCanBeCheckedByItself() throws IOException {
        Path profile = Files.writeString(directory.resolve("mine.yaml"), "profile: mine\n");

        int exitCode = run(SECRETS, "--profile", profile.toString());

        assertThat(exitCode).isOne();
        assertThat(printed.toString()).contains("mine.yaml:1:1: endpoints: nothing");
    }

    @Test
    void filesThatSettingsNameAreLookedAtAllTogether() throws IOException {
        Path broken = Files.writeString(directory.resolve("broken.yaml"), "x: [");
        var named = new HashMap<>(SECRETS);
        named.put("JWT_JWKS", directory.resolve("no-keys.json").toString());
        named.put("ASSIGNMENTS_FILE", broken.toString());
        named.put("KPI_FILE", directory.resolve("no-kpis.yaml").toString());

        int exitCode = run(named);

        assertThat(exitCode).isOne();
        assertThat(printed.toString())
                .contains("jwt-jwks: ", "no-keys.json: not readable (expected: a readable file)")
                .contains("broken.yaml:1:5: ")
                .contains("kpi-file: ", "no-kpis.yaml: not readable")
                .contains("3 problems")
                .doesNotContain("ok:");
    }

    @Test
    void theReferenceIsPrinted() {
        int exitCode = run(Map.of(), "--print-reference");

        assertThat(exitCode).isZero();
        assertThat(printed.toString()).isEqualTo(Reference.markdown());
    }

    @Test
    void wrongUsageExitsWith2() {
        int exitCode = run(SECRETS, "--no-such-option");

        assertThat(exitCode).isEqualTo(2);
    }

    private int run(Map<String, String> environment, String... arguments) {
        var writer = new PrintWriter(printed, true);
        return new CommandLine(new CheckConfigCommand(directory, environment))
                .setOut(writer)
                .setErr(writer)
                .execute(arguments);
    }
}
