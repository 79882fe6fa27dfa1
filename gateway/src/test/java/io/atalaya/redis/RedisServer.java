package io.atalaya.redis;

import io.atalaya.proof.Directories;
import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * A real redis-server as a child process on a free loopback port, with its files in a temporary directory. Confined to
 * the test that owns it.
 *
 * <p>The binary is the one that {@value #BINARY_VARIABLE} names, else {@code redis-server} on the path, else in
 * {@code /usr/bin}. Without one the test is skipped with a message that says so; where {@code CI=true} it fails instead.
 */
public final class RedisServer implements AutoCloseable {
    /** Environment variable that names the redis-server binary. */
    public static final String BINARY_VARIABLE = "ATALAYA_REDIS_SERVER";

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int PORT_ATTEMPTS = 5;

    private final Path binary;
    private final Path directory;
    private final List<String> options;
    private final Thread lastResort = new Thread(this::kill, "redis-server-last-resort");
    private int port;
    private @Nullable Process process;

    private RedisServer(Path binary, Path directory, List<String> options) {
        this.binary = binary;
        this.directory = directory;
        this.options = options;
    }

    /**
     * Starts a server and waits until it answers; skips (in CI: fails) the calling test when there is no binary.
     *
     * @param options further options of redis-server, for example {@code "--appendonly", "yes"}
     */
    public static RedisServer start(String... options) {
        RedisServer server = new RedisServer(requireBinary(), temporaryDirectory(), List.of(options));
        Runtime.getRuntime().addShutdownHook(server.lastResort);
        server.launchOnFreePort();
        return server;
    }

    /** Whether there is a redis-server to start. */
    public static boolean isAvailable() {
        return findBinary().isPresent();
    }

    /** Where it listens, in the form of {@code REDIS_URL}. */
    public URI url() {
        return URI.create("redis://127.0.0.1:" + port);
    }

    /** The TCP port that it listens on; the same for its whole life, restarts included. */
    public int port() {
        return port;
    }

    /** Ends it politely and waits for the end. */
    public void stop() {
        end(running().toHandle()::destroy);
    }

    /** Ends it at once, as {@code kill -9} does, and waits for the end. */
    public void kill() {
        if (process != null) {
            end(process::destroyForcibly);
        }
    }

    /** Starts it again on the same port, after {@link #stop} or {@link #kill}, and waits until it answers. */
    public void restart() {
        for (int attempt = 1; !launch(); attempt++) {
            if (attempt == PORT_ATTEMPTS) {
                throw new IllegalStateException("redis-server does not start again:\n" + output());
            }
        }
    }

    /** Stops it from running, with its sockets open, until {@link #resume}. */
    public void pause() {
        signal("STOP");
    }

    /** Lets a paused server run on. */
    public void resume() {
        signal("CONT");
    }

    /** Publishes a message; answers how many subscribers Redis sent it to. */
    public long publish(String channel, String message) {
        return Long.parseLong(command("PUBLISH", channel, message));
    }

    /**
     * Sends one command over a connection of its own.
     *
     * @return a number, a status or a string as text; empty for a missing value
     * @throws IllegalStateException when Redis answers with an error
     */
    public String command(String... words) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
            socket.setSoTimeout(5_000);
            StringBuilder request = new StringBuilder("*" + words.length + "\r\n");
            for (String word : words) {
                request.append('$')
                        .append(word.getBytes(StandardCharsets.UTF_8).length)
                        .append("\r\n");
                request.append(word).append("\r\n");
            }
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
            return reply(new BufferedInputStream(socket.getInputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it at once and removes its files. */
    @Override
    public void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(lastResort);
        Directories.delete(directory);
    }

    private static String reply(InputStream in) throws IOException {
        String line = line(in);
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+', ':' -> rest;
            case '$' ->
                rest.equals("-1") ? "" : new String(in.readNBytes(Integer.parseInt(rest)), StandardCharsets.UTF_8);
            default -> throw new IllegalStateException("Redis answered: " + line);
        };
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("Redis closed the connection");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }

    private void launchOnFreePort() {
        for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
            port = freePort();
            if (launch()) {
                return;
            }
        }
        throw new IllegalStateException("redis-server does not start:\n" + output());
    }

    /** Whether the server is up; false when it ended by itself, for example because its port was taken meanwhile. */
    private boolean launch() {
        List<String> command = new ArrayList<>(List.of(binary.toString()));
        command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--dir", directory.toString()));
        command.addAll(List.of("--save", "", "--daemonize", "no"));
        command.addAll(options);
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return answers(process);
    }

    private boolean answers(Process started) {
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        while (started.isAlive() && System.nanoTime() < deadlineNanos) {
            try {
                if (command("PING").equals("PONG")) {
                    return started.isAlive();
                }
            } catch (UncheckedIOException | IllegalStateException _) {
                pauseBriefly();
            }
        }
        started.destroyForcibly();
        return false;
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException("redis-server is not running");
        }
        return process;
    }

    private void end(Runnable how) {
        Process ending = running();
        how.run();
        try {
            if (!ending.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("redis-server does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void signal(String name) {
        try {
            int status = new ProcessBuilder(
                            "kill", "-" + name, Long.toString(running().pid()))
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new IllegalStateException("kill -%s: exit status %d".formatted(name, status));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private File log() {
        return directory.resolve("redis-server.log").toFile();
    }

    private String output() {
        try {
            return Files.readString(log().toPath());
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static Path requireBinary() {
        Optional<Path> binary = findBinary();
        if (binary.isPresent()) {
            return binary.get();
        }
        String message = "no redis-server: set %s or install it (Debian: apt-get install redis-server)"
                .formatted(BINARY_VARIABLE);
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionFailedError(message);
        }
        System.err.println("SKIPPED: " + message);
        throw new TestAbortedException(message);
    }

    private static Optional<Path> findBinary() {
        String named = System.getenv(BINARY_VARIABLE);
        if (named != null) {
            return Optional.of(Path.of(named)).filter(Files::isExecutable);
        }
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(Stream.of(path.split(File.pathSeparator)), Stream.of("/usr/bin"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, "redis-server"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("atalaya-redis");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void pauseBriefly() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
