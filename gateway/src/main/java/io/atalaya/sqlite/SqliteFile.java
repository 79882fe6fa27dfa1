package io.atalaya.sqlite;

import io.atalaya.event.Cursor;
import io.atalaya.log.LogException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.jdbc4.JDBC4Connection;

/**
 * A database file of ours, in a directory that nobody else uses. Thread-safe: immutable; each connection belongs to
 * whoever opened it.
 */
public final class SqliteFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteFile.class);
    private static final String NAME = "atalaya.db";

    /** The write-ahead log is cut down to this when it is empty. */
    static final long LARGEST_LOG_BYTES = 64L << 20;

    private final Path path;
    private final HighWaterMark mark;
    private final Identity identity;

    private record Identity(long epoch, IdHash hash) {}

    private SqliteFile(Path path, HighWaterMark mark, Identity identity) {
        this.path = path;
        this.mark = mark;
        this.identity = identity;
    }

    /**
     * Opens the file of a directory, making both when they are missing.
     *
     * @throws LogException when it is in use, not ours, of a newer version, or the disk fails
     */
    public static SqliteFile open(Path directory) {
        Path whole = directory.toAbsolutePath().normalize();
        Path path = whole.resolve(NAME);
        try {
            createPrivately(whole);
            HighWaterMark mark = HighWaterMark.open(path.resolveSibling(NAME + ".mark"));
            try {
                return new SqliteFile(path, mark, prepare(path, mark));
            } catch (IOException | SQLException | RuntimeException | LinkageError failure) {
                mark.close();
                throw failure;
            }
        } catch (IOException | SQLException | LinkageError failure) {
            throw new LogException(
                    LogException.Reason.UNAVAILABLE,
                    "%s: cannot be opened: %s (expected: a writable directory, and a java.io.tmpdir or"
                                    .formatted(path, failure)
                            + " org.sqlite.tmpdir whose files may be executed)",
                    failure);
        }
    }

    private static void createPrivately(Path directory) throws IOException {
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectories(directory);
        }
    }

    /** Brings the file up to date. */
    private static Identity prepare(Path path, HighWaterMark mark) throws SQLException, IOException {
        try (Connection connection = connect(path)) {
            execute(connection, "PRAGMA page_size = 8192");
            useWriteAheadLog(connection);
            boolean created = Schema.migrate(connection, path);
            var random = new SecureRandom();
            byte[] key = Meta.bytes(connection, Meta.HASH_KEY);
            if (key == null) {
                key = new byte[IdHash.KEY_BYTES];
                random.nextBytes(key);
                Meta.write(connection, Meta.HASH_KEY, key);
            }
            long epoch = Meta.number(connection, Meta.EPOCH);
            long head = head(connection);
            if (created || !continues(mark, new Cursor(epoch, head))) {
                long next = another(epoch, random);
                LOG.atLevel(created ? org.slf4j.event.Level.INFO : org.slf4j.event.Level.WARN)
                        .addKeyValue("file", path)
                        .addKeyValue("epoch", next)
                        .addKeyValue("events", head)
                        .log(created ? "new log" : "log shorter than its mark: positions given out are void");
                Meta.write(connection, Meta.EPOCH, next);
                epoch = next;
            }
            mark.write(new Cursor(epoch, head));
            return new Identity(epoch, new IdHash(key));
        }
    }

    private static void useWriteAheadLog(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet mode = statement.executeQuery("PRAGMA journal_mode = WAL")) {
            if (!mode.getString(1).equalsIgnoreCase("wal")) {
                throw new SQLException(
                        "journal mode %s (expected: wal; is it a network file system?)".formatted(mode.getString(1)));
            }
        }
    }

    /** Whether the file holds everything that its mark knows of; one that came without its mark may not. */
    private static boolean continues(HighWaterMark mark, Cursor head) throws IOException {
        return mark.read()
                .filter(known -> known.epoch() == head.epoch() && known.offset() <= head.offset())
                .isPresent();
    }

    private static long another(long epoch, SecureRandom random) {
        long next = random.nextInt() & 0xFFFF_FFFFL;
        return next == epoch || next == 0 ? another(epoch, random) : next;
    }

    /** The offset of the newest event ever stored, whether or not its row is there still. */
    public static long head(Connection connection) throws SQLException {
        return Math.max(
                number(
                        connection,
                        "SELECT first + events - 1 FROM packs WHERE first < " + Positions.OWN_END
                                + " ORDER BY first DESC LIMIT 1"),
                number(connection, "SELECT first_offset + events - 1 FROM chunks ORDER BY first_offset DESC LIMIT 1"));
    }

    /** The first column of the only row; 0 when it is null or missing. */
    public static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    public static void execute(Connection connection, String statement) throws SQLException {
        try (Statement one = connection.createStatement()) {
            one.execute(statement);
        }
    }

    private static Connection connect(Path path) throws SQLException {
        var properties = new Properties();
        // otherwise the driver asks for a row number after every statement
        properties.setProperty(SQLiteConfig.Pragma.JDBC_GET_GENERATED_KEYS.getPragmaName(), "false");
        // not by DriverManager, which would load every driver that is there
        return new JDBC4Connection("jdbc:sqlite:" + path, path.toString(), properties);
    }

    /** The connection for the writer, of which there is one. */
    public Connection writer() throws SQLException {
        Connection connection = connect(path);
        execute(connection, "PRAGMA synchronous = FULL");
        // only in case the checkpointer fails for long
        execute(connection, "PRAGMA wal_autocheckpoint = 32000");
        execute(connection, "PRAGMA journal_size_limit = " + LARGEST_LOG_BYTES);
        execute(connection, "PRAGMA cache_size = -16384");
        execute(connection, "PRAGMA temp_store = MEMORY");
        execute(connection, "PRAGMA busy_timeout = 5000");
        return connection;
    }

    /** A connection for a reader. */
    public Connection reader() throws SQLException {
        Connection connection = connect(path);
        execute(connection, "PRAGMA query_only = 1");
        execute(connection, "PRAGMA cache_size = -4096");
        execute(connection, "PRAGMA temp_store = MEMORY");
        execute(connection, "PRAGMA busy_timeout = 5000");
        return connection;
    }

    /** The write-ahead log of {@link #path}. */
    Path writeAheadLog() {
        return path.resolveSibling(path.getFileName() + "-wal");
    }

    public Path path() {
        return path;
    }

    public long epoch() {
        return identity.epoch();
    }

    /** Fingerprints of ids, the same for the life of the file. */
    public IdHash idHash() {
        return identity.hash();
    }

    public HighWaterMark mark() {
        return mark;
    }

    @Override
    public void close() throws IOException {
        mark.close();
    }
}
