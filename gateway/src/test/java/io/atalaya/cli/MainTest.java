package io.atalaya.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void theHelpListsEveryCommandWithExamples() {
        assertThat(run("--help")).isEqualTo(ExitCode.OK);

        assertThat(out.toString())
                .contains("demo", "run", "token", "publish", "tail", "explain", "bench", "capacity", "check-config")
                .contains("Examples:", "atalaya demo --duration 30s", "Exit status: 0 ok");
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "run", "token", "publish", "tail", "explain", "bench", "capacity", "check-config"})
    void everyCommandExplainsItselfWithinEightyColumns(String command) {
        assertThat(run(command, "--help")).isEqualTo(ExitCode.OK);

        assertThat(out.toString()).startsWith("Usage: atalaya " + command);
        assertThat(out.toString().lines()).allMatch(line -> line.length() <= 80);
    }

    /** A footer is set as it is: examples that were broken could not be copied. */
    @Test
    void noLineOfAFooterIsTooLongForItsPlace() {
        footers(Main.commandLine()).forEach(line -> assertThat(line).as(line).hasSizeLessThan(80));
    }

    private static Stream<String> footers(CommandLine command) {
        return Stream.concat(
                Stream.of(command.getCommandSpec().usageMessage().footer()),
                command.getSubcommands().values().stream().flatMap(MainTest::footers));
    }

    @Test
    void theVersionIsOneOfOurs() {
        assertThat(run("--version")).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).startsWith("atalaya ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|no command",
                "nonsense|nonsense",
                "demo --duration 5|expected: a duration such as",
                "demo --speed 0|expected: more than 0",
                "capacity --connections 0|expected: 1 … 25000",
                "capacity --p95 0s|expected: more than 0",
                "bench --connections 10 --audience 3|expected: a divisor of connections",
                "bench --url http://127.0.0.1:1 --key k|expected: also --key and --table-token-secret",
                "tail diner --table-token t --count -1|expected: 0 or more",
                "tail ftp://h/x|expected: ws:// or wss://",
                "tail diner --table-token t --port 99999|a port up to 65535",
                "publish --key k --json {} --url http://h:99999|a port up to 65535",
                "publish --key k --type A|needs --type and --tenant",
                "publish --key k --type A --tenant 1 --json {}|one way only",
                "publish --key k --type A --tenant 1 --field a=1 --field a.b=2|already has a value",
            })
    void argumentsThatMakeNoSenseAreUsageErrorsThatSayWhatWasExpected(String arguments, String text) {
        int status = run(arguments.isEmpty() ? new String[0] : arguments.split(" ", -1));

        assertThat(err.toString()).contains(text);
        assertThat(status).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aGatewayThatIsNotThereIsAFailureThatSaysSo() {
        int status = run("publish", "--url", "http://127.0.0.1:1", "--key", "k", "--json", "{}");

        assertThat(status).isEqualTo(ExitCode.FAILURE);
        assertThat(err.toString()).contains("atalaya publish: not sent:");
    }

    @Test
    void operatorsPortThatIsNotThereIsAFailureThatSaysSo() {
        assertThat(run("explain", "--url", "http://127.0.0.1:1", "--session", "1", "--event", "e"))
                .isEqualTo(ExitCode.FAILURE);
        assertThat(run("dead-letters", "list", "--url", "http://127.0.0.1:1")).isEqualTo(ExitCode.FAILURE);

        assertThat(err.toString().lines())
                .containsExactly(
                        "atalaya explain: http://127.0.0.1:1: ConnectException (expected: a gateway's operators' port)",
                        "atalaya dead-letters list: http://127.0.0.1:1: ConnectException (expected: a gateway's operators'"
                                + " port)");
    }

    @Test
    void fieldsBecomeMembersWithJsonValuesWhereTheyCan() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("branch_id", "1");
        fields.put("entity.round.id", "7");
        fields.put("entity.name", "table 4");
        fields.put("flag", "true");

        assertThat(JsonMapper.builder().build().readTree(EventText.of("A", "1", fields)))
                .isEqualTo(JsonMapper.builder().build().readTree("""
                                {"type":"A","tenant_id":1,"branch_id":1,
                                 "entity":{"round":{"id":7},"name":"table 4"},"flag":true}"""));
    }

    @Test
    void linesOfEventsAreToldFromOneDocument() {
        assertThat(EventText.isLines("{\"a\":1}\n{\"a\":2}\n")).isTrue();
        assertThat(EventText.isLines("{\n\"a\":1\n}")).isFalse();
        assertThat(EventText.isLines("[{\"a\":1},\n{\"a\":2}]")).isFalse();
        assertThat(EventText.isLines("{\"a\":1\n")).isFalse();
    }

    @Test
    void durationsAreWrittenWithTheirUnit() {
        var converter = new DurationConverter();

        assertThat(converter.convert("250ms")).isEqualTo(Duration.ofMillis(250));
        assertThat(converter.convert("10s")).isEqualTo(Duration.ofSeconds(10));
        assertThat(converter.convert("5m")).isEqualTo(Duration.ofMinutes(5));
        assertThat(converter.convert("2h")).isEqualTo(Duration.ofHours(2));
    }

    private int run(String... arguments) {
        CommandLine main = Main.commandLine(arguments);
        main.setOut(new PrintWriter(out, true));
        main.setErr(new PrintWriter(err, true));
        return main.execute(arguments);
    }
}
