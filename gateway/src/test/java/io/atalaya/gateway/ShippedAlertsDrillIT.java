package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.postgres.PostgresServer;
import io.atalaya.proof.ServerProcess;
import io.atalaya.protocol.CloseReason;
import io.atalaya.redis.RedisServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The shipped alerts, in a real Prometheus that scrapes a real gateway under real faults: those that a fault means fire, and
 * end after it, and no others do. Their thresholds are what they are; their minutes last four seconds.
 */
@Tag("long")
@Timeout(600)
class ShippedAlertsDrillIT {
    private static final int SECONDS_A_MINUTE = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration CALM = Duration.ofSeconds(30);
    private static final int LOOPS = 8;
    private static final Pattern TIME = Pattern.compile("(\\[|for: \")(\\d+)([mh])(?=[]\"])");
    private static final String EVENT = "{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42}";

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path directory;

    ShippedAlertsDrillIT(@TempDir Path directory) {
        this.directory = directory;
    }

    /** What goes on while somebody waits for an alert. */
    private interface Load {
        void once() throws InterruptedException;
    }

    @Test
    void whatAGatewayStandsOnIsSlowOrAwayAndThenItselfIs() throws IOException, InterruptedException {
        int port = ServerProcess.freePort();
        try (var redis = RedisServer.start("--appendonly", "yes");
                var database = PostgresServer.start();
                var prometheus = prometheus(port)) {
            String[] settings = Drill.onServers(
                    redis, database, "management-port", Integer.toString(port), "ws-heartbeat-timeout", "5m");
            try (var gateway = GatewayTester.start(settings)) {
                drill(gateway, prometheus, redis, database);
            }
            Set<String> gone = Set.of("APIDown", "TargetDown");
            awaitFiring(prometheus, gone, Set.of(), () -> Thread.sleep(500));
            try (var gateway = GatewayTester.start(settings)) {
                awaitQuiet(prometheus, gone, () -> answers(gateway));
            }
        } finally {
            http.shutdownNow();
        }
    }

    @Test
    void connectionsAreCutOffWhileTheyAreWrittenTo() throws IOException, InterruptedException {
        try (var gateway = GatewayTester.start(
                        "log-store", "memory",
                        "ws-event-loops", Integer.toString(LOOPS),
                        "ws-max-outbound-bytes", "64KiB");
                var prometheus = prometheus(gateway.gateway().managementPort())) {
            Load load = () -> assertThat(answers(gateway)).containsOnly(202);
            stayQuiet(prometheus, load);

            Set<String> broken = Set.of("HighWebSocketBroadcastErrors");
            awaitFiring(prometheus, broken, Set.of(), () -> cutOff(gateway));
            awaitQuiet(prometheus, broken, load);
            assertThat(gateway.snapshot().closes().get(CloseReason.SLOW_CONSUMER))
                    .isPositive();
        } finally {
            http.shutdownNow();
        }
    }

    /** One on each loop stops reading, and is sent more than its socket and its line take. */
    private static void cutOff(GatewayTester gateway) {
        var clients = new ArrayList<WireClient>();
        for (int i = 0; i < LOOPS; i++) {
            WireClient client = WireClient.open(gateway.port(), 4_096);
            client.handshake("/ws/diner?table_token=" + gateway.tableToken(1, 1, 42));
            clients.add(client);
        }
        gateway.awaitSessions(LOOPS);
        String large = EVENT.replace("}", ",\"pad\":\"" + "x".repeat(50_000) + "\"}");
        String many = Collections.nCopies(20, large).stream().collect(Collectors.joining(",", "[", "]"));
        for (int i = 0; gateway.snapshot().sessions() > 0; i++) {
            assertThat(i).isLessThan(100);
            gateway.publish(many);
        }
        clients.forEach(WireClient::close);
    }

