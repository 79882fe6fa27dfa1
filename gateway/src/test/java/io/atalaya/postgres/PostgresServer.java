package io.atalaya.postgres;

import io.atalaya.proof.Directories;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL as a child process on a free loopback port, with its files in a temporary directory. Confined to
 * the test that owns it.
 *
 * <p>It does not wait for the disk, which is faster and makes no difference to a test: what a killed process has
 * written, the kernel still has.
 */
public final class PostgresServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path program;
    private final Path directory;
    private final int port;
    private final List<String> options;
    private final Thread lastResort = new Thread(this::kill, "postgres-last-resort");
    private @Nullable Process process;
    private int databases;

    private PostgresServer(Path program, Path directory, int port, List<String> options) {
        this.program = program;
        this.directory = directory;
        this.port = port;
        this.options = options;
    }

    /**
     * Starts a server with an empty cluster and waits until it answers.
     *
     * @param options further settings of the server, for example {@code "fsync=on"}
     */
    public static PostgresServer start(String... options) {
        try {
            Path directory = Files.createTempDirectory("atalaya-postgres");
            var server = new PostgresServer(makeCluster(directory), directory, freePort(), List.of(options));
            Runtime.getRuntime().addShutdownHook(server.lastResort);
            server.restart();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Unpacks the programs and makes an empty cluster; answers where the server's program is. */
    private static Path makeCluster(Path directory) throws IOException {
        try (EmbeddedPostgres _ = EmbeddedPostgres.builder()
                .setDataDirectory(directory)
                .setCleanDataDirectory(false)
                .setPGStartupWait(PATIENCE)
                .setServerConfig("fsync", "off")
                .start()) {
            return Path.of(ProcessHandle.of(postmaster(directory))
                    .flatMap(running -> running.info().command())
                    .orElseThrow());
        }
    }

    private static long postmaster(Path directory) throws IOException {
        return Long.parseLong(Files.readAllLines(directory.resolve("postmaster.pid"))
                .getFirst()
                .strip());
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Starts it again on the same port, with the same data, after {@link #stop} or {@link #kill}. */
    public void restart() {
        try {
            Files.deleteIfExists(directory.resolve("postmaster.pid"));
            process = new ProcessBuilder(command())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("server.log").toFile())
                    .start();
            awaitAnswer(process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> command() {
        var command = new ArrayList<String>();
        if ("root".equals(System.getProperty("user.name"))) {
            command.addAll(List.of("unshare", "-U")); // the server refuses to be root
        }
        command.addAll(List.of(program.toString(), "-D", directory.toString(), "-p", Integer.toString(port)));
        Stream.concat(
                        Stream.of("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"),
                        options.stream())
                .forEach(option -> command.addAll(List.of("-c", option)));
        return command;
    }

    private void awaitAnswer(Process started) throws IOException {
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        while (started.isAlive() && System.nanoTime() < deadlineNanos) {
            try (Connection _ = connect("postgres")) {
                return;
            } catch (SQLException notYet) {
                pauseBriefly();
            }
        }
        throw new IllegalStateException(
                "PostgreSQL does not start:\n" + Files.readString(directory.resolve("server.log")));
    }

    private static void pauseBriefly() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** CPU time that it and those of its processes that are alive have used so far. */
    public Duration cpuTime() {
        if (process == null) {
            return Duration.ZERO;
        }
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .map(one -> one.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** Ends it politely, which breaks every connection, and waits for the end. */
    public void stop() {
        if (process != null) {
            signal(process, "INT");
            awaitEnd(process.toHandle());
            process = null;
        }
    }

    private static void signal(Process process, String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Ends all of its processes at once, as {@code kill -9} does, and waits for the end. It is halted first: a process
     * that it starts meanwhile would outlive it and write into files that are the next server's.
     */
    public void kill() {
        if (process != null) {
            signal(process, "STOP");
            List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
            all.addFirst(process.toHandle());
            all.forEach(ProcessHandle::destroyForcibly);
            all.forEach(PostgresServer::awaitEnd);
            process = null;
        }
    }

    private static void awaitEnd(ProcessHandle ending) {
        ending.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** A new, empty database, in the form of {@code DATABASE_URL}. */
    public URI createDatabase() {
        String name = "test" + ++databases;
        execute("postgres", "CREATE DATABASE " + name);
        return url(name);
    }

    /** A database of this server, in the form of {@code DATABASE_URL}. */
    public URI url(String database) {
        return URI.create("postgresql://postgres:postgres@127.0.0.1:%d/%s".formatted(port, database));
    }

    /** Runs statements in a database that {@link #createDatabase} made, whose schema the archive has made. */
    public void execute(URI database, String sql) {
        execute(database.getPath().substring(1), sql);
    }

    private void execute(String database, String sql) {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** The first column of the rows that a statement gives, as text. */
    public List<String> query(URI database, String sql) {
        try (Connection connection = connect(database.getPath().substring(1));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            var values = new ArrayList<String>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** A connection to a database that {@link #createDatabase} made. */
    Connection connect(URI database) throws SQLException {
        return connect(database.getPath().substring(1));
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/%s?currentSchema=atalaya".formatted(port, database),
                "postgres",
                "postgres");
    }

    /** Ends it at once and removes its files. */
    @Override
    public void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(lastResort);
        Directories.delete(directory);
    }
}
