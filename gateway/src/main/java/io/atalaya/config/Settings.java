package io.atalaya.config;

import io.atalaya.config.GatewayConfig.LogStore;
import io.atalaya.streams.StreamConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Every setting, declared once: reading, checking and the reference all work from this table. Immutable.
 *
 * <p>Names follow seed deployments of the restaurant gateway, so that their environment keeps working.
 */
final class Settings {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final int MILLION = 1_000_000;
    private static final String LOCAL_ORIGINS = "http://localhost:5173,http://localhost:5176,http://localhost:5177,"
            + "http://localhost:5178,http://localhost:5179,http://localhost:5180,http://127.0.0.1:5173,"
            + "http://127.0.0.1:5176,http://127.0.0.1:5177,http://127.0.0.1:5178,http://127.0.0.1:5179,"
            + "http://127.0.0.1:5180";

    static final Setting<String> PROFILE = Setting.of(
            "profile",
            Kinds.text("the name of a shipped profile, or a path"),
            "restaurant",
            "Endpoints, audiences and events: the name of a shipped profile or the path of a file.");
    static final Setting<Path> DATA_DIR = Setting.of(
            "data-dir",
            Kinds.path(),
            "./data",
            "Directory of everything the gateway keeps on disk; made, for its user alone, when missing.");
    static final Setting<URI> DATABASE_URL = Setting.secret(
            "database-url",
            Kinds.databaseUrl(),
            "PostgreSQL (15 or newer) that keeps the archive of events, in a schema of its own: atalaya. Without it the"
                    + " embedded log's file holds the archive.");
    static final Setting<Integer> DATABASE_POOL_SIZE =
            Setting.of("database-pool-size", Kinds.integer(2, 200), "8", "Most connections to the database.");
    static final Setting<Long> DATABASE_MAX_BYTES = Setting.of(
            "database-max-bytes",
            Kinds.longBytes(1 << 20, 1L << 50),
            "",
            "What the database may take on its server's disk: only the forecast of when it is full needs it.");

    static final Setting<String> WS_HOST =
            Setting.of("ws-host", Kinds.host(), "0.0.0.0", "Address of the public port.");
    static final Setting<Integer> WS_PORT =
            Setting.of("ws-port", Kinds.port(), "8001", "Public port: clients and producers.");
    static final Setting<Set<String>> ALLOWED_ORIGINS = Setting.of(
            "allowed-origins",
            Kinds.origins(),
            LOCAL_ORIGINS,
            "Origins of the web pages that may connect, where the endpoint checks them. The default serves local"
                    + " development only.");
    static final Setting<Boolean> ALLOW_MISSING_ORIGIN = Setting.of(
            "allow-missing-origin",
            Kinds.flag(),
            "false",
            "Whether a client without an Origin header (no browser) passes the check.");
    static final Setting<Double> WS_CONNECT_RATE = Setting.of(
            "ws-connect-rate",
            Kinds.rateOrOff(),
            "off",
            "New connections a second; those above it wait, then are refused with 1013.");
    static final Setting<Duration> WS_CONNECT_WAIT = Setting.of(
            "ws-connect-wait",
            Kinds.duration(Duration.ZERO, Duration.ofMinutes(1)),
            "5s",
            "Longest wait of a connection above the rate.");
    static final Setting<Duration> WS_HANDSHAKE_TIMEOUT = Setting.of(
            "ws-handshake-timeout",
            Kinds.duration(SECOND, Duration.ofMinutes(5)),
            "10s",
            "From the TCP accept to the end of authentication.");

