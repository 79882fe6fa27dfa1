package io.atalaya.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The packaged product as a child process: {@code java -jar … run} with its settings in the environment, on free
 * ports, with secrets and a data directory of its own. Confined to the test's thread.
 *
 * <p>As a {@code @RegisterExtension} it starts before and stops after each test; when the test failed, its log is
 * shown and kept under {@code target/gateway-logs}. Its environment is exactly the settings, so nothing of the
 * surroundings leaks in.
 */
final class PackagedGateway implements BeforeEachCallback, AfterEachCallback, AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final int LOG_LINES_SHOWN = 200;

    private final List<String> program;
    private final boolean keepsBooks;
    private final Map<String, String> settings = new HashMap<>();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private @Nullable Process process;
    private @Nullable Path log;
    private @Nullable Path scratch;

    private PackagedGateway(List<String> program, boolean keepsBooks) {
        this.program = List.copyOf(program);
        this.keepsBooks = keepsBooks;
        var random = new SecureRandom();
        setting("JWT_SECRET", secret(random));
        setting("TABLE_TOKEN_SECRET", secret(random));
        setting("INGEST_API_KEYS", secret(random) + "=*");
    }

    /** The product as {@code ./atalaya run} starts it. */
    static PackagedGateway packaged() {
        return new PackagedGateway(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-jar",
                        jar().toString(),
                        "run"),
                true);
    }

    /** Another program with the same settings and the same manners but without books, to test this class with. */
    static PackagedGateway running(List<String> javaArguments) {
        return new PackagedGateway(javaArguments, false);
    }

    /** Sets an environment variable of the next start. */
    PackagedGateway setting(String name, String value) {
        settings.put(name, value);
        return this;
    }

    /** The value of a setting, such as a secret that was made here. */
    String setting(String name) {
        var value = settings.get(name);
        if (value == null) {
            throw new IllegalArgumentException("setting: %s (expected: one of %s)".formatted(name, settings.keySet()));
        }
        return value;
    }

    /** The first key that may publish. */
    String publishKey() {
        return setting("INGEST_API_KEYS").split("=", -1)[0];
    }

    /** The public port's address, {@code http://127.0.0.1:…}. */
    URI publicAddress() {
        return URI.create("http://127.0.0.1:" + setting("WS_PORT"));
    }

    /** The management port's address. */
    URI managementAddress() {
        return URI.create("http://127.0.0.1:" + setting("MANAGEMENT_PORT"));
    }

    /** Starts, and returns when {@code /health/ready} answers 200; throws with the end of the log when it does not. */
    PackagedGateway start() {
        if (process != null) {
            throw new IllegalStateException("gateway: running as %d (expected: stopped)".formatted(process.pid()));
        }
        settings.computeIfAbsent("WS_PORT", _ -> freePort());
        settings.computeIfAbsent("MANAGEMENT_PORT", _ -> freePort());
        settings.computeIfAbsent("DATA_DIR", _ -> scratch());
        var started = launch();
        process = started;
        try {
            Awaitility.await("gateway ready")
                    .atMost(START_LIMIT)
                    .pollInterval(Duration.ofMillis(50))
                    .failFast("the gateway exited before it was ready", () -> !started.isAlive())
                    .until(this::ready);
        } catch (ConditionTimeoutException | org.awaitility.core.TerminalFailureException e) {
            kill();
            throw new AssertionError(e.getMessage() + "\n" + logTail(), e);
        }
        return this;
    }

    /**
     * Sees that the books balance, sends SIGTERM, waits for the end and returns the exit status; SIGKILL and an error when it
     * does not end.
     */
    int stop() {
        var stopping = running();
        try {
            if (keepsBooks) {
                assertBooksBalance();
            }
        } finally {
            end(stopping);
        }
        return stopping.exitValue();
    }

    /** Every book, as operators see it; they have to balance at any moment. */
    void assertBooksBalance() {
        JsonNode books = JsonMapper.shared().readTree(get("/api/v1/books"));
        for (String book : List.of("intake", "deliveries", "acknowledgements")) {
            assertThat(books.at("/" + book + "/balanced").booleanValue(false))
                    .as("%s in %s", book, books)
                    .isTrue();
        }
        // once the archive has been reached
        assertThat(books.at("/archive/balanced").booleanValue(true))
                .as("archive in %s", books)
                .isTrue();
    }

    /** What the management port answers to GET {@code path}. */
    String get(String path) {
        var request = HttpRequest.newBuilder(managementAddress().resolve(path)).timeout(Duration.ofSeconds(10));
        if (settings.containsKey("MANAGEMENT_TOKEN")) {
            request.header("Authorization", "Bearer " + setting("MANAGEMENT_TOKEN"));
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException failure) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking the gateway", failure);
        }
    }

    private void end(Process stopping) {
        stopping.destroy();
        if (!awaitExit(stopping)) {
            kill();
            throw new AssertionError("gateway: still running %s after SIGTERM\n%s".formatted(STOP_LIMIT, logTail()));
        }
        process = null;
    }

    /**
     * Sends SIGKILL: nothing of the gateway gets a chance to tidy up. Nobody can be asked for the books of the process that
     * was killed; those of the next one on the same data are looked at when it is stopped.
     */
    void kill() {
        var killed = running();
        killed.destroyForcibly();
        awaitExit(killed);
        process = null;
    }

    /** What the gateway wrote to its standard output and error so far. */
    String log() {
        var file = log;
        if (file == null) {
            return "";
        }
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        start();
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        boolean failed = context.getExecutionException().isPresent();
        if (failed) {
            System.err.printf("%s failed; %s%n%s%n", context.getDisplayName(), log, logTail());
        }
        close();
        if (!failed && log != null) {
            Files.deleteIfExists(log);
        }
    }

    private String scratch() {
        Path made = temporaryDirectory();
        scratch = made;
        return made.toString();
    }

    @Override
    public void close() {
        if (process != null) {
            stop();
        }
        http.shutdownNow();
        if (scratch != null) {
            delete(scratch);
            settings.remove("DATA_DIR");
            scratch = null;
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean ready() throws InterruptedException {
        var request = HttpRequest.newBuilder(managementAddress().resolve("/health/ready"))
                .timeout(Duration.ofSeconds(2))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException _) {
            return false;
        }
    }

    private Process launch() {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(program);
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(settings);
        try {
            var directory = Files.createDirectories(Path.of(System.getProperty("atalaya.logs", "target/gateway-logs")));
            var file = Files.createTempFile(directory, "gateway-", ".log");
            log = file;
            return builder.redirectOutput(file.toFile()).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process running() {
        var current = process;
        if (current == null) {
            throw new IllegalStateException("gateway: stopped (expected: running)");
        }
        return current;
    }

    private String logTail() {
        var lines = log().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
    }

    private static boolean awaitExit(Process ending) {
        try {
            return ending.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the gateway to end", e);
        }
    }

    private static Path jar() {
        var jar = Path.of(System.getProperty("atalaya.jar", "(the property atalaya.jar)"));
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException("%s: missing (expected: the packaged product; ./verify acceptance makes it)"
                    .formatted(jar.toAbsolutePath().normalize()));
        }
        return jar;
    }

    private static String freePort() {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return Integer.toString(probe.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("atalaya-acceptance-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String secret(SecureRandom random) {
        var bytes = new byte[32];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
