package io.atalaya.cli.slo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands about objectives: what they print, and how they end. */
class SloCommandTest {
    private static final String SLO = "../slo";

    @TempDir
    Path directory;

    private final StringWriter printed = new StringWriter();

    private int run(String... arguments) {
        return new CommandLine(new SloCommand())
                .setOut(new PrintWriter(printed))
                .setErr(new PrintWriter(printed))
                .execute(arguments);
    }

    @Test
    void goodFilesEndWith0() {
        assertThat(run("check", "--from", SLO)).isZero();
        assertThat(printed.toString()).contains("ok: 23 objectives");
    }

    @Test
    void badFilesEndWith1AndALineForEachProblem() throws IOException {
        Files.copy(Path.of(SLO, "catalogue.yaml"), directory.resolve("catalogue.yaml"));
        Files.writeString(directory.resolve("atalaya.yaml"), """
                slo: x
                services: {a: {title: A, owner: o}}
                objectives:
                  one: {service: a, title: t, objective: 100, uptime: {up: atalaya_helth}}
                """);

        assertThat(run("check", "--from", directory.toString())).isOne();
        assertThat(printed.toString())
                .contains("atalaya.yaml:4:42: objectives.one.objective: 100")
                .contains("did you mean atalaya_health?")
                .contains("2 problems");
    }

    @Test
    void whatIsMadeIsUpToDateUntilSomebodyEditsIt() throws IOException {
        String into = directory.toString();
        assertThat(run("generate", "--from", SLO, "--into", into)).isZero();
        assertThat(run("generate", "--from", SLO, "--into", into, "--check")).isZero();
        Files.writeString(directory.resolve("alertmanager/alertmanager.yml"), "edited");

        assertThat(run("generate", "--from", SLO, "--into", into, "--check")).isOne();
        assertThat(printed.toString()).contains("out of date: " + directory.resolve("alertmanager/alertmanager.yml"));
    }

    @Test
    void theReportIsMarkdown() {
        assertThat(run("report", "--from", SLO)).isZero();
        assertThat(printed.toString()).startsWith("# Service level objectives: atalaya\n");
    }

    @Test
    void whatIsExportedCanBeImportedAndUsedAsItIs() throws IOException {
        assertThat(run("export", "--from", SLO)).isZero();
        Path exported = Files.writeString(directory.resolve("open.yaml"), printed.toString());
        printed.getBuffer().setLength(0);

        assertThat(run("import", exported.toString())).isZero();
        assertThat(printed.toString()).contains("websocket-latency-p95:");
        Files.writeString(directory.resolve("atalaya.yaml"), printed.toString());

        assertThat(run("check", "--from", directory.toString()))
                .as(printed.toString())
                .isZero();
    }

    @Test
    void aGateThatCannotBeAskedIsNotOpen() {
        assertThat(run("gate", "--url", "http://127.0.0.1:1")).isOne();
        assertThat(printed.toString()).contains("(expected: a gateway)");
    }

    @Test
    void withoutACommandThereIsNothingToDo() {
        assertThat(run()).isEqualTo(2);
    }
}