    static final Setting<Integer> WS_EVENT_LOOPS = Setting.of(
            "ws-event-loops",
            Kinds.eventLoops(64),
            "auto",
            "Threads that serve connections; auto is one for each processor.");
    static final Setting<Integer> WS_MAX_TOTAL_CONNECTIONS = Setting.of(
            "ws-max-total-connections",
            Kinds.integer(1, MILLION),
            "1000",
            "Open connections of this process; more are refused with 1013.");
    static final Setting<Integer> WS_MAX_CONNECTIONS_PER_USER = Setting.of(
            "ws-max-connections-per-user",
            Kinds.integer(1, MILLION),
            "3",
            "Open connections of one user; more are refused with 1013.");
    static final Setting<Integer> WS_MAX_DINERS_PER_SESSION = Setting.of(
            "ws-max-diners-per-session",
            Kinds.integer(1, MILLION),
            "20",
            "Open connections of one table session; more are refused with 1013.");
    static final Setting<Integer> WS_MESSAGE_RATE_LIMIT = Setting.of(
            "ws-message-rate-limit",
            Kinds.integer(1, 10_000),
            "20",
            "Messages that a client may send within the window before it is closed with 4029. Pings count.");
    static final Setting<Duration> WS_MESSAGE_RATE_WINDOW = Setting.of(
            "ws-message-rate-window",
            Kinds.duration(Duration.ofMillis(100), Duration.ofMinutes(1)),
            "1s",
            "The window of the message rate; it slides.");
    static final Setting<Integer> WS_MAX_MESSAGE_SIZE = Setting.of(
            "ws-max-message-size",
            Kinds.bytes(128, 16 << 20),
            "64KiB",
            "Longest message of a client, in bytes of UTF-8; a longer one closes it with 1009.");
    static final Setting<Duration> WS_HEARTBEAT_TIMEOUT = Setting.of(
            "ws-heartbeat-timeout",
            Kinds.duration(SECOND, DAY),
            "60s",
            "A client that sends nothing, or a reader of an event stream that takes nothing, for so long is closed with 1001.");
    static final Setting<Duration> WS_PING_INTERVAL = Setting.of(
            "ws-ping-interval",
            Kinds.duration(Duration.ZERO, DAY),
            "30s",
            "How often the gateway pings each client to measure its round trip; 0 never. Event streams get a comment at least every 15 s.");
    static final Setting<Duration> JWT_REVALIDATION_INTERVAL = Setting.of(
            "jwt-revalidation-interval",
            Kinds.duration(SECOND, DAY),
            "300s",
            "How often the credential of an open connection is checked again.");
    static final Setting<Integer> WS_MAX_OUTBOUND_BYTES = Setting.of(
            "ws-max-outbound-bytes",
            Kinds.bytes(1 << 10, 1 << 30),
            "1MiB",
            "Bytes that may wait for one client; a slower one is closed with 1013.");
    static final Setting<Duration> WS_DRAIN_SECONDS = Setting.of(
            "ws-drain-seconds",
            Kinds.duration(Duration.ZERO, Duration.ofHours(1)),
            "10s",
            "Over how long a graceful stop spreads its closes, so that clients do not come back all at once.");
    static final Setting<Integer> WS_DELIVERY_WINDOW = Setting.of(
            "ws-delivery-window",
            Kinds.integer(1, 10 * MILLION),
            "50000",
            "Events routed but not yet taken by every thread; beyond it durable events wait.");
    static final Setting<Integer> WS_MAX_BROADCASTS_PER_SECOND = Setting.of(
            "ws-max-broadcasts-per-second",
            Kinds.integerOrOff(MILLION),
            "off",
            "Events fanned out a second, over the whole process.");

    static final Setting<Map<String, String>> INGEST_API_KEYS =
            Setting.secret("ingest-api-keys", Kinds.apiKeys(), "Who may publish over HTTP, and for which tenant.");
    static final Setting<Map<String, String>> QUERY_API_KEYS = Setting.secret(
            "query-api-keys", Kinds.apiKeys(), "Who may read stored events over HTTP, and of which tenant.");
    static final Setting<Integer> INGEST_MAX_EVENT_BYTES =
            Setting.of("ingest-max-event-bytes", Kinds.bytes(256, 16 << 20), "64KiB", "Longest event.");
    static final Setting<Integer> INGEST_MAX_REQUEST_BYTES =
            Setting.of("ingest-max-request-bytes", Kinds.bytes(256, 1 << 30), "8MiB", "Longest publish request.");
    static final Setting<Integer> INGEST_MAX_EVENTS_PER_REQUEST = Setting.of(
            "ingest-max-events-per-request", Kinds.integer(1, MILLION), "10000", "Most events in one request.");
    static final Setting<Integer> INGEST_MAX_UNCOMMITTED = Setting.of(
            "ingest-max-uncommitted",
            Kinds.integer(1, 10 * MILLION),
            "50000",
            "Events taken in but not yet committed; beyond it publishers are told to try again (429).");
    static final Setting<Duration> DEDUPE_WINDOW = Setting.of(
            "dedupe-window",
            Kinds.duration(SECOND, Duration.ofDays(365)),
            "24h",
            "How long an event's id is remembered, so that a repetition is recognised.");

