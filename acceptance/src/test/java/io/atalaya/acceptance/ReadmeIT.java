package io.atalaya.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the README tells a newcomer to type, typed. Its commands run as they stand, in one shell, in the repository; only the
 * two port numbers in its addresses are exchanged for free ones, which the gateway and its clients get by the environment.
 */
@Timeout(240)
final class ReadmeIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern BLOCK =
            Pattern.compile("## From zero to a delivered event\n+```sh\n(.*?)```", Pattern.DOTALL);
    private static final Pattern SHELL = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);
    private static final Pattern COMMENT = Pattern.compile(" +# .*$", Pattern.MULTILINE);
    private static final Pattern BOOKS = Pattern.compile("\\{\"at\":\\d+,\"intake\".*\"sums\":.*}");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private Process shell;

    /** The shell is asked to end its jobs, as a terminal that is closed would. */
    @AfterEach
    void endTheShell() throws InterruptedException {
        if (shell == null) {
            return;
        }
        shell.destroy();
        if (!shell.waitFor(30, TimeUnit.SECONDS)) {
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly();
        }
    }

    @Test
    void theWayFromZeroToADeliveredEventWorksAsItStands() throws IOException {
        Path output = run(block());

        await().atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofMillis(200))
                .failFast("the commands ended early", () -> !shell.isAlive())
                .untilAsserted(() -> assertThat(Files.readString(output))
                        .containsPattern("\\{\"accepted\":1,.*\"cursor\"")
                        .containsPattern("\\{\"type\":\"ROUND_READY\",.*\"round_id\":7.*\"cursor\":\"[^\"]+\"}")
                        .containsPattern(BOOKS));

        Matcher books = BOOKS.matcher(Files.readString(output));
        assertThat(books.find()).isTrue();
        JsonNode book = new JsonMapper().readTree(books.group());
        assertThat(book.at("/intake/logged").asInt()).isEqualTo(1);
        assertThat(book.at("/deliveries/matched/live").asInt()).isEqualTo(1);
        for (String kept : List.of("intake", "deliveries", "acknowledgements")) {
            assertThat(book.at("/" + kept + "/balanced").asBoolean())
                    .as("%s in %s", kept, book)
                    .isTrue();
        }
    }

    /** What is typed in Spanish is what was tried above. */
    @Test
    void theSpanishReadmeHasTheSameCommands() throws IOException {
        assertThat(commands("README.es.md")).isNotEmpty().isEqualTo(commands("README.md"));
    }

    /** The blocks without their comments, which are in the language of the file. */
    private static List<String> commands(String file) throws IOException {
        return SHELL.matcher(Files.readString(ROOT.resolve(file)))
                .results()
                .map(block -> COMMENT.matcher(block.group(1)).replaceAll(""))
                .toList();
    }

    private static String block() throws IOException {
        Matcher block = BLOCK.matcher(Files.readString(ROOT.resolve("README.md")));
        assertThat(block.find()).as("README.md has its shell block").isTrue();
        return block.group(1);
    }

    /** Runs commands in one shell, which then waits until it is ended, and ends its jobs with it. */
    private Path run(String commands) throws IOException {
        String publicPort = freePort();
        String managementPort = freePort();
        String typed = commands.replace("localhost:8001", "localhost:" + publicPort)
                .replace("localhost:8002", "localhost:" + managementPort);
        Path script = Files.writeString(
                directory.resolve("typed.sh"),
                "trap 'kill $(jobs -p); wait; exit' TERM\nset -e\n" + typed + "\nwait\n");
        Path output = directory.resolve("output");
        var builder = new ProcessBuilder("bash", script.toString())
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("WS_PORT", publicPort);
        builder.environment().put("MANAGEMENT_PORT", managementPort);
        builder.environment().put("WS_DRAIN_SECONDS", "0");
        builder.environment()
                .put(
                        "DATA_DIR",
                        Files.createDirectory(directory.resolve("data")).toString());
        shell = builder.start();
        return output;
    }

    private static String freePort() throws IOException {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return Integer.toString(probe.getLocalPort());
        }
    }
}
