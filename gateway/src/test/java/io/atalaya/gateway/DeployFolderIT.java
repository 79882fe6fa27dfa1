package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atalaya.auth.TokenMinter;
import io.atalaya.config.ConfigOutcome;
import io.atalaya.config.ConfigReader;
import io.atalaya.config.ConfigSource;
import io.atalaya.config.GatewayConfig;
import io.atalaya.postgres.PostgresServer;
import io.atalaya.proof.ServerProcess;
import io.atalaya.redis.RedisServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * What {@code deploy/} says, done without containers: its secrets are made, two gateways run with the settings of the compose
 * file on a real Redis and PostgreSQL, behind the Caddy of its Caddyfile, scraped by a Prometheus with its configuration
 * and rules, beside an Alertmanager with its own. Only addresses and paths are put in place of the containers'.
 */
@Timeout(180)
final class DeployFolderIT {
    private static final Path DEPLOY = Path.of("../deploy");
    private static final String CADDY = System.getenv().getOrDefault("ATALAYA_CADDY", "");
    private static final String SECRETS = "/run/secrets/";
    private static final String EVENT =
            "{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42,\"entity\":{\"round_id\":7}}";

    private final List<AutoCloseable> running = new ArrayList<>();
    private final Path directory;
    private final Path secrets;
    private final JsonNode compose =
            YAMLMapper.builder().build().readTree(Files.readString(DEPLOY.resolve("compose.yaml")));

    DeployFolderIT(@TempDir Path directory) throws IOException {
        this.directory = directory;
        this.secrets = Files.createDirectory(directory.resolve("secrets"));
    }

