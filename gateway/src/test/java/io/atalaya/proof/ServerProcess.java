package io.atalaya.proof;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real server as a child process on a free loopback port. Confined to the test that owns it. */
public final class ServerProcess implements AutoCloseable {
    private static final String READY = "/-/ready";

    private final int port;
    private final Program program;
    private final Path log;
    private final HttpClient http = HttpClient.newHttpClient();
    private Process process;

    /**
     * What to run. Immutable.
     *
     * @param arguments by the port that it is to listen on
     * @param ready a path that it answers when it is
     */
    public record Program(
            Path binary, IntFunction<List<String>> arguments, Map<String, String> environment, String ready) {}

    private ServerProcess(int port, Program program, Path log) {
        this.port = port;
        this.program = program;
        this.log = log;
        this.process = launch();
    }

    /**
     * A Prometheus with a configuration, fast enough for a test; skips the test when there is none beside promtool.
     *
     * @param config its file, which names its rules relative to itself
     */
    public static ServerProcess prometheus(Path config, Path directory) {
        Path binary = beside("ATALAYA_PROMTOOL", "prometheus");
        return start(
                directory.resolve("prometheus.log"),
                new Program(
                        binary,
                        port -> List.of(
                                "--config.file=" + config,
                                "--storage.tsdb.path=" + directory.resolve("tsdb"),
                                "--web.listen-address=127.0.0.1:" + port),
                        Map.of(),
                        READY));
    }

    /** An Alertmanager with a configuration; skips the test when there is none beside amtool. */
    public static ServerProcess alertmanager(Path config, Path directory) {
        Path binary = beside("ATALAYA_AMTOOL", "prometheus-alertmanager", "alertmanager");
        return start(
                directory.resolve("alertmanager.log"),
                new Program(
                        binary,
                        port -> List.of(
                                "--config.file=" + config,
                                "--storage.path=" + directory.resolve("alertmanager"),
                                "--cluster.listen-address=",
                                "--web.listen-address=127.0.0.1:" + port),
                        Map.of(),
                        READY));
    }

    private static Path beside(String variable, String... names) {
        Optional<Path> tool = Optional.ofNullable(System.getenv(variable))
                .filter(text -> !text.isEmpty())
                .map(Path::of);
        return tool.stream()
                .flatMap(path -> Stream.of(names).map(path::resolveSibling))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new TestAbortedException("no " + names[0] + " beside " + variable));
    }

    /** Any program that answers over HTTP; returns when it is ready. */
    public static ServerProcess start(Path log, Program program) {
        var server = new ServerProcess(freePort(), program, log);
        server.awaitReady();
        return server;
    }

    /** A port of the loopback that nobody used a moment ago. */
    public static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process launch() {
        try {
            var command = new ArrayList<String>();
            command.add(program.binary().toString());
            command.addAll(program.arguments().apply(port));
            var builder = new ProcessBuilder(command)
                    .directory(templates().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(program.environment());
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where an Alertmanager that was unpacked, and not installed, finds its template. */
    private Path templates() {
        Path beside = program.binary().resolveSibling("../share/prometheus/alertmanager");
        return Files.isDirectory(beside) ? beside : Path.of("").toAbsolutePath();
    }

    private void awaitReady() {
        try {
            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .until(() -> get(program.ready()).statusCode() == 200);
        } catch (RuntimeException late) {
            close();
            throw late;
        }
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(Duration.ofSeconds(10))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    public JsonNode json(String path) {
        try {
            return JsonMapper.shared().readTree(get(path).body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Ends it at once. */
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(20, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts it again where it was. */
    public void restart() {
        process = launch();
        awaitReady();
    }

    @Override
    public void close() {
        kill();
        http.shutdownNow();
    }
}
