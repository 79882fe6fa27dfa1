package io.atalaya.config;

import io.atalaya.alerting.AlertingConfig;
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
import io.atalaya.profile.ProfileOutcome;
import io.atalaya.profile.ProfileReader;
import io.atalaya.profile.ProfileSource;
import io.atalaya.query.QueryConfig;
import io.atalaya.recovery.RecoveryConfig;
import io.atalaya.redis.RedisConfig;
import io.atalaya.sloapi.SloConfig;
import io.atalaya.streams.StreamConfig;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Place;
import io.atalaya.yaml.Problem;
import io.atalaya.yaml.Problems;
import io.atalaya.yaml.YamlReader;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads the settings and the profile that they name. Confined to the reading thread. The one reader of the server, of
 * {@code check-config} and of the tests: what it accepts, the gateway starts with.
 *
 * <p>All problems come at once, those of the settings first. Nothing is opened, bound or created.
 */
public final class ConfigReader {
    private final ConfigSource source;
    private final Problems problems = new Problems();
    private final List<String> notes = new ArrayList<>();
    private final SettingValues values;
    private final boolean fileRead;

    private ConfigReader(ConfigSource source) {
        this.source = source;
        Optional<Node.Mapping> file = source.file().flatMap(path -> YamlReader.read(path, problems));
        this.fileRead = file.isPresent() || source.file().isEmpty();
        this.values = new SettingValues(
                source, file.orElseGet(() -> new Node.Mapping(Place.of("settings", ""), Map.of())), problems);
    }

    /** Reads everything. Never throws for what is in the source. */
    public static ConfigOutcome read(ConfigSource source) {
        return new ConfigReader(source).read();
    }

    private ConfigOutcome read() {
        ProfileSource profileSource = ProfileSource.of(values.value(Settings.PROFILE), values.base(Settings.PROFILE));
        ProfileOutcome profile = ProfileReader.read(profileSource, values::profileSwitch);
        Function<ProfileOutcome.Valid, GatewayConfig> whole = parts(profileSource);
        values.rejectOthers(notes);
        values.noteVariables(notes);
        return switch (profile) {
            case ProfileOutcome.Invalid invalid -> invalid(invalid.problems());
            case ProfileOutcome.Valid valid -> {
                // what is missing from a file that cannot be read is not worth saying
                if (!source.insecure() && fileRead) {
                    new ConfigChecks(values, problems, notes).secrets(valid.profile());
                }
                yield problems.isEmpty() ? new ConfigOutcome.Valid(whole.apply(valid), notes) : invalid(List.of());
            }
        };
    }

    /** Reads and checks everything but the profile now, so that no problem is found too late to be told. */
    private Function<ProfileOutcome.Valid, GatewayConfig> parts(ProfileSource profileSource) {
        var edge = edge();
        var hub = hub();
        var intake = intake();
        var store = values.value(Settings.LOG_STORE);
        var log = log();
        var recovery =
                new RecoveryConfig(values.value(Settings.REPLAY_CONCURRENCY), values.value(Settings.REPLAY_RATE));
        var streams = streams();
        var archive = archive();
        var database = database();
        var query = query();
        var collector = collector();
        var auth = auth();
        var assignments = assignments();
        var redis = redis();
        var slo = slo();
        var kpis = new KpiConfig(values.findPath(ProofSettings.KPI_FILE));
        var alerting = alerting();
        var canary = canary();
        var exposition = exposition();
        var management = management();
        Path dataDir = dataDir();
        var checks = new ConfigChecks(values, problems, notes);
        checks.ports(edge, management);
        checks.intake(intake);
        checks.assignments();
        checks.log();
        checks.remarks();
        return profile -> new GatewayConfig(
                profile.profile(),
                profileSource,
                profile.switches(),
                dataDir,
                edge,
                hub,
                intake,
                store,
                log,
                recovery,
                streams,
                archive,
                database,
                query,
                collector,
                auth,
                assignments,
                redis,
                slo,
                kpis,
                alerting,
                canary,
                exposition,
                management,
                Settings.ALL.stream().map(values::inForce).toList());
    }

    private ConfigOutcome invalid(List<Problem> ofProfile) {
        var all = new ArrayList<>(problems.list());
        all.addAll(ofProfile);
        return new ConfigOutcome.Invalid(all, notes);
    }