    private void drill(GatewayTester gateway, PrometheusServer prometheus, RedisServer redis, PostgresServer dependency)
            throws InterruptedException {
        WireClient diner = gateway.diner(1, 1, 42);
        gateway.awaitSessions(1);
        Load load = () -> {
            assertThat(answers(gateway)).containsOnly(202);
            diner.drain(Duration.ofMillis(100));
        };
        stayQuiet(prometheus, load);

        Set<String> slow = Set.of("HighWebSocketLatency", "WebSocketHighLatency", "HighLatencyP95");
        awaitFiring(prometheus, slow, Set.of(), () -> {
            redis.pause();
            CompletableFuture<List<Integer>> answered = CompletableFuture.supplyAsync(() -> answers(gateway));
            Thread.sleep(700);
            redis.resume();
            assertThat(answered.join()).containsOnly(202);
            diner.drain(Duration.ofMillis(100));
        });
        awaitQuiet(prometheus, slow, load);

        Set<String> database = Set.of("CircuitBreakerOpen");
        // attempts to connect take long, and batches are larger afterwards
        Set<String> waiting = Set.of("SlowQueries", "DatabaseSlow");
        dependency.stop();
        awaitFiring(prometheus, database, waiting, load);
        dependency.restart();
        awaitQuiet(prometheus, union(database, waiting), load);

        Set<String> away = Set.of("RedisSubscriptionLost", "EventLogClosed", "HighErrorRate");
        // publishers wait until they are refused; nobody is asked in vain
        Set<String> refusing = Set.of("HighLatencyP95", "CriticalLatencyP99", "CircuitBreakerOpen");
        redis.stop();
        awaitFiring(prometheus, away, refusing, () -> answers(gateway));
        redis.restart();
        awaitQuiet(prometheus, union(away, refusing), () -> answers(gateway));
    }

    private static Set<String> union(Set<String> some, Set<String> others) {
        return Stream.concat(some.stream(), others.stream()).collect(Collectors.toSet());
    }

    private PrometheusServer prometheus(int managementPort) throws IOException {
        String shipped = Files.readString(Path.of("../deploy/prometheus/rules/alerts.yml"));
        String fast = TIME.matcher(shipped).replaceAll(ShippedAlertsDrillIT::faster);
        assertThat(fast).contains("[20s]", "for: \"20s\"", "for: \"4s\"");
        Path rules = Files.writeString(directory.resolve("fast.yml"), fast);
        return PrometheusServer.start(
                Files.createDirectory(directory.resolve("prometheus")), List.of(rules), "127.0.0.1:" + managementPort);
    }

    private static String faster(MatchResult time) {
        int minutes = Integer.parseInt(time.group(2)) * (time.group(3).equals("h") ? 60 : 1);
        return time.group(1) + minutes * SECONDS_A_MINUTE + "s";
    }

    /** How a few events that were published side by side were answered. */
    private List<Integer> answers(GatewayTester gateway) {
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            var request = HttpRequest.newBuilder(gateway.publicUri("/api/v1/events"))
                    .header("Authorization", "Bearer key-of-all")
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(EVENT))
                    .build();
            answers.add(http.sendAsync(request, HttpResponse.BodyHandlers.discarding())
                    .thenApply(HttpResponse::statusCode));
        }
        return answers.stream().map(CompletableFuture::join).toList();
    }

    private static void stayQuiet(PrometheusServer prometheus, Load load) throws InterruptedException {
        Instant end = Instant.now().plus(CALM);
        while (Instant.now().isBefore(end)) {
            awaitQuiet(prometheus, Set.of(), load);
        }
    }

    /** The load goes on until all of these fire; what may follow from it as well may fire too, nothing else. */
    private static void awaitFiring(
            PrometheusServer prometheus, Set<String> wanted, Set<String> consequences, Load load)
            throws InterruptedException {
        Set<String> allowed = union(wanted, consequences);
        await(prometheus, firing -> firing.containsAll(wanted), allowed, load);
    }

    /** The load goes on until nothing fires; only these may until then. */
    private static void awaitQuiet(PrometheusServer prometheus, Set<String> allowed, Load load)
            throws InterruptedException {
        await(prometheus, Set::isEmpty, allowed, load);
    }

    private static void await(
            PrometheusServer prometheus, Predicate<Set<String>> wanted, Set<String> allowed, Load load)
            throws InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        Set<String> firing;
        do {
            load.once();
            firing = firing(prometheus);
            assertThat(allowed).as("alerts that may fire").containsAll(firing);
            assertThat(Instant.now())
                    .as("still firing, or not yet: %s of %s", firing, allowed)
                    .isBefore(end);
        } while (!wanted.test(firing));
    }

    /** Those that somebody has to act upon. */
    private static Set<String> firing(PrometheusServer prometheus) {
        return prometheus.query("ALERTS{alertstate=\"firing\",severity!=\"info\"}").stream()
                .map(sample -> sample.labels().path("alertname").asString())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