    static final Setting<Integer> QUERY_MAX_CONCURRENT = Setting.of(
            "query-max-concurrent",
            Kinds.integer(1, 1_000),
            "8",
            "Reads of stored events under way at once, catch-ups among them; more are told to come again (503).");
    static final Setting<Duration> QUERY_TIMEOUT = Setting.of(
            "query-timeout",
            Kinds.duration(Duration.ofMillis(100), Duration.ofSeconds(25)),
            "5s",
            "How long a reader waits for the store before it is told to come again (503).");
    static final Setting<Integer> CATCHUP_MAX_EVENTS = Setting.of(
            "catchup-max-events", Kinds.integer(1, 10_000), "100", "Most events of one catch-up, the newest.");
    static final Setting<Duration> CATCHUP_MAX_AGE =
            Setting.of("catchup-max-age", Kinds.duration(SECOND, DAY), "5m", "How far a catch-up reaches back.");
    static final Setting<String> COLLECTOR_ANONYMOUS = Setting.of(
            "collector-anonymous",
            Kinds.word("off", "loopback", "everyone"),
            "off",
            "Who may use a collector's paths without an API key, for the tenant that the profile names: nobody, callers on"
                    + " this machine, or everyone.");

    static final Setting<LogStore> LOG_STORE = Setting.of(
            "log-store",
            Kinds.oneOf(LogStore.class),
            "embedded",
            "Where accepted events are kept: embedded (in a file of data-dir), redis (Redis Streams at redis-url, shared by"
                    + " every gateway that names it) or memory (gone with the process).");
    static final Setting<Integer> LOG_PARTITIONS = Setting.of(
            "log-partitions",
            Kinds.integer(1, StreamConfig.MAX_PARTITIONS),
            Integer.toString(StreamConfig.DEFAULT_PARTITIONS),
            "Streams that tenants are spread over with log-store redis; fixed when the log is created. Each has an equal"
                    + " share of the bounds below.");
    static final Setting<Integer> LOG_MAX_EVENTS = Setting.of(
            "log-max-events",
            Kinds.integer(1, 1_000 * MILLION),
            "",
            "Most events kept for replay. Default: 10000000 embedded, 100000 in memory or Redis.");
    static final Setting<Long> LOG_MAX_BYTES = Setting.of(
            "log-max-bytes",
            Kinds.longBytes(1 << 10, 1L << 44),
            "",
            "Most bytes of events kept for replay. Default: 1GiB embedded, 64MiB in memory or Redis.");
    static final Setting<Duration> LOG_MAX_AGE = Setting.of(
            "log-max-age",
            Kinds.duration(SECOND, Duration.ofDays(3650)),
            "24h",
            "How long an event is kept for replay.");
    static final Setting<Integer> LOG_MAX_REMEMBERED_IDS = Setting.of(
            "log-max-remembered-ids",
            Kinds.integer(1, 1_000 * MILLION),
            "",
            "Most event ids remembered; the oldest are forgotten first. Default: 2000000 embedded, 200000 in memory.");

    static final Setting<Integer> REPLAY_CONCURRENCY = Setting.of(
            "replay-concurrency",
            Kinds.integer(1, 1_000),
            "4",
            "Replays that read the log at the same time; the others take turns.");
    static final Setting<Integer> REPLAY_RATE = Setting.of(
            "replay-rate",
            Kinds.integer(1, 100 * MILLION),
            "200000",
            "Events a second read for all replays together, so that clients that come back do not starve the rest.");

    static final Setting<Integer> ARCHIVE_BATCH_SIZE = Setting.of(
            "archive-batch-size",
            Kinds.integer(1, 50_000),
            "5000",
            "Most events stored in one transaction. A full batch does not wait.");
    static final Setting<Duration> ARCHIVE_BATCH_INTERVAL = Setting.of(
            "archive-batch-interval",
            Kinds.duration(Duration.ofMillis(10), Duration.ofMinutes(1)),
            "1s",
            "How long an event waits for others before it is archived.");
    static final Setting<Duration> ARCHIVE_MAX_AGE = Setting.of(
            "archive-max-age",
            Kinds.duration(SECOND, Duration.ofDays(36_500)),
            "30d",
            "How long events, and what the archive refused, are kept.");

    static final Setting<String> JWT_SECRET =
            Setting.secret("jwt-secret", Secrets.KIND, "HS256 key of staff tokens. Needed unless jwt-jwks is set.");
    static final Setting<String> JWT_ISSUER =
            Setting.of("jwt-issuer", Kinds.text("a text"), "menu-ops", "Accepted iss of staff tokens.");
    static final Setting<String> JWT_AUDIENCE =
            Setting.of("jwt-audience", Kinds.text("a text"), "menu-ops-users", "Accepted aud of staff tokens.");
    static final Setting<String> JWT_JWKS = Setting.of(
            "jwt-jwks",
            Kinds.text("a path, or a URL"),
            "",
            "Path or URL of a JWK set (RFC 7517) for RS256 and ES256 staff tokens.");
    static final Setting<String> TABLE_TOKEN_SECRET =
            Setting.secret("table-token-secret", Secrets.KIND, "Key of table tokens, in both of their forms.");

