package io.atalaya.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.cli.trial.TrialSecrets;
import io.atalaya.cli.trial.TrialTester;
import io.atalaya.demo.Evening;
import io.atalaya.demo.Person;
import io.atalaya.demo.RunningGateway;
import io.atalaya.gateway.StartException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands as a user calls them, against the real gateway. */
@Timeout(120)
class CommandsIT {
    private final TrialSecrets secrets = TrialSecrets.fresh(new SecureRandom(), InstantSource.system());
    private final Person diner = Evening.plan(1).people().stream()
            .filter(person -> person.role() == Person.Role.DINER && person.tenant() == 1)
            .findFirst()
            .orElseThrow();
    private final StringWriter tailErr = new StringWriter();
    private RunningGateway gateway;

    @BeforeEach
    void start() {
        gateway = TrialTester.start(new RunningGateway.Settings(
                0,
                0,
                secrets.jwtSecret(),
                secrets.tableTokenSecret(),
                Map.of("key-of-one", "1"),
                List.of(),
                List.of(),
                Optional.empty(),
                "trial"));
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsPublishedIsTailed(boolean stream) throws Exception {
        var tailOut = new StringWriter();
        CompletableFuture<Integer> tail = CompletableFuture.supplyAsync(() -> run(
                tailOut,
                tailErr,
                "tail",
                stream ? httpUrl() + "/sse/diner" : dinersUrl(),
                stream ? "--sse" : "--reconnect",
                "--table-token",
                secrets.tokenOf(diner),
                "--count",
                "1",
                "--duration",
                "60s"));
        await().until(() -> tailErr.toString().contains("connected"));
        var ids = new StringWriter();
        var publishErr = new StringWriter();

        // the handshake is over before the session is subscribed, so one event may come too early
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(200)).until(() -> {
            run(
                    ids,
                    publishErr,
                    "publish",
                    "--url",
                    httpUrl(),
                    "--key",
                    "key-of-one",
                    "--type",
                    "ROUND_READY",
                    "--tenant",
                    "1",
                    "--field",
                    "branch_id=1",
                    "--field",
                    "session_id=" + diner.session());
            return tail.isDone();
        });

        assertThat(tail.get()).isEqualTo(ExitCode.OK);
        JsonNode event = JsonMapper.builder().build().readTree(tailOut.toString());
        assertThat(event.path("type").asString()).isEqualTo("ROUND_READY");
        assertThat(ids.toString().lines()).contains(event.path("id").asString());
        assertThat(publishErr.toString()).contains("accepted 1, cursor ");
    }

    @Test
    void aBadEventIsRefusedWithTheProblem() {
        var err = new StringWriter();

        int status = run(
                new StringWriter(),
                err,
                "publish",
                "--url",
                httpUrl(),
                "--key",
                "key-of-one",
                "--json",
                "{\"type\":\"ROUND_READY\"}");

        assertThat(status).isEqualTo(ExitCode.FAILURE);
        assertThat(err.toString()).contains("refused (HTTP 400)", "tenant_id");
    }

    @Test
    void aBadTokenIsTurnedAwayForGood() {
        int status = run(new StringWriter(), tailErr, "tail", dinersUrl(), "--table-token", "nonsense", "--reconnect");

        assertThat(status).isEqualTo(ExitCode.TURNED_AWAY);
        assertThat(tailErr.toString()).contains("closed with 4001");
    }

    @Test
    void aBadTokenIsTurnedAwayForGoodFromAStreamToo() {
        String url = httpUrl() + "/sse/diner";

        int status = run(new StringWriter(), tailErr, "tail", url, "--sse", "--table-token", "nonsense", "--reconnect");

        assertThat(status).isEqualTo(ExitCode.TURNED_AWAY);
        assertThat(tailErr.toString()).contains("closed with 4001", "HTTP 401");
    }

    @Test
    void theDemonstrationIsNotCalledProduction() {
        var started = new ArrayList<RunningGateway.Settings>();
        var command = new CommandLine(new DemoCommand(settings -> {
            started.add(settings);
            throw new StartException("seen enough");
        }));

        command.setErr(new PrintWriter(tailErr)).execute("--once");

        String expected = System.getenv().getOrDefault("ENVIRONMENT", "demo");
        assertThat(started)
                .singleElement()
                .satisfies(settings -> assertThat(settings.environment()).isEqualTo(expected));
    }

    @Test
    void theDemonstrationFindsTheRealGatewayRight() {
        assertThat(run(new StringWriter(), new StringWriter(), "demo", "--once", "--speed", "5000"))
                .isEqualTo(ExitCode.OK);
    }

    @Test
    void anIncidentEndsWellAndIsTold() {
        var out = new ByteArrayOutputStream();
        PrintStream standard = System.out;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        int status;
        try {
            status = run(new StringWriter(), new StringWriter(), "demo", "--incident", "--speed", "5000");
        } finally {
            System.setOut(standard);
        }

        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("AN INCIDENT", "closed with 1013", "websocket-send-errors", "gate:")
                .doesNotContain("PROBLEM");
        assertThat(status).isEqualTo(ExitCode.OK);
    }

    @Test
    void theBenchFindsNothingLostAgainstAGatewayThatRunsAlready() {
        var out = new StringWriter();

        int status = run(
                out,
                new StringWriter(),
                "bench",
                "--url",
                httpUrl(),
                "--key",
                "key-of-one",
                "--table-token-secret",
                secrets.tableTokenSecret(),
                "--pid",
                Long.toString(ProcessHandle.current().pid()),
                "--connections",
                "100",
                "--audience",
                "10",
                "--max",
                "--batch",
                "4",
                "--warmup",
                "200ms",
                "--duration",
                "500ms",
                "--json");

        JsonNode report = JsonMapper.builder().build().readTree(out.toString());
        assertThat(report.path("problems")).isEmpty();
        assertThat(report.path("received").asLong())
                .isPositive()
                .isEqualTo(report.path("expected").asLong());
        assertThat(report.path("server").path("cpu_s").asDouble()).isPositive();
        assertThat(status).isEqualTo(ExitCode.OK);
    }

    private String httpUrl() {
        return "http://127.0.0.1:" + gateway.publicPort();
    }

    private String dinersUrl() {
        return "ws://127.0.0.1:" + gateway.publicPort() + "/ws/diner";
    }

    private static int run(StringWriter out, StringWriter err, String... arguments) {
        CommandLine main = Main.commandLine(arguments);
        main.setOut(new PrintWriter(out, true));
        main.setErr(new PrintWriter(err, true));
        return main.execute(arguments);
    }
}