    private EdgeConfig edge() {
        return new EdgeConfig(
                values.value(Settings.WS_HOST),
                values.value(Settings.WS_PORT),
                values.value(Settings.ALLOWED_ORIGINS),
                values.value(Settings.ALLOW_MISSING_ORIGIN),
                values.value(Settings.WS_CONNECT_RATE),
                values.value(Settings.WS_CONNECT_WAIT),
                values.value(Settings.WS_HANDSHAKE_TIMEOUT));
    }

    private HubConfig hub() {
        return new HubConfig(
                values.value(Settings.WS_EVENT_LOOPS),
                values.value(Settings.WS_MAX_TOTAL_CONNECTIONS),
                values.value(Settings.WS_MAX_CONNECTIONS_PER_USER),
                values.value(Settings.WS_MAX_DINERS_PER_SESSION),
                values.value(Settings.WS_MESSAGE_RATE_LIMIT),
                values.value(Settings.WS_MESSAGE_RATE_WINDOW),
                values.value(Settings.WS_MAX_MESSAGE_SIZE),
                values.value(Settings.WS_HEARTBEAT_TIMEOUT),
                values.value(Settings.WS_PING_INTERVAL),
                values.value(Settings.JWT_REVALIDATION_INTERVAL),
                values.value(Settings.WS_MAX_OUTBOUND_BYTES),
                values.value(Settings.WS_DRAIN_SECONDS),
                values.value(Settings.WS_DELIVERY_WINDOW),
                values.value(Settings.WS_MAX_BROADCASTS_PER_SECOND),
                values.value(ProofSettings.METRICS_TENANTS));
    }

    private IntakeConfig intake() {
        return new IntakeConfig(
                values.find(Settings.INGEST_API_KEYS).orElse(Map.of()),
                values.find(Settings.QUERY_API_KEYS).orElse(Map.of()),
                values.value(Settings.INGEST_MAX_EVENT_BYTES),
                values.value(Settings.INGEST_MAX_REQUEST_BYTES),
                values.value(Settings.INGEST_MAX_EVENTS_PER_REQUEST),
                values.value(Settings.INGEST_MAX_UNCOMMITTED));
    }

    private LogConfig log() {
        LogConfig defaults =
                values.value(Settings.LOG_STORE) == LogStore.EMBEDDED ? LogConfig.ofFile() : LogConfig.defaults();
        return new LogConfig(
                values.find(Settings.LOG_MAX_EVENTS).orElse(defaults.maxEvents()),
                values.find(Settings.LOG_MAX_BYTES).orElse(defaults.maxBytes()),
                values.value(Settings.LOG_MAX_AGE),
                values.value(Settings.DEDUPE_WINDOW),
                values.find(Settings.LOG_MAX_REMEMBERED_IDS).orElse(defaults.maxRememberedIds()),
                defaults.archived() || values.isSet(Settings.DATABASE_URL));
    }

    private ArchiveConfig archive() {
        return new ArchiveConfig(
                values.value(Settings.ARCHIVE_BATCH_SIZE),
                values.value(Settings.ARCHIVE_BATCH_INTERVAL),
                values.value(Settings.ARCHIVE_MAX_AGE));
    }

    private Optional<PostgresConfig> database() {
        int pool = values.value(Settings.DATABASE_POOL_SIZE);
        Optional<Long> most = values.find(Settings.DATABASE_MAX_BYTES);
        return values.find(Settings.DATABASE_URL)
                .map(url -> PostgresConfig.of(url, pool))
                .map(config -> most.map(config::within).orElse(config));
    }

    private QueryConfig query() {
        return new QueryConfig(
                values.value(Settings.QUERY_MAX_CONCURRENT),
                values.value(Settings.QUERY_TIMEOUT),
                values.value(Settings.CATCHUP_MAX_EVENTS),
                values.value(Settings.CATCHUP_MAX_AGE));
    }

    private CollectorConfig collector() {
        String who = values.value(Settings.COLLECTOR_ANONYMOUS);
        return new CollectorConfig(who.equals("loopback"), who.equals("everyone"));
    }

    private StreamConfig streams() {
        return new StreamConfig(
                values.value(Settings.LOG_PARTITIONS),
                values.value(Settings.REDIS_DURABILITY) == Settings.Durability.CHECKED,
                values.value(Settings.REDIS_WAIT_REPLICAS));
    }

