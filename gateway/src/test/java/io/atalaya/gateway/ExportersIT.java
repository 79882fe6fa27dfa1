package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atalaya.postgres.PostgresServer;
import io.atalaya.proof.ServerProcess;
import io.atalaya.redis.RedisServer;
import io.atalaya.slo.Catalogue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What other exporters are said to expose they do expose, and panels of theirs have data: a real Prometheus scrapes real
 * exporters of a real Redis, PostgreSQL and machine, a Caddy at work, an Alertmanager and itself. The bot is a program of
 * others, of which there is none here; its series are those of the catalogue.
 */
@Timeout(180)
class ExportersIT {
    private static final Path PROGRAMS = Path.of(System.getenv().getOrDefault("ATALAYA_EXPORTERS", "none"));
    private static final String CADDY = System.getenv().getOrDefault("ATALAYA_CADDY", "");
    private static final String ABSENT = "bot";

    /** There only while something fires. */
    private static final String ALERTS = "ALERTS";

    private final Panels panels;
    private final Path directory;
    private final List<ServerProcess> running = new ArrayList<>();

    ExportersIT(@TempDir Path directory) throws IOException {
        this.directory = directory;
        this.panels = Panels.read();
    }

    @Test
    void everyPanelOfTheirsHasDataAndEverySeriesIsThere() throws IOException, SQLException, InterruptedException {
        assumeTrue(Files.isExecutable(PROGRAMS.resolve("prometheus-redis-exporter")), "no ATALAYA_EXPORTERS");
        assumeTrue(!CADDY.isEmpty(), "no ATALAYA_CADDY");
        try (var redis = RedisServer.start("--maxmemory", "3mb", "--maxmemory-policy", "allkeys-lru");
                var database = PostgresServer.start()) {
            URI address = database.createDatabase();
            String site = "127.0.0.1:" + ServerProcess.freePort();
            Map<String, String> targets = Map.of(
                    "redis", exporter("redis", Map.of(), "--redis.addr=redis://127.0.0.1:" + redis.port()),
                    "postgres", exporter("postgres", Map.of("DATA_SOURCE_NAME", address + "?sslmode=disable")),
                    "node", exporter("node", Map.of()),
                    "caddy", caddy(site),
                    "alertmanager", alertmanager());
            try (var prometheus = PrometheusServer.start(
                    Files.createDirectory(directory.resolve("prometheus")),
                    List.of(
                            Panels.DEPLOY.resolve("prometheus/rules/slo.yml"),
                            Panels.DEPLOY.resolve("prometheus/rules/alerts.yml")),
                    targets)) {
                work(redis, address, site, Duration.ofSeconds(20));
                prometheus.awaitScrapes(15);

                assertThat(missing(prometheus))
                        .as("series, or labels of theirs")
                        .isEmpty();
                assertThat(panels.withoutNumber(prometheus, ExportersIT::areHere))
                        .as("panels without data")
                        .isEmpty();
                assertThat(panels.withoutName(prometheus, ExportersIT::areHere))
                        .as("panels whose legends are empty")
                        .isEmpty();
            }
        } finally {
            running.forEach(ServerProcess::close);
        }
    }

    private static boolean areHere(Set<String> exporters) {
        return !exporters.isEmpty() && !exporters.contains(ABSENT);
    }

    private String exporter(String name, Map<String, String> environment, String... arguments) {
        return start(new ServerProcess.Program(
                PROGRAMS.resolve("prometheus-" + name + "-exporter").toAbsolutePath(),
                port -> {
                    var all = new ArrayList<>(List.of(arguments));
                    all.add("--web.listen-address=127.0.0.1:" + port);
                    return all;
                },
                environment,
                "/metrics"));
    }

    /** Measured and exposed as in {@code deploy/caddy}, without TLS and with answers of its own. */
    private String caddy(String site) {
        return start(new ServerProcess.Program(
                Path.of(CADDY).toAbsolutePath(),
                port -> List.of("run", "--adapter", "caddyfile", "--config", caddyfile(site, port)),
                Map.of("HOME", directory.toString()),
                "/metrics"));
    }

    private String caddyfile(String site, int port) {
        try {
            return Files.writeString(directory.resolve("Caddyfile"), """
                            {
                                admin off
                                servers {
                                    metrics
                                }
                            }
                            http://%s {
                                handle /fault {
                                    reverse_proxy 127.0.0.1:1
                                }
                                handle {
                                    respond "here"
                                }
                            }
                            http://127.0.0.1:%d {
                                metrics /metrics
                            }
                            """.formatted(site, port))
                    .toString();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private String alertmanager() throws IOException {
        Path config = Files.writeString(
                directory.resolve("alertmanager.yml"), "{route: {receiver: nobody}, receivers: [{name: nobody}]}\n");
        return started(ServerProcess.alertmanager(config, directory));
    }

    private String start(ServerProcess.Program program) {
        return started(ServerProcess.start(directory.resolve("program-" + running.size() + ".log"), program));
    }

    private String started(ServerProcess process) {
        running.add(process);
        return process.url().getAuthority();
    }

    /** A bit of everything that the panels show. */
    private static void work(RedisServer redis, URI database, String site, Duration howLong)
            throws SQLException, InterruptedException {
        Instant end = Instant.now().plus(howLong);
        String url = "jdbc:postgresql://127.0.0.1:" + database.getPort() + database.getPath();
        try (var http = HttpClient.newHttpClient();
                Connection connection = DriverManager.getConnection(url, "postgres", "postgres");
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("CREATE TABLE thing (id int)");
            connection.commit();
            for (int round = 0; Instant.now().isBefore(end); round++) {
                redis.command("SET", "key" + round, "x".repeat(200_000));
                redis.command("GET", "key" + round);
                redis.command("GET", "no-such-key");
                statement.execute("INSERT INTO thing VALUES (" + round + ")");
                statement.execute("SELECT count(*) FROM thing");
                connection.rollback();
                for (String path : List.of("/", "/fault")) {
                    http.send(
                            HttpRequest.newBuilder(URI.create("http://" + site + path))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding());
                }
                Thread.sleep(100);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** What the catalogue promises of exporters that are here, and Prometheus has not seen. */
    private List<String> missing(PrometheusServer prometheus) {
        var missing = new ArrayList<String>();
        for (Catalogue.Metric metric : panels.catalogue().families().values()) {
            boolean here = !metric.ours()
                    && !metric.exporter().equals(ABSENT)
                    && !metric.name().equals(ALERTS);
            if (here) {
                List<PrometheusServer.Sample> samples = prometheus.query(series(metric));
                if (samples.isEmpty()) {
                    missing.add(metric.exporter() + ": " + metric.name());
                } else {
                    metric.labels().stream()
                            .filter(label -> samples.stream()
                                    .noneMatch(sample -> sample.labels().has(label)))
                            .forEach(label -> missing.add(metric.name() + ": label " + label));
                }
            }
        }
        return missing;
    }

    private static String series(Catalogue.Metric metric) {
        return metric.type() == Catalogue.Kind.HISTOGRAM ? metric.name() + "_bucket" : metric.name();
    }
}
