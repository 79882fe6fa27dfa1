package io.atalaya.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.gateway.GatewayTester;
import io.atalaya.postgres.PostgresServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** The command as an operator calls it, against a real gateway whose real archive has refused something. */
@Timeout(120)
class DeadLettersCommandIT {
    private static PostgresServer server;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private URI database = URI.create("");
    private GatewayTester gateway;

    @BeforeAll
    static void startServer() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void start() throws Exception {
        database = server.createDatabase();
        gateway = GatewayTester.start("database-url", database.toString(), "archive-batch-interval", "50ms");
        await().atMost(Duration.ofSeconds(30)).until(() -> book("known").equals("true"));
        server.execute(database, """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN IF NEW.type = 'ROUND_SERVED' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$;
                CREATE TRIGGER refuse BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION refuse()""");
        publish(3);
        await().atMost(Duration.ofSeconds(30)).until(() -> book("dead_lettered").equals("3"));
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private void publish(int count) {
        for (int i = 1; i <= count; i++) {
            String event =
                    "{\"type\":\"ROUND_SERVED\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42,\"id\":\"e%d\"}"
                            .formatted(i);
            assertThat(gateway.post("key-of-one", event).statusCode()).isEqualTo(202);
        }
    }

    private String managementUrl() {
        return gateway.managementUri("").toString();
    }

    private String book(String member) {
        return gateway.management("/api/v1/books").path("archive").path(member).toString();
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine main = Main.commandLine();
        main.setOut(new PrintWriter(out, true));
        main.setErr(new PrintWriter(err, true));
        var all = new java.util.ArrayList<>(List.of("dead-letters"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--url", managementUrl()));
        return main.execute(all.toArray(String[]::new));
    }

    private List<String> listed(String... more) {
        var arguments = new java.util.ArrayList<>(List.of("list"));
        arguments.addAll(List.of(more));
        assertThat(run(arguments.toArray(String[]::new))).as(err.toString()).isEqualTo(ExitCode.OK);
        return out.toString().lines().toList();
    }

    private List<String> ids() {
        return listed().stream().map(line -> line.split("\t", -1)[0]).toList();
    }

    @Test
    void theyAreListedAndShown() {
        List<String> lines = listed();

        assertThat(lines).hasSize(3);
        assertThat(lines.getFirst().split("\t", -1)).hasSize(6).contains("1", "e1", "ROUND_SERVED", "P0001");
        assertThat(err.toString()).contains("3 dead letters in all").contains("P0001");
        assertThat(listed("--limit", "2")).hasSize(2);
        assertThat(listed("--code", "23514")).isEmpty();
        assertThat(run("show", ids().getFirst())).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("\"event_id\"", "e1", "ROUND_SERVED");
    }

    @Test
    void whileTheObstacleIsThereNothingIsArchived() throws Exception {
        String first = ids().getFirst();

        assertThat(run("redrive", first)).isEqualTo(ExitCode.FAILURE);
        assertThat(err.toString()).contains("refused (HTTP 409)", "still refuses");
        assertThat(run("redrive", "--all")).isEqualTo(ExitCode.FAILURE);
        assertThat(err.toString()).contains("archived 0, refused again 3");
        assertThat(book("dead_lettered")).isEqualTo("3");
    }

    @Test
    void onceItIsGoneTheyAreArchivedOneOrAll() throws Exception {
        server.execute(database, "DROP TRIGGER refuse ON event");

        assertThat(run("redrive", ids().getFirst())).as(err.toString()).isEqualTo(ExitCode.OK);
        assertThat(book("archived")).isEqualTo("1");
        assertThat(run("redrive", "--code", "P0001")).isEqualTo(ExitCode.OK);
        assertThat(err.toString()).contains("archived 2, refused again 0");

        assertThat(book("archived")).isEqualTo("3");
        assertThat(book("dead_lettered")).isEqualTo("0");
        assertThat(server.query(database, "SELECT id FROM event ORDER BY id")).containsExactly("e1", "e2", "e3");
        assertThat(run("redrive", "--all")).as("nothing is left").isEqualTo(ExitCode.OK);
    }

    @Test
    void theyAreDeletedForGood() throws Exception {
        List<String> ids = ids();

        assertThat(run("purge", ids.getFirst())).isEqualTo(ExitCode.OK);
        assertThat(run("purge", ids.getFirst())).as("it is not there any more").isEqualTo(ExitCode.FAILURE);
        assertThat(run("show", ids.getFirst())).isEqualTo(ExitCode.FAILURE);
        assertThat(run("purge", "--all")).isEqualTo(ExitCode.OK);
        assertThat(err.toString()).contains("deleted 2");

        assertThat(listed()).isEmpty();
        assertThat(book("dead_lettered")).isEqualTo("0");
        assertThat(book("archived")).isEqualTo("0");
    }

    @Test
    void whatIsMeantMustBeSaid() {
        assertThat(run()).isEqualTo(ExitCode.USAGE);
        assertThat(run("purge")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("0 of ID, --code and --all (expected: exactly one)");
        assertThat(run("redrive", "--all", "--code", "P0001")).isEqualTo(ExitCode.USAGE);
        assertThat(run("list", "--limit", "0")).isEqualTo(ExitCode.USAGE);
        assertThat(run("show", "nonsense")).isEqualTo(ExitCode.FAILURE);
    }
}