    static final Setting<String> ASSIGNMENTS_SOURCE = Setting.of(
            "assignments-source",
            Kinds.word("file", "database"),
            "file",
            "Where the sectors of waiters are: assignments-file, or the tables of the restaurant platform in a database.");
    static final Setting<URI> ASSIGNMENTS_DATABASE_URL = Setting.secret(
            "assignments-database-url",
            Kinds.databaseUrl(),
            "With source database: the platform's PostgreSQL, where it is not database-url.");
    static final Setting<Boolean> ASSIGNMENTS_CREATE_TABLES = Setting.of(
            "assignments-create-tables",
            Kinds.flag(),
            "false",
            "With source database: make the tables where they are missing. Otherwise they must be there; SELECT is enough.");
    static final Setting<ZoneId> ASSIGNMENTS_ZONE = Setting.of(
            "assignments-zone", Kinds.zone(), "system", "Time zone whose midnight ends the day of an assignment.");
    static final Setting<Path> ASSIGNMENTS_FILE = Setting.of(
            "assignments-file", Kinds.path(), "", "YAML file of today's assignments (the sectors of waiters).");
    static final Setting<Duration> ASSIGNMENTS_CACHE_TTL = Setting.of(
            "assignments-cache-ttl",
            Kinds.duration(Duration.ZERO, DAY),
            "5m",
            "How long an assignment is reused before it is looked up again.");
    static final Setting<Integer> ASSIGNMENTS_CACHE_SIZE = Setting.of(
            "assignments-cache-size",
            Kinds.integer(1, 10 * MILLION),
            "10000",
            "Most users whose assignments are kept.");

    static final Setting<URI> REDIS_URL = Setting.secret(
            "redis-url",
            Kinds.redisUrl(),
            "Redis that backends publish to and that holds revocations. Without it everything is in this process.");
    static final Setting<Integer> REDIS_EVENT_QUEUE_SIZE = Setting.of(
            "redis-event-queue-size",
            Kinds.integer(1, 10 * MILLION),
            "5000",
            "Events received but not yet taken in; when full the oldest is dropped and counted.");
    static final Setting<Integer> REDIS_EVENT_BATCH_SIZE =
            Setting.of("redis-event-batch-size", Kinds.integer(1, 10_000), "50", "Most events taken in at once.");
    static final Setting<Integer> REDIS_POOL_MAX_CONNECTIONS = Setting.of(
            "redis-pool-max-connections",
            Kinds.integer(1, 10_000),
            "50",
            "Reported as the pool size in health answers; the connections themselves are multiplexed.");

    static final Setting<Durability> REDIS_DURABILITY = Setting.of(
            "redis-durability",
            Kinds.oneOf(Durability.class),
            "checked",
            "With log-store redis: checked refuses a Redis that says it has no append-only file, or evicts keys.");
    static final Setting<Integer> REDIS_WAIT_REPLICAS = Setting.of(
            "redis-wait-replicas",
            Kinds.integer(0, StreamConfig.MAX_REPLICAS),
            "0",
            "With log-store redis: replicas that must have events before they are acknowledged (WAIT).");

    static final Setting<Path> SLO_FILES = Setting.of(
            "slo-files",
            Kinds.path(),
            "",
            "Folder of objectives of one's own (atalaya.yaml, catalogue.yaml). Without it those of the program hold.");
    static final Setting<Boolean> SLO_KEEP = Setting.of(
            "slo-keep",
            Kinds.flag(),
            "false",
            "Whether error budgets, closed periods of indicators and pauses of alerts are kept on disk, in data-dir, and"
                    + " survive a restart. One gateway a directory.");

    static final Setting<String> MANAGEMENT_HOST = Setting.of(
            "management-host",
            Kinds.host(),
            "127.0.0.1",
            "Address of the operators' port; anything but loopback needs management-token.");
    static final Setting<Integer> MANAGEMENT_PORT = Setting.of(
            "management-port", Kinds.port(), "8002", "Operators' port: console, metrics, health, administration.");
    static final Setting<String> MANAGEMENT_TOKEN = Setting.secret(
            "management-token", Secrets.KIND, "Bearer token of operators who do not come over loopback.");
    static final Setting<Set<String>> MANAGEMENT_HOSTS = Setting.of(
            "management-hosts",
            Kinds.hostNames(),
            "",
            "Further names by which browsers may address the operators' port, such as a proxy's; management-host,"
                    + " addresses and localhost are known. Needs management-token.");