    private AuthConfig auth() {
        return new AuthConfig(
                values.find(Settings.JWT_SECRET),
                values.value(Settings.JWT_ISSUER),
                values.value(Settings.JWT_AUDIENCE),
                values.find(Settings.JWT_JWKS).map(this::jwks),
                values.find(Settings.TABLE_TOKEN_SECRET),
                source.insecure());
    }

    private String jwks(String text) {
        return text.contains("://")
                ? text
                : values.base(Settings.JWT_JWKS).resolve(text).toString();
    }

    private AssignmentConfig assignments() {
        Optional<URI> url = values.find(Settings.ASSIGNMENTS_DATABASE_URL).or(() -> values.find(Settings.DATABASE_URL));
        boolean createTables = values.value(Settings.ASSIGNMENTS_CREATE_TABLES);
        boolean database = values.value(Settings.ASSIGNMENTS_SOURCE).equals("database") && url.isPresent();
        AssignmentConfig.SourceConfig source = database
                ? new AssignmentConfig.DatabaseConfig(url.get(), createTables)
                : new AssignmentConfig.FileConfig(values.findPath(Settings.ASSIGNMENTS_FILE));
        return new AssignmentConfig(
                source,
                values.value(Settings.ASSIGNMENTS_ZONE),
                values.value(Settings.ASSIGNMENTS_CACHE_TTL),
                values.value(Settings.ASSIGNMENTS_CACHE_SIZE));
    }

    private Optional<RedisConfig> redis() {
        int queue = values.value(Settings.REDIS_EVENT_QUEUE_SIZE);
        int batch = values.value(Settings.REDIS_EVENT_BATCH_SIZE);
        int pool = values.value(Settings.REDIS_POOL_MAX_CONNECTIONS);
        return values.find(Settings.REDIS_URL).map(url -> new RedisConfig(url, queue, batch, pool));
    }

    private Path dataDir() {
        return values.base(Settings.DATA_DIR)
                .resolve(values.value(Settings.DATA_DIR))
                .normalize();
    }

    private SloConfig slo() {
        return new SloConfig(values.findPath(Settings.SLO_FILES), values.value(Settings.SLO_KEEP));
    }

    private AlertingConfig alerting() {
        return new AlertingConfig(
                targets(
                        "alertmanager-",
                        values.find(ProofSettings.ALERTMANAGER_URLS).orElse(List.of()),
                        values.find(ProofSettings.ALERTMANAGER_AUTHORIZATION)),
                targets(
                        "webhook-",
                        values.find(ProofSettings.ALERT_WEBHOOK_URLS).orElse(List.of()),
                        values.find(ProofSettings.ALERT_WEBHOOK_AUTHORIZATION)),
                values.value(ProofSettings.ALERT_RESEND),
                new AlertingConfig.GroupingConfig(
                        values.value(ProofSettings.ALERT_GROUP_WAIT),
                        values.value(ProofSettings.ALERT_GROUP_INTERVAL),
                        values.value(ProofSettings.ALERT_REPEAT)));
    }

    private static List<AlertingConfig.TargetConfig> targets(
            String name, List<URI> urls, Optional<String> authorization) {
        var targets = new ArrayList<AlertingConfig.TargetConfig>();
        urls.forEach(
                url -> targets.add(new AlertingConfig.TargetConfig(name + (targets.size() + 1), url, authorization)));
        return targets;
    }

    private CanaryConfig canary() {
        return new CanaryConfig(
                values.value(ProofSettings.CANARY),
                values.value(ProofSettings.CANARY_INTERVAL),
                values.value(ProofSettings.CANARY_PATIENCE));
    }

    private ExpositionConfig exposition() {
        return new ExpositionConfig(
                values.value(ProofSettings.ENVIRONMENT),
                values.value(ProofSettings.METRICS_HISTORY_INTERVAL),
                values.value(ProofSettings.METRICS_HISTORY_MAX_BYTES),
                values.value(ProofSettings.METRICS_HISTORY_MAX_AGE),
                values.find(ProofSettings.METRICS_OTLP_ENDPOINT),
                values.value(ProofSettings.METRICS_OTLP_INTERVAL));
    }

    private ManagementConfig management() {
        return new ManagementConfig(
                values.value(Settings.MANAGEMENT_HOST),
                values.value(Settings.MANAGEMENT_PORT),
                values.find(Settings.MANAGEMENT_TOKEN),
                values.value(Settings.MANAGEMENT_HOSTS));
    }
}