    @BeforeEach
    void makeSecrets() throws IOException, InterruptedException {
        Files.copy(DEPLOY.resolve("secrets/make"), secrets.resolve("make"));

        assertThat(sh("sh", secrets.resolve("make").toString())).isZero();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : running.reversed()) {
            one.close();
        }
    }

    private static int sh(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private <T extends AutoCloseable> T kept(T one) {
        running.add(one);
        return one;
    }

    @Test
    void everythingThatNeedsNoContainerWorksTogether() throws Exception {
        assumeTrue(!CADDY.isEmpty(), "no ATALAYA_CADDY");
        List<Gateway> gateways = gateways();
        Proxy proxy = proxy(gateways);
        ServerProcess alertmanager = alertmanager();
        ServerProcess prometheus = prometheus(gateways, proxy, alertmanager);

        assertThatTheProxyServes(proxy, gateways);
        assertThatContainersWouldBeFoundHealthy(gateways);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(down(prometheus)).isEmpty());
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(rulesNotWell(prometheus)).isEmpty());
    }

    // ---- the gateways ----------------------------------------------------------------------------------------------

    private List<Gateway> gateways() throws IOException {
        var redis = kept(RedisServer.start("--appendonly", "yes", "--maxmemory-policy", "noeviction"));
        var postgres = kept(PostgresServer.start());
        Files.writeString(secrets.resolve("redis-url"), redis.url().toString());
        Files.writeString(
                secrets.resolve("database-url"), postgres.createDatabase().toString());
        var gateways = new ArrayList<Gateway>();
        for (String name : List.of("gateway-1", "gateway-2")) {
            gateways.add(kept(CheckedGateway.start(config(name))).gateway());
        }
        return gateways;
    }

    /** As the compose file sets it; only what would collide on one machine is put in place. */
    private GatewayConfig config(String service) {
        ConfigSource source = new ConfigSource(java.util.Optional.empty(), environment(), Map.of(), directory, false)
                .withOverrides(Map.of(
                        "data-dir", directory.resolve(service).toString(),
                        "ws-host", "127.0.0.1",
                        "management-host", "127.0.0.1",
                        "ws-port", "0",
                        "management-port", "0",
                        "ws-drain-seconds", "0"));
        return switch (ConfigReader.read(source)) {
            case ConfigOutcome.Invalid invalid ->
                throw new AssertionError(invalid.problems().toString());
            case ConfigOutcome.Valid valid -> valid.config();
        };
    }

    private Map<String, String> environment() {
        var environment = new HashMap<String, String>();
        compose.path("services")
                .path("gateway-1")
                .path("environment")
                .properties()
                .forEach(variable -> environment.put(
                        variable.getKey(),
                        variable.getValue()
                                .asString()
                                .replace(SECRETS, secrets + "/")
                                .replaceAll("\\$\\{ALLOWED_ORIGINS:[^}]*}", "https://app.example.com")));
        assertThat(environment).containsKeys("JWT_SECRET_FILE", "LOG_STORE").doesNotContainValue("");
        return environment;
    }

    private String secret(String name) {
        try {
            return Files.readString(secrets.resolve(name)).strip();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The command with which the engine would ask a container how it is. */
    private void assertThatContainersWouldBeFoundHealthy(List<Gateway> gateways)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        compose.path("services")
                .path("gateway-1")
                .path("healthcheck")
                .path("test")
                .forEach(word -> command.add(word.asString()));
        assertThat(command.removeFirst()).isEqualTo("CMD");
        for (Gateway gateway : gateways) {
            assertThat(sh(at(command, gateway.publicPort()))).isZero();
        }

        assertThat(sh(at(command, ServerProcess.freePort()))).isNotZero();
        assertThat(sh(at(
                        command.stream()
                                .map(word -> word.replace("/ws/health", "/none"))
                                .toList(),
                        gateways.getFirst().publicPort())))
                .isNotZero();
    }

    private static String[] at(List<String> command, int port) {
        return command.stream().map(word -> word.replace("/8001", "/" + port)).toArray(String[]::new);
    }

    // ---- the proxy -------------------------------------------------------------------------------------------------

    private record Proxy(int http, int https, int metrics, ServerProcess process) {
        private URI uri(String scheme, String path) {
            return URI.create(scheme + "://localhost:" + https + path);
        }
    }

    private Proxy proxy(List<Gateway> gateways) throws IOException {
        int http = ServerProcess.freePort();
        int https = ServerProcess.freePort();
        var metrics = new CompletableFuture<Integer>();
        String text = Files.readString(DEPLOY.resolve("caddy/Caddyfile"))
                .replace("gateway-1:8001", "127.0.0.1:" + gateways.get(0).publicPort())
                .replace("gateway-2:8001", "127.0.0.1:" + gateways.get(1).publicPort())
                .replace("http_port 8080", "http_port " + http)
                .replace("https_port 8443", "https_port " + https + "\n\tskip_install_trust")
                .replace("admin unix//tmp/caddy-admin.sock", "admin unix/" + directory.resolve("admin.sock"));
        assertThat(text).doesNotContain("gateway-", "8080", "8443", "/tmp/caddy");
        ServerProcess process = kept(ServerProcess.start(
                directory.resolve("caddy.log"),
                new ServerProcess.Program(
                        Path.of(CADDY).toAbsolutePath(),
                        port -> {
                            metrics.complete(port);
                            String file = write("Caddyfile", text.replace(":2019", ":" + port));
                            return List.of("run", "--adapter", "caddyfile", "--config", file);
                        },
                        Map.of(
                                "HOME", directory.toString(),
                                "XDG_DATA_HOME", directory.resolve("caddy-data").toString(),
                                "XDG_CONFIG_HOME",
                                        directory.resolve("caddy-config").toString()),
                        "/metrics")));
        return new Proxy(http, https, metrics.join(), process);
    }

    private String write(String name, String text) {
        try {
            return Files.writeString(directory.resolve(name), text).toString();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void assertThatTheProxyServes(Proxy proxy, List<Gateway> gateways) throws Exception {
        try (var client = HttpClient.newBuilder().sslContext(trusting()).build()) {
            HttpResponse<String> moved = client.send(
                    HttpRequest.newBuilder(URI.create("http://localhost:" + proxy.http() + "/ws/health"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(moved.statusCode()).isEqualTo(308);
            // the port inside is nobody's business
            assertThat(moved.headers().firstValue("Location")).hasValue("https://localhost/ws/health");
            HttpResponse<String> health = get(client, proxy.uri("https", "/ws/health"));
            assertThat(health.statusCode()).isEqualTo(200);
            assertThat(health.headers().firstValue("Strict-Transport-Security")).isPresent();
            assertThat(health.headers().firstValue("Alt-Svc")).isEmpty();
            assertThat(get(client, proxy.uri("https", "/ws/metrics")).statusCode())
                    .isEqualTo(404);
            assertThat(get(client, proxy.uri("https", "/ws/health/detailed")).statusCode())
                    .isEqualTo(404);
            assertThat(proxy.process().get("/config").statusCode()).isEqualTo(404);
            assertThatAnEventArrives(client, proxy, gateways);
        }
        assertThat(gateways)
                .allSatisfy(gateway -> assertThat(gateway.publicPort()).isPositive());
    }

    private static HttpResponse<String> get(HttpClient client, URI uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Published by HTTPS, heard by a secure WebSocket, whichever gateway each of them got. */
    private void assertThatAnEventArrives(HttpClient client, Proxy proxy, List<Gateway> gateways) throws Exception {
        var heard = new CompletableFuture<String>();
        String token = new TokenMinter(config("minting").auth(), InstantSource.system())
                .table(new TokenMinter.Table(1, 1, 7, 42), Duration.ofMinutes(5));
        WebSocket socket = client.newWebSocketBuilder()
                .buildAsync(proxy.uri("wss", "/ws/diner?table_token=" + token), new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
                        heard.complete(text.toString());
                        return null;
                    }
                })
                .get(20, TimeUnit.SECONDS);
        // accepted is not yet admitted
        await().until(() -> gateways.stream()
                .anyMatch(gateway -> gateway.core().hub().snapshot().join().sessions() > 0));
        String key = secret("ingest-keys").replaceAll("=1$", "");
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(proxy.uri("https", "/api/v1/events"))
                        .header("Authorization", "Bearer " + key)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(EVENT))
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(heard.get(20, TimeUnit.SECONDS)).contains("ROUND_READY");
        socket.abort();
    }

    /** Trusts the authority that Caddy made for itself. */
    private SSLContext trusting() throws GeneralSecurityException, IOException {
        Path root;
        try (Stream<Path> files = Files.walk(directory.resolve("caddy-data"))) {
            root = files.filter(file -> file.endsWith("root.crt")).findFirst().orElseThrow();
        }
        var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(root)) {
            trusted.setCertificateEntry(
                    "root", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    // ---- those who watch -------------------------------------------------------------------------------------------

    private ServerProcess alertmanager() throws IOException {
        String text = Files.readString(DEPLOY.resolve("alertmanager/alertmanager.yml"))
                .replace(SECRETS, secrets + "/");
        return kept(ServerProcess.alertmanager(Path.of(write("alertmanager.yml", text)), directory));
    }

    private ServerProcess prometheus(List<Gateway> gateways, Proxy proxy, ServerProcess alertmanager)
            throws IOException {
        Path rules = Files.createDirectory(directory.resolve("rules"));
        try (Stream<Path> files = Files.list(DEPLOY.resolve("prometheus/rules"))) {
            for (Path file : files.toList()) {
                Files.copy(file, rules.resolve(file.getFileName()));
            }
        }
        String text = Files.readString(DEPLOY.resolve("prometheus/prometheus.yml"))
                .replace(SECRETS, secrets + "/")
                .replace("gateway-1:8002", "127.0.0.1:" + gateways.get(0).managementPort())
                .replace("gateway-2:8002", "127.0.0.1:" + gateways.get(1).managementPort())
                .replace("caddy:2019", "127.0.0.1:" + proxy.metrics())
                .replace("alertmanager:9093", alertmanager.url().getAuthority())
                .replaceAll("(scrape|evaluation)_interval: \"[0-9]+s\"", "$1_interval: \"2s\"");
        return kept(ServerProcess.prometheus(Path.of(write("prometheus.yml", text)), directory));
    }

    /** Targets that run here and are not up. */
    private static List<String> down(ServerProcess prometheus) {
        var down = new ArrayList<String>();
        int here = 0;
        for (JsonNode target : prometheus.json("/api/v1/targets").path("data").path("activeTargets")) {
            if (List.of("api", "caddy", "alertmanager")
                    .contains(target.path("labels").path("job").asString())) {
                here++;
                if (!target.path("health").asString().equals("up")) {
                    down.add(target.toString());
                }
            }
        }
        assertThat(here).isEqualTo(4);
        return down;
    }

    /** Rules that could not be evaluated, or have not been yet. */
    private static List<String> rulesNotWell(ServerProcess prometheus) {
        var unwell = new ArrayList<String>();
        int all = 0;
        for (JsonNode group : prometheus.json("/api/v1/rules").path("data").path("groups")) {
            for (JsonNode rule : group.path("rules")) {
                all++;
                if (!rule.path("health").asString().equals("ok")) {
                    unwell.add(rule.path("name").asString() + ": "
                            + rule.path("lastError").asString());
                }
            }
        }
        assertThat(all).isGreaterThan(200);
        return unwell;
    }
}
