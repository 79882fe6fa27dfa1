package io.atalaya.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A gateway in a process of its own, with the JVM options of this one, so that client and server can be measured
 * apart. Thread-safe: immutable handle of a process.
 */
public final class ServerProcess implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);
    private static final long POLL_MILLIS = 50;

    private final Process process;
    private final int port;
    private final Path log;

    private ServerProcess(Process process, int port, Path log) {
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /**
     * Starts {@code mainClass run} with its ports and further settings in the environment, and waits until it accepts
     * connections.
     *
     * @throws IOException when it does not start; the message holds the end of its log
     */
    public static ServerProcess start(String mainClass, Map<String, String> settings)
            throws IOException, InterruptedException {
        int port = freePort();
        Path data = Files.createTempDirectory("atalaya-bench-");
        Path log = data.resolve("gateway.log");
        var builder =
                new ProcessBuilder(command(mainClass)).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(settings);
        builder.environment().put("DATA_DIR", data.toString());
        builder.environment().put("WS_PORT", Integer.toString(port));
        builder.environment().put("MANAGEMENT_PORT", Integer.toString(freePort()));
        var started = new ServerProcess(builder.start(), port, log);
        try {
            started.awaitReady();
        } catch (IOException e) {
            started.close();
            throw e;
        }
        return started;
    }

    private static List<String> command(String mainClass) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass, "run"));
        return command;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitReady() throws IOException, InterruptedException {
        long attempts = START_TIMEOUT.toMillis() / POLL_MILLIS;
        for (long i = 0; i < attempts; i++) {
            if (!process.isAlive()) {
                throw new IOException("the gateway ended with status %d:%n%s".formatted(process.exitValue(), tail()));
            }
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) POLL_MILLIS);
                return;
            } catch (IOException _) {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        }
        throw new IOException(
                "the gateway was not ready within %d s:%n%s".formatted(START_TIMEOUT.toSeconds(), tail()));
    }

    private String tail() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join(System.lineSeparator(), lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    public long pid() {
        return process.pid();
    }

    /** Ends the gateway, with force when it does not go by itself, and deletes its log and its data. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            deleteData();
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } catch (IOException _) {
            // files left in the temporary directory harm nobody
        }
    }

    private void deleteData() throws IOException {
        try (Stream<Path> files = Files.walk(log.resolveSibling(""))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
