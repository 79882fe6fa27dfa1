package io.atalaya.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

class ExplainCommandTest {
    private static final String WAITER =
            "{\"sub\":\"7\",\"tenant_id\":1,\"branch_ids\":[1],\"roles\":[\"WAITER\"],\"iat\":1}";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void anAssignmentDecides() throws IOException {
        String event = event("{\"type\":\"ROUND_SUBMITTED\",\"tenant_id\":1,\"branch_id\":1,\"sector_id\":5}");

        assertThat(run("--event", event, "--claims", WAITER, "--assigned", "branch_id=1,sector_id=5"))
                .isZero();
        assertThat(out.toString()).startsWith("yes: ROUND_SUBMITTED is for waiters, and the session is one of them\n");

        out.getBuffer().setLength(0);
        assertThat(run("--event", event, "--claims", WAITER, "--assigned", "branch_id=1,sector_id=6"))
                .isZero();
        assertThat(out.toString())
                .startsWith("no: ")
                .contains("today's assignments give 6 for sector_id (expected: 5)");
    }

    @Test
    void aTableTokenFindsItsEndpointByItself() throws IOException {
        String event = event("{\"type\":\"CHECK_PAID\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42}");
        String claims = "{\"tenant_id\":1,\"branch_id\":1,\"table_id\":7,\"session_id\":42,\"iat\":1}";

        assertThat(run("--event", event, "--claims", claims)).isZero();

        assertThat(out.toString()).startsWith("yes: CHECK_PAID is for table").contains("at endpoint diner");
    }

    @Test
    void aTokenIsBelieved() throws IOException {
        String event = event("{\"type\":\"CHECK_PAID\",\"tenant_id\":2,\"branch_id\":1}");

        assertThat(run("--event", event, "--token", OnPaper.tokenOf(WAITER))).isZero();

        assertThat(out.toString()).startsWith("no: the event is of another tenant\n");
    }

    @Test
    void aSwitchOfTheEnvironmentCounts() throws IOException {
        String event = event("{\"type\":\"ROUND_SUBMITTED\",\"tenant_id\":1,\"branch_id\":1}");
        String cook = WAITER.replace("WAITER", "KITCHEN");

        run(Map.of("ROUND_SUBMITTED_TO_KITCHEN", "true"), "--event", event, "--claims", cook);

        assertThat(out.toString()).startsWith("yes: ROUND_SUBMITTED is for kitchen");
    }

    @Test
    void jsonIsForPrograms() throws IOException {
        String event = event("{\"type\":\"ROUND_PENDING\",\"tenant_id\":1,\"branch_id\":1,\"id\":\"e-1\"}");

        assertThat(run("--event", event, "--claims", WAITER, "--json", "--profile", "restaurant"))
                .isZero();

        var json = JsonMapper.shared().readTree(out.toString());
        assertThat(json.path("delivered").booleanValue()).isTrue();
        assertThat(json.at("/event/id").asString()).isEqualTo("e-1");
        assertThat(json.path("audiences")).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"X\"}|tenant_id: nothing",
                "[]|event: []",
                "{\"type\":\"ROUND_PENDING\",\"tenant_id\":1,\"branch_id\":\"x\"}|branch_id: \"x\""
            })
    void anEventThatTheProfileRefusesIsSaid(String row) throws IOException {
        String[] parts = row.split("\\|");

        assertThat(run("--event", event(parts[0]), "--claims", WAITER)).isEqualTo(1);

        assertThat(err.toString()).contains(parts[1]).contains("(expected: ");
    }

    @Test
    void whatCannotBeExplainedIsSaid() throws IOException {
        String event = event("{\"type\":\"ROUND_PENDING\",\"tenant_id\":1}");

        assertThat(run("--event", event, "--claims", "{}")).isEqualTo(1);
        assertThat(run("--event", event, "--claims", WAITER, "--endpoint", "bar"))
                .isEqualTo(1);
        assertThat(run("--event", "/no/such/file", "--claims", WAITER)).isEqualTo(1);
        assertThat(run("--event", event, "--claims", WAITER, "--profile", "nowhere"))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains("token: none of the endpoints")
                .contains("endpoint: bar (expected: one of")
                .contains("--event: /no/such/file")
                .contains("nowhere, which is not shipped");
    }

    @Test
    void whatMakesNoSenseIsWrongUsage() throws IOException {
        String event = event("{}");

        assertThat(run("--event", event)).isEqualTo(2);
        assertThat(run("--event", event, "--session", "1", "--claims", WAITER)).isEqualTo(2);
        assertThat(run("--event", event, "--session", "1", "--profile", "restaurant"))
                .isEqualTo(2);
        assertThat(run("--event", event, "--claims", WAITER, "--token", "x")).isEqualTo(2);
        assertThat(run("--event", event, "--claims", WAITER, "--assigned", "sector_id"))
                .isEqualTo(2);
        assertThat(run("--claims", WAITER)).isEqualTo(2);
    }

    private String event(String json) throws IOException {
        return Files.writeString(directory.resolve("event.json"), json).toString();
    }

    private int run(String... arguments) {
        return run(Map.of(), arguments);
    }

    private int run(Map<String, String> environment, String... arguments) {
        return new CommandLine(new ExplainCommand(environment))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(new ArrayList<>(List.of(arguments)).toArray(String[]::new));
    }
}