    /** Whether a start asks Redis if it keeps what it acknowledges. */
    enum Durability {
        CHECKED,
        UNCHECKED
    }

    /** Settings that belong together, under the title that the reference gives them. */
    record Section(String title, List<Setting<?>> settings) {}

    static final List<Section> SECTIONS = List.of(
            new Section("What it serves", List.of(PROFILE, DATA_DIR)),
            new Section(
                    "Public port",
                    List.of(
                            WS_HOST,
                            WS_PORT,
                            ALLOWED_ORIGINS,
                            ALLOW_MISSING_ORIGIN,
                            WS_CONNECT_RATE,
                            WS_CONNECT_WAIT,
                            WS_HANDSHAKE_TIMEOUT)),
            new Section(
                    "Connections and delivery",
                    List.of(
                            WS_EVENT_LOOPS,
                            WS_MAX_TOTAL_CONNECTIONS,
                            WS_MAX_CONNECTIONS_PER_USER,
                            WS_MAX_DINERS_PER_SESSION,
                            WS_MESSAGE_RATE_LIMIT,
                            WS_MESSAGE_RATE_WINDOW,
                            WS_MAX_MESSAGE_SIZE,
                            WS_HEARTBEAT_TIMEOUT,
                            WS_PING_INTERVAL,
                            JWT_REVALIDATION_INTERVAL,
                            WS_MAX_OUTBOUND_BYTES,
                            WS_DRAIN_SECONDS,
                            WS_DELIVERY_WINDOW,
                            WS_MAX_BROADCASTS_PER_SECOND)),
            new Section("Authentication", List.of(JWT_SECRET, JWT_ISSUER, JWT_AUDIENCE, JWT_JWKS, TABLE_TOKEN_SECRET)),
            new Section(
                    "Publishing",
                    List.of(
                            INGEST_API_KEYS,
                            QUERY_API_KEYS,
                            INGEST_MAX_EVENT_BYTES,
                            INGEST_MAX_REQUEST_BYTES,
                            INGEST_MAX_EVENTS_PER_REQUEST,
                            INGEST_MAX_UNCOMMITTED,
                            DEDUPE_WINDOW)),
            new Section(
                    "Reading",
                    List.of(
                            QUERY_MAX_CONCURRENT,
                            QUERY_TIMEOUT,
                            CATCHUP_MAX_EVENTS,
                            CATCHUP_MAX_AGE,
                            COLLECTOR_ANONYMOUS)),
            new Section(
                    "Log",
                    List.of(
                            LOG_STORE,
                            LOG_PARTITIONS,
                            LOG_MAX_EVENTS,
                            LOG_MAX_BYTES,
                            LOG_MAX_AGE,
                            LOG_MAX_REMEMBERED_IDS)),
            new Section("Recovery of clients", List.of(REPLAY_CONCURRENCY, REPLAY_RATE)),
            new Section(
                    "Archive",
                    List.of(
                            DATABASE_URL,
                            DATABASE_POOL_SIZE,
                            DATABASE_MAX_BYTES,
                            ARCHIVE_BATCH_SIZE,
                            ARCHIVE_BATCH_INTERVAL,
                            ARCHIVE_MAX_AGE)),
            new Section(
                    "Assignments",
                    List.of(
                            ASSIGNMENTS_SOURCE,
                            ASSIGNMENTS_DATABASE_URL,
                            ASSIGNMENTS_FILE,
                            ASSIGNMENTS_CREATE_TABLES,
                            ASSIGNMENTS_ZONE,
                            ASSIGNMENTS_CACHE_TTL,
                            ASSIGNMENTS_CACHE_SIZE)),
            new Section(
                    "Redis",
                    List.of(
                            REDIS_URL,
                            REDIS_EVENT_QUEUE_SIZE,
                            REDIS_EVENT_BATCH_SIZE,
                            REDIS_POOL_MAX_CONNECTIONS,
                            REDIS_DURABILITY,
                            REDIS_WAIT_REPLICAS)),
            new Section("Objectives", List.of(SLO_FILES, SLO_KEEP)),
            new Section("Alerts, indicators and canary", ProofSettings.ALL),
            new Section("Metrics", ProofSettings.METRICS),
            new Section(
                    "Operators' port", List.of(MANAGEMENT_HOST, MANAGEMENT_PORT, MANAGEMENT_TOKEN, MANAGEMENT_HOSTS)));

    static final List<Setting<?>> ALL =
            SECTIONS.stream().flatMap(section -> section.settings().stream()).toList();

    private Settings() {}
}
