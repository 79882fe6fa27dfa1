package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.auth.AuthConfig;
import io.atalaya.auth.TokenMinter;
import io.atalaya.config.ConfigOutcome;
import io.atalaya.config.ConfigReader;
import io.atalaya.config.ConfigSource;
import io.atalaya.hub.ShardSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The product in this process on free ports, with everything that a test needs to talk to it. Closing it checks what
 * must hold after every test: both books balance, and no session, slot or topic is left. Confined to the test's thread.
 */
public final class GatewayTester implements AutoCloseable {
    static final String ORIGIN = "https://waiters.example";
    private static final String JWT_SECRET = "a-staff-secret-that-is-long-enough-for-tests";
    private static final String TABLE_SECRET = "a-table-secret-that-is-long-enough-for-tests";
    private static final Duration LIFETIME = Duration.ofMinutes(15);
    private static final JsonMapper JSON = new JsonMapper();

    private final CheckedGateway checked;
    private final Gateway gateway;
    private final Path data;
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<AutoCloseable> clients = new ArrayList<>();
    private final TokenMinter minter;

    private GatewayTester(CheckedGateway checked, Path data) {
        this.checked = checked;
        this.gateway = checked.gateway();
        this.data = data;
        this.minter = minter(InstantSource.system());
    }

    /** Starts a gateway with a data directory of its own; {@code settings} are keys and values in turn. */
    public static GatewayTester start(String... settings) {
        return start(InstantSource.system(), settings);
    }

    /** As {@link #start(String...)}, by another wall clock. */
    static GatewayTester start(InstantSource clock, String... settings) {
        Path data = temporaryDirectory();
        var overrides = new HashMap<>(Map.of("data-dir", data.toString()));
        overrides.putAll(Map.of(
                "ws-host", "127.0.0.1",
                "ws-port", "0",
                "management-port", "0",
                "ws-drain-seconds", "0",
                "ws-event-loops", "2",
                "allowed-origins", ORIGIN,
                "jwt-secret", JWT_SECRET,
                "table-token-secret", TABLE_SECRET,
                "ingest-api-keys", "key-of-one=1,key-of-two=2,key-of-all=*"));
        for (int i = 0; i < settings.length; i += 2) {
            overrides.put(settings[i], settings[i + 1]);
        }
        return switch (ConfigReader.read(ConfigSource.of(overrides))) {
            case ConfigOutcome.Invalid invalid ->
                throw new AssertionError(invalid.problems().toString());
            case ConfigOutcome.Valid valid -> new GatewayTester(CheckedGateway.start(valid.config(), clock), data);
        };
    }

    /** Issues tokens as of another moment. */
    static TokenMinter minter(InstantSource clock) {
        var config = new AuthConfig(
                Optional.of(JWT_SECRET),
                AuthConfig.DEFAULT_ISSUER,
                AuthConfig.DEFAULT_AUDIENCE,
                Optional.empty(),
                Optional.of(TABLE_SECRET),
                false);
        return new TokenMinter(config, clock);
    }

    Gateway gateway() {
        return gateway;
    }

    int port() {
        return gateway.publicPort();
    }

    String staffToken(long tenant, long user, long branch, String... roles) {
        return minter.staff(new TokenMinter.Staff(tenant, user, List.of(branch), List.of(roles)), LIFETIME);
    }

    String tableToken(long tenant, long branch, long session) {
        return minter.table(new TokenMinter.Table(tenant, branch, 7, session), LIFETIME);
    }

    /** A staff member's socket at {@code endpoint}, with an allowed origin. */
    WireClient staff(String endpoint, long tenant, long user, long branch, String... roles) {
        return connect("/ws/" + endpoint + "?token=" + staffToken(tenant, user, branch, roles), "Origin: " + ORIGIN);
    }

    /** A guest's socket. */
    WireClient diner(long tenant, long branch, long session) {
        return connect("/ws/diner?table_token=" + tableToken(tenant, branch, session));
    }

    /** A socket at a path; closed with this tester. */
    WireClient connect(String path, String... headers) {
        WireClient client = WireClient.connect(port(), path, headers);
        clients.add(client);
        return client;
    }

    /** A guest's socket that says something without waiting for the answer to its handshake. */
    WireClient hastyDiner(long tenant, long branch, long session, byte[] frames) {
        WireClient client = WireClient.open(port());
        clients.add(client);
        client.handshakeAnd(frames, "/ws/diner?table_token=" + tableToken(tenant, branch, session));
        return client;
    }

    /** A staff member's event stream at {@code endpoint}, with an allowed origin. */
    StreamClient staffStream(String endpoint, long tenant, long user, long branch, String... roles) {
        return stream("/sse/" + endpoint + "?token=" + staffToken(tenant, user, branch, roles), "Origin: " + ORIGIN);
    }

    /** A guest's event stream. */
    StreamClient dinerStream(long tenant, long branch, long session) {
        return stream("/sse/diner?table_token=" + tableToken(tenant, branch, session));
    }

    /** An event stream at a path; closed with this tester. */
    StreamClient stream(String path, String... headers) {
        StreamClient client = StreamClient.get(port(), path, headers);
        clients.add(client);
        return client;
    }

    /** Waits until so many sessions are open, since a handshake is answered before the session has joined. */
    void awaitSessions(int wanted) {
        await().atMost(Duration.ofSeconds(10)).until(() -> snapshot().sessions() == wanted);
    }

    ShardSnapshot snapshot() {
        return gateway.core().hub().snapshot().join();
    }

    /** Publishes with the key of every tenant; must be accepted. */
    JsonNode publish(String json) {
        HttpResponse<String> answer = post("key-of-all", json);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return JSON.readTree(answer.body());
    }

    public HttpResponse<String> post(String key, String json) {
        return send(HttpRequest.newBuilder(publicUri("/api/v1/events"))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    URI publicUri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    public URI managementUri(String path) {
        return URI.create("http://127.0.0.1:" + gateway.managementPort() + path);
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.timeout(Duration.ofSeconds(10)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException failure) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(failure);
        }
    }

    public JsonNode management(String path) {
        var request = HttpRequest.newBuilder(managementUri(path));
        checked.managementToken().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        return JSON.readTree(send(request).body());
    }

    static JsonNode json(String text) {
        return JSON.readTree(text);
    }

    @Override
    public void close() {
        try {
            for (AutoCloseable client : clients) {
                client.close();
            }
            awaitSessions(0);
            assertBooksBalance();
            assertThat(gateway.core().hub().admission().total())
                    .as("session slots in use")
                    .isZero();
            assertThat(gateway.core().hub().topics())
                    .as("topics with subscribers")
                    .isEmpty();
        } catch (Exception failure) {
            throw new AssertionError("a client could not be closed", failure);
        } finally {
            http.shutdownNow();
            gateway.close();
            delete(data);
        }
    }

    /** Closes without looking at which sessions are left; for a gateway with clients of its own, which come and go. */
    void closeAtOnce() {
        try {
            clients.forEach(GatewayTester::close);
            assertBooksBalance();
        } finally {
            http.shutdownNow();
            gateway.close();
            delete(data);
        }
    }

    private static void close(AutoCloseable client) {
        try {
            client.close();
        } catch (Exception failure) {
            throw new AssertionError("a client could not be closed", failure);
        }
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("atalaya-test-");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Both books, from what operators see, at any moment. */
    void assertBooksBalance() {
        checked.assertBooksBalance();
    }
}
