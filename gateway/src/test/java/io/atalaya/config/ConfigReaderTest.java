package io.atalaya.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.alerting.AlertingConfig;
import io.atalaya.alerting.AlertingConfig.GroupingConfig;
import io.atalaya.alerting.AlertingConfig.TargetConfig;
import io.atalaya.archive.ArchiveConfig;
import io.atalaya.assignment.AssignmentConfig;
import io.atalaya.auth.AuthConfig;
import io.atalaya.canary.CanaryConfig;
import io.atalaya.collector.CollectorConfig;
import io.atalaya.config.GatewayConfig.LogStore;
import io.atalaya.edge.EdgeConfig;
import io.atalaya.exposition.ExpositionConfig;
import io.atalaya.hub.HubConfig;
import io.atalaya.ingest.IntakeConfig;
import io.atalaya.kpiapi.KpiConfig;
import io.atalaya.log.LogConfig;
import io.atalaya.management.ManagementConfig;
import io.atalaya.postgres.PostgresConfig;
import io.atalaya.query.QueryConfig;
import io.atalaya.recovery.RecoveryConfig;
import io.atalaya.redis.RedisConfig;
import io.atalaya.streams.StreamConfig;
import io.atalaya.yaml.Problem;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReaderTest {
    private static final Path EVERY_KEY = Path.of("src/test/resources/configs/every-key.yaml");

    private static final String STAFF = "8f4b2a6c0d1e3f5a7b9c8d6e4f2a1b3c5d7e9f0a";

    private static final String TABLE = "1c3e5a7b9d0f2e4c6a8b0d1f3e5c7a9b1d3f5e7c";

    @TempDir
    Path directory;

    @Test
    void aLogInMemoryHasSmallerBounds() {
        GatewayConfig config = valid(environment(Map.of("LOG_STORE", "memory", "LOG_MAX_EVENTS", "7")))
                .config();

        assertThat(config.logStore()).isEqualTo(LogStore.MEMORY);
        assertThat(config.log().maxEvents()).isEqualTo(7);
        assertThat(config.log().maxBytes()).isEqualTo(LogConfig.defaults().maxBytes());
        assertThat(config.log().archived()).isFalse();
    }

    @Test
    void nothingButSecretsIsEnough() {
        GatewayConfig config = valid(environment(Map.of())).config();

        assertThat(config.profile().name()).isEqualTo("restaurant");
        assertThat(config.profileSwitches()).isEqualTo(Map.of("ROUND_SUBMITTED_TO_KITCHEN", false));
        assertThat(config.dataDir()).isEqualTo(directory.resolve("data"));
        assertThat(config.hub()).isEqualTo(HubConfig.defaults());
        assertThat(config.log()).isEqualTo(LogConfig.ofFile());
        assertThat(config.logStore()).isEqualTo(LogStore.EMBEDDED);
        assertThat(config.edge().port()).isEqualTo(8001);
        assertThat(config.edge().host()).isEqualTo("0.0.0.0");
        assertThat(config.edge().allowedOrigins()).contains("http://localhost:5176", "http://127.0.0.1:5180");
        assertThat(config.edge().allowMissingOrigin()).isFalse();
        assertThat(config.edge().connectRate()).isZero();
        assertThat(config.edge().connectWait()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.intake()).isEqualTo(new IntakeConfig(Map.of(), Map.of(), 64 << 10, 8 << 20, 10_000, 50_000));
        assertThat(config.auth())
                .isEqualTo(new AuthConfig(
                        Optional.of(STAFF),
                        AuthConfig.DEFAULT_ISSUER,
                        AuthConfig.DEFAULT_AUDIENCE,
                        Optional.empty(),
                        Optional.of(TABLE),
                        false));
        assertThat(config.assignments())
                .isEqualTo(new AssignmentConfig(
                        new AssignmentConfig.FileConfig(Optional.empty()),
                        ZoneId.systemDefault(),
                        Duration.ofMinutes(5),
                        10_000));
        assertThat(config.archive()).isEqualTo(ArchiveConfig.defaults());
        assertThat(config.database()).isEmpty();
        assertThat(config.redis()).isEmpty();
        assertThat(config.exposition().environment()).isEqualTo("production");
        assertThat(config.management()).isEqualTo(new ManagementConfig("127.0.0.1", 8002, Optional.empty(), Set.of()));
    }

    @Test
    void aFileCanSetEveryKey() {
        var source = ConfigSource.of(Map.of()).withFile(EVERY_KEY);

        GatewayConfig config = valid(source).config();

        Path base = Path.of("src/test/resources/configs");
        assertThat(config.profile().name()).isEqualTo("harbour");
        assertThat(config.profileSwitches()).isEqualTo(Map.of("CREWS_HEAR_OF_STORMS", true));
        assertThat(config.dataDir()).isEqualTo(Path.of("/var/lib/atalaya"));
        assertThat(config.edge())
                .isEqualTo(new EdgeConfig(
                        "127.0.0.2",
                        9001,
                        Set.of("https://a.example.com", "https://b.example.com:8443"),
                        true,
                        2.5,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(7)));
        assertThat(config.hub())
                .isEqualTo(new HubConfig(
                        3,
                        20_000,
                        4,
                        21,
                        30,
                        Duration.ofSeconds(2),
                        32 << 10,
                        Duration.ofSeconds(90),
                        Duration.ZERO,
                        Duration.ofMinutes(2),
                        2 << 20,
                        Duration.ofSeconds(3),
                        60_000,
                        10,
                        50));
        assertThat(config.intake())
                .isEqualTo(new IntakeConfig(
                        Map.of("a7c4e1f09b3d58266e0f", "galicia", "d41c=9be70a5f33127c", "*"),
                        Map.of("5be1d07a94c2f8863a1b", "asturias"),
                        16 << 10,
                        1 << 20,
                        500,
                        1000));
        assertThat(config.log())
                .isEqualTo(new LogConfig(5000, 3L << 30, Duration.ofDays(7), Duration.ofDays(1), 6000, true));
        assertThat(config.archive()).isEqualTo(new ArchiveConfig(700, Duration.ofMillis(20), Duration.ofDays(90)));
        assertThat(config.database())
                .contains(PostgresConfig.of(URI.create("postgres://writer:hunter3@db/atalaya"), 9)
                        .within(20L << 30));
        assertThat(config.query()).isEqualTo(new QueryConfig(4, Duration.ofSeconds(3), 50, Duration.ofMinutes(2)));
        assertThat(config.collector()).isEqualTo(new CollectorConfig(true, false));
        assertThat(config.toString()).doesNotContain("hunter3");
        assertThat(config.auth())
                .isEqualTo(new AuthConfig(
                        Optional.of(STAFF),
                        "port-authority",
                        "crews",
                        Optional.of(base.resolve("keys/jwks.json").toString()),
                        Optional.of(TABLE),
                        false));
        assertThat(config.assignments())
                .isEqualTo(new AssignmentConfig(
                        new AssignmentConfig.FileConfig(Optional.of(base.resolve("berths.yaml"))),
                        ZoneId.of("America/Buenos_Aires"),
                        Duration.ofSeconds(30),
                        77));
        assertThat(config.recovery()).isEqualTo(new RecoveryConfig(7, 70_000));
        assertThat(config.kpis()).isEqualTo(new KpiConfig(Optional.of(base.resolve("indicators.yaml"))));
        assertThat(config.canary()).isEqualTo(new CanaryConfig(true, Duration.ofSeconds(20), Duration.ofSeconds(4)));
        assertThat(config.alerting())
                .isEqualTo(new AlertingConfig(
                        List.of(
                                new TargetConfig(
                                        "alertmanager-1",
                                        URI.create("http://alerts-a:9093"),
                                        Optional.of("Basic c2VjcmV0")),
                                new TargetConfig(
                                        "alertmanager-2",
                                        URI.create("https://alerts-b/am"),
                                        Optional.of("Basic c2VjcmV0"))),
                        List.of(new TargetConfig(
                                "webhook-1",
                                URI.create("https://hooks.example/T0/secret"),
                                Optional.of("Bearer hooked"))),
                        Duration.ofSeconds(45),
                        new GroupingConfig(Duration.ofSeconds(3), Duration.ofSeconds(40), Duration.ofHours(3))));
        assertThat(config.logStore()).isEqualTo(LogStore.REDIS);
        assertThat(config.streams()).isEqualTo(new StreamConfig(8, false, 1));
        assertThat(config.redis())
                .contains(new RedisConfig(URI.create("rediss://user:hunter2@redis.example.com:6380/1"), 6000, 60, 70));
        assertThat(config.exposition())
                .isEqualTo(new ExpositionConfig(
                        "harbour-east",
                        Duration.ofSeconds(15),
                        5 << 20,
                        Duration.ofDays(3),
                        Optional.of(URI.create("http://collector:4318/v1/metrics")),
                        Duration.ofSeconds(20)));
        assertThat(config.management())
                .isEqualTo(new ManagementConfig(
                        "0.0.0.0",
                        9002,
                        Optional.of("7d2f9b4e6a1c8035f9e2d7b4a6c1e8f30b5d9a2c"),
                        Set.of("ops.example.com", "gateway")));
    }

    @Test
    void aMistakeInAnySettingIsToldByName() {
        for (Setting<?> setting : Settings.ALL) {
            if (setting.kind().parse("no\u0001good").isEmpty()) {
                assertThat(problems(environment(Map.of(setting.variable(), "no\u0001good"))))
                        .as(setting.key())
                        .anySatisfy(problem -> assertThat(problem).contains(setting.variable()));
            }
        }
    }

    @Test
    void aLogInRedisNeedsARedis() {
        assertThat(problems(environment(Map.of("LOG_STORE", "redis"))))
                .singleElement()
                .asString()
                .endsWith("redis without redis-url (expected: redis-url, or another log-store)");
        assertThat(valid(environment(Map.of("LOG_STORE", "Redis", "REDIS_URL", "redis://localhost")))
                        .config()
                        .logStore())
                .isEqualTo(LogStore.REDIS);
    }

    @Test
    void anOpenCollectorIsRemarkedOn() {
        assertThat(valid(environment(Map.of("COLLECTOR_ANONYMOUS", "everyone"))).notes())
                .anyMatch(note -> note.startsWith("collector-anonymous is everyone"));
        assertThat(valid(environment(Map.of("COLLECTOR_ANONYMOUS", "Loopback"))).notes())
                .noneMatch(note -> note.startsWith("collector-anonymous"));
        assertThat(problems(environment(Map.of("COLLECTOR_ANONYMOUS", "yes"))))
                .singleElement()
                .asString()
                .endsWith("yes (expected: one of off, loopback, everyone)");
    }

    @Test
    void theFileWithEveryKeyHasEveryKey() throws IOException {
        String file = Files.readString(EVERY_KEY);

        for (Setting<?> setting : Settings.ALL) {
            assertThat(file).containsPattern("(?m)^" + setting.key() + ": ");
        }
    }

    @Test
    void everySettingIsInTheTable() throws IllegalAccessException {
        for (var field : Settings.class.getDeclaredFields()) {
            if (field.getType() == Setting.class) {
                assertThat(Settings.ALL).as(field.getName()).contains((Setting<?>) field.get(null));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            WS_MAX_CONNECTIONS_PER_USER, 5
            WS_MAX_TOTAL_CONNECTIONS, 500
            WS_MESSAGE_RATE_LIMIT, 40
            WS_HEARTBEAT_TIMEOUT, 45
            WS_MAX_MESSAGE_SIZE, 1024
            REDIS_URL, redis://localhost:6380
            REDIS_POOL_MAX_CONNECTIONS, 10
            REDIS_EVENT_QUEUE_SIZE, 10
            REDIS_EVENT_BATCH_SIZE, 10
            ALLOWED_ORIGINS, 'http://localhost:5176,http://localhost:5177'
            WS_CONNECT_RATE, 100
            WS_DRAIN_SECONDS, 0
            DEDUPE_WINDOW, 1h
            INGEST_API_KEYS, 'b=c=1, 0f9e8d7c6b5a49382716=*'
            """)
    void everyVariableOfTheEnvironmentIsUnderstood(String name, String value) {
        assertThat(valid(environment(Map.of(name, value)))).isNotNull();
    }

    @Test
    void theEnvironmentWinsOverTheFileAndTheCommandLineOverBoth() {
        Path file = write("atalaya.yaml", "ws-port: 1\nws-max-total-connections: 1\nws-message-rate-limit: 1\n");
        var source = environment(Map.of("WS_MAX_TOTAL_CONNECTIONS", "2", "WS_MESSAGE_RATE_LIMIT", "2"))
                .withFile(file)
                .withOverrides(Map.of("ws-message-rate-limit", "3"));

        GatewayConfig config = valid(source).config();

        assertThat(config.edge().port()).isEqualTo(1);
        assertThat(config.hub().maxConnections()).isEqualTo(2);
        assertThat(config.hub().messagesPerWindow()).isEqualTo(3);
    }

    @Test
    void aVariableSetToNothingIsNotSet() {
        assertThat(valid(environment(Map.of("WS_PORT", "", "REDIS_URL", " ")))
                        .config()
                        .redis())
                .isEmpty();
    }

    @Test
    void everyProblemOfSettingsAndProfileComesAtOnceWithItsPlace() {
        write("mine.yaml", "profile: mine\nmembres: {}\n");
        Path file = write("atalaya.yaml", """
                profile: mine.yaml
                ws-prot: 8001
                ws-max-message-size: -1
                ws-heartbeat-timeout: soon
                allowed-origins: [https://app.example.com/]
                ws-port: {from: 1}
                ws-port: 3
                """);

        List<String> problems =
                problems(environment(Map.of("WS_MESSAGE_RATE_LIMIT", "many")).withFile(file));

        assertThat(problems)
                .anySatisfy(
                        problem -> assertThat(problem).contains("atalaya.yaml:2:1: ws-prot", "did you mean ws-port?"))
                .anySatisfy(problem -> assertThat(problem)
                        .contains("atalaya.yaml:3:22: ws-max-message-size: -1 (expected: a size", "128 … 16MiB"))
                .anySatisfy(problem -> assertThat(problem).contains("atalaya.yaml:4:23: ws-heartbeat-timeout: soon"))
                .anySatisfy(
                        problem -> assertThat(problem).contains("atalaya.yaml:5:18: allowed-origins", "without a path"))
                .anySatisfy(problem -> assertThat(problem).contains("atalaya.yaml:6:10: ws-port: a mapping"))
                .anySatisfy(problem ->
                        assertThat(problem).contains("atalaya.yaml:7:1: ws-port: the key a second time", "line 6"))
                .anySatisfy(problem -> assertThat(problem)
                        .isEqualTo("environment: WS_MESSAGE_RATE_LIMIT: many (expected: a whole number, 1 … 10000)"))
                .anySatisfy(problem -> assertThat(problem).contains("mine.yaml:2:1: membres", "did you mean members?"));
    }

    @Test
    void aFileThatIsNamedMustBeThere() {
        List<String> problems = problems(environment(Map.of()).withFile(Path.of("nowhere.yaml")));

        assertThat(problems).singleElement().asString().contains("nowhere.yaml: no such file");
    }

    @Test
    void seedNamesWithoutCounterpartAreAcceptedAndRemarkedOn() {
        Path file = write("atalaya.yaml", "ws-broadcast-batch-size: 50\n");
        var variables =
                Map.of("WS_ACCEPT_TIMEOUT", "5.0", "DATABASE_URL", "postgres://db/x", "WS_MAX_MESAGE_SIZE", "1");

        List<String> notes = valid(environment(variables).withFile(file)).notes();

        assertThat(notes)
                .anySatisfy(note -> assertThat(note).startsWith("ws-broadcast-batch-size is accepted"))
                .anySatisfy(note -> assertThat(note).startsWith("WS_ACCEPT_TIMEOUT is accepted"))
                .anySatisfy(note -> assertThat(note).contains("WS_MAX_MESAGE_SIZE", "WS_MAX_MESSAGE_SIZE?"));
    }

    @Test
    void bothPortsCannotBeTheSame() {
        List<String> problems = problems(environment(Map.of("MANAGEMENT_PORT", "8001")));

        assertThat(problems).singleElement().asString().contains("MANAGEMENT_PORT: 8001, the public port");
    }

    private ConfigSource environment(Map<String, String> more) {
        var variables = new HashMap<>(Map.of("JWT_SECRET", STAFF, "TABLE_TOKEN_SECRET", TABLE));
        variables.putAll(more);
        return plain(variables);
    }

    @Test
    void assignmentsOfADatabaseNeedItsUrlAndShowItToNobody() {
        assertThat(problems(environment(Map.of("ASSIGNMENTS_SOURCE", "database"))))
                .containsExactly("environment: ASSIGNMENTS_SOURCE: database without assignments-database-url or"
                        + " database-url (expected: one of them as well)");
        var variables = Map.of(
                "ASSIGNMENTS_SOURCE", "database",
                "ASSIGNMENTS_DATABASE_URL", "postgresql://atalaya:hunter2@db/restaurant",
                "ASSIGNMENTS_CREATE_TABLES", "true");

        GatewayConfig config = valid(environment(variables)).config();

        assertThat(config.assignments().source())
                .isEqualTo(new AssignmentConfig.DatabaseConfig(
                        URI.create("postgresql://atalaya:hunter2@db/restaurant"), true));
        assertThat(config.toString() + config.document()).doesNotContain("hunter2");
        assertThat(problems(environment(Map.of("ASSIGNMENTS_SOURCE", "ldap", "ASSIGNMENTS_ZONE", "Mars/Olympus"))))
                .hasSize(2);
    }

    @Test
    void whatIsInForceIsShownWithItsOriginAndWithoutSecrets() {
        Path file = write("atalaya.yaml", "ws-port: 9001\njwt-jwks: https://someone:pass@keys.example/set\n");
        var variables = Map.of("WS_HEARTBEAT_TIMEOUT", "90s", "REDIS_URL", "redis://:hunter2@127.0.0.1:1/0");

        GatewayConfig config = valid(environment(variables).withFile(file)).config();

        Map<?, ?> settings = (Map<?, ?>) config.document().get("settings");
        assertThat(settings).hasSize(Settings.ALL.size());
        assertThat(settings.get("ws-port")).isEqualTo(Map.of("value", "9001", "from", file + ":1"));
        assertThat(settings.get("ws-heartbeat-timeout")).isEqualTo(Map.of("value", "90s", "from", "environment"));
        assertThat(settings.get("ws-ping-interval")).isEqualTo(Map.of("value", "30s", "from", "default"));
        assertThat(settings.get("jwt-secret")).isEqualTo(Map.of("value", "(hidden)", "from", "environment"));
        assertThat(settings.get("management-token")).isEqualTo(Map.of("value", "", "from", "default"));
        assertThat(config.document().toString())
                .contains("https://(hidden)@keys.example/set")
                .doesNotContain(STAFF, TABLE, "hunter2", "someone", "pass@");
    }

    private ConfigSource plain(Map<String, String> variables) {
        return new ConfigSource(Optional.empty(), variables, Map.of(), directory, false);
    }

    private Path write(String name, String text) {
        try {
            return Files.writeString(directory.resolve(name), text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ConfigOutcome.Valid valid(ConfigSource source) {
        return switch (ConfigReader.read(source)) {
            case ConfigOutcome.Valid valid -> valid;
            case ConfigOutcome.Invalid invalid ->
                throw new AssertionError(invalid.problems().toString());
        };
    }

    private static List<String> problems(ConfigSource source) {
        return switch (ConfigReader.read(source)) {
            case ConfigOutcome.Valid _ -> List.of();
            case ConfigOutcome.Invalid invalid ->
                invalid.problems().stream().map(Problem::toString).toList();
        };
    }
}
