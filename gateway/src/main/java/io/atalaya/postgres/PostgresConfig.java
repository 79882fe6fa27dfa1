package io.atalaya.postgres;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Where the database is and how it may be used. Immutable. The URL holds the password; {@link #toString} does not.
 *
 * @param url {@code postgresql://user:password@host:port/database?sslmode=require}, as {@link #parse} accepts it
 * @param maxConnections most connections of the pool (at least 2: one writes, one reads)
 * @param connectTimeout how long a call waits for a connection
 * @param statementTimeout how long a statement may take
 * @param maxBytes that the database may take on its server, which nobody but its operator knows; nothing enforces it here
 */
public record PostgresConfig(
        URI url, int maxConnections, Duration connectTimeout, Duration statementTimeout, OptionalLong maxBytes) {
    private static final Pattern SCHEME = Pattern.compile("postgres(ql)?(\\+[a-z0-9]+)?");
    private static final int DEFAULT_PORT = 5432;

    /** Parameters of libpq that are understood, and what the driver calls them. */
    private static final Map<String, String> PARAMETERS = Map.of(
            "sslmode", "sslmode",
            "sslrootcert", "sslrootcert",
            "sslcert", "sslcert",
            "sslkey", "sslkey",
            "sslpassword", "sslpassword",
            "application_name", "ApplicationName",
            "target_session_attrs", "targetServerType");

    public PostgresConfig {
        if (parse(url.toString()).isEmpty()) {
            throw new IllegalArgumentException("database-url: not a PostgreSQL URL (expected: " + expected() + ")");
        }
        if (maxConnections < 2) {
            throw new IllegalArgumentException(
                    "database connections: %d (expected: 2 or more)".formatted(maxConnections));
        }
    }

    /** With the usual patience. */
    public static PostgresConfig of(URI url, int maxConnections) {
        return new PostgresConfig(
                url, maxConnections, Duration.ofSeconds(3), Duration.ofSeconds(30), OptionalLong.empty());
    }

    /** The same for a database that may take so much. */
    public PostgresConfig within(long bytes) {
        return new PostgresConfig(url, maxConnections, connectTimeout, statementTimeout, OptionalLong.of(bytes));
    }

    /** What {@link #parse} accepts, for people. */
    public static String expected() {
        return "postgresql://user:password@host:port/database, with parameters out of "
                + new TreeMap<>(PARAMETERS).keySet();
    }

    /** Reads a URL; empty when it is not one of PostgreSQL with a host and a database. */
    public static Optional<URI> parse(String text) {
        try {
            var url = new URI(text);
            boolean known =
                    url.getScheme() != null && SCHEME.matcher(url.getScheme()).matches();
            boolean complete = known && url.getHost() != null && url.getPath().length() > 1;
            return complete && PARAMETERS.keySet().containsAll(parameters(url).keySet())
                    ? Optional.of(url)
                    : Optional.empty();
        } catch (URISyntaxException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Map<String, String> parameters(URI url) {
        var parameters = new TreeMap<String, String>();
        if (url.getRawQuery() != null && !url.getRawQuery().isEmpty()) {
            for (String pair : url.getRawQuery().split("&", -1)) {
                int equals = pair.indexOf('=');
                parameters.put(decoded(pair.substring(0, Math.max(0, equals))), decoded(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** The driver's name of the database, without user and password. */
    String jdbcUrl() {
        int port = url.getPort() < 0 ? DEFAULT_PORT : url.getPort();
        return "jdbc:postgresql://%s:%d%s".formatted(url.getHost(), port, url.getRawPath());
    }

    /** The URL's parameters by the names of the driver. */
    Map<String, String> driverParameters() {
        var named = new TreeMap<String, String>();
        parameters(url)
                .forEach((name, value) -> named.put(
                        PARAMETERS.getOrDefault(name, name),
                        name.equals("target_session_attrs") && value.equals("read-write") ? "primary" : value));
        return named;
    }

    Optional<String> user() {
        return part(0);
    }

    Optional<String> password() {
        return part(1);
    }

    private Optional<String> part(int index) {
        String info = url.getRawUserInfo();
        if (info == null) {
            return Optional.empty();
        }
        String[] parts = info.split(":", 2);
        return index < parts.length ? Optional.of(decoded(parts[index])) : Optional.empty();
    }

    /** Host, port and database: what may be shown. */
    public String place() {
        return "%s:%d%s".formatted(url.getHost(), url.getPort() < 0 ? DEFAULT_PORT : url.getPort(), url.getPath());
    }

    @Override
    public String toString() {
        return "PostgresConfig[%s, maxConnections=%d, connectTimeout=%s, statementTimeout=%s]"
                .formatted(place(), maxConnections, connectTimeout, statementTimeout);
    }
}
