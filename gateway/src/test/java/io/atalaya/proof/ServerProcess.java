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
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real server as a child process on a free loopback port. Confined to the test that owns it. */
public final class ServerProcess implements AutoCloseable {
    private final int port;
    private final List<String> command;
    private final Path log;
    private final HttpClient http = HttpClient.newHttpClient();
    private Process process;

    private ServerProcess(int port, List<String> command, Path log) {
        this.port = port;
        this.command = command;
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
                port -> List.of(
                        binary.toString(),
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + directory.resolve("tsdb"),
                        "--web.listen-address=127.0.0.1:" + port));
    }

    /** An Alertmanager with a configuration; skips the test when there is none beside amtool. */
    public static ServerProcess alertmanager(Path config, Path directory) {
        Path binary = beside("ATALAYA_AMTOOL", "prometheus-alertmanager", "alertmanager");
        return start(
                directory.resolve("alertmanager.log"),
                port -> List.of(
                        binary.toString(),
                        "--config.file=" + config,
                        "--storage.path=" + directory.resolve("alertmanager"),
                        "--cluster.listen-address=",
                        "--web.listen-address=127.0.0.1:" + port));
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

    private static ServerProcess start(Path log, IntFunction<List<String>> command) {
        int port = freePort();
        var server = new ServerProcess(port, command.apply(port), log);
        server.awaitReady();
        return server;
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process launch() {
        try {
            return new ProcessBuilder(new ArrayList<>(command))
                    .directory(templates().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where an Alertmanager that was unpacked, and not installed, finds its template. */
    private Path templates() {
        Path beside = Path.of(command.getFirst()).resolveSibling("../share/prometheus/alertmanager");
        return Files.isDirectory(beside) ? beside : Path.of("").toAbsolutePath();
    }

    private void awaitReady() {
        try {
            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .until(() -> get("/-/ready").statusCode() == 200);
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
