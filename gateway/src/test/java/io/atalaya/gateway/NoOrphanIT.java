package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.capacity.CapacityFile;
import io.atalaya.capacity.Machine;
import io.atalaya.capacity.ProvedCapacity;
import io.atalaya.capacity.Resource;
import io.atalaya.postgres.PostgresServer;
import io.atalaya.redis.RedisServer;
import io.atalaya.slo.Catalogue;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Nothing in {@code deploy/} names a series that does not exist: a real Prometheus scrapes a gateway at work, and every
 * panel, and every series that a rule names, has data. What other exporters expose is left to the catalogue's list of them.
 */
@Timeout(120)
final class NoOrphanIT {
    private static final String EVENT =
            "{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":%d,\"entity\":{\"round_id\":%d}}";

    /** Counters that move only when something goes wrong, or has to be told apart from it. */
    private static final Set<String> RESTS_IN_PEACE = Set.of(
            "atalaya_fanouts_failed_total",
            "atalaya_redis_messages_dropped_total",
            "atalaya_slo_bad_total",
            "events_dropped_total",
            "websocket_event_errors_total");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private final Panels panels;

    NoOrphanIT() throws IOException {
        panels = Panels.read();
    }

    @Test
    void everyPanelAndEveryRuleHasData() throws IOException {
        try (RedisServer redis = RedisServer.start();
                PostgresServer postgres = PostgresServer.start();
                GatewayTester gateway = GatewayTester.start(
                        "data-dir",
                        provedAndGrown().toString(),
                        "profile",
                        profile().toString(),
                        "redis-url",
                        redis.url().toString(),
                        "database-url",
                        postgres.createDatabase().toString(),
                        "database-max-bytes",
                        "10GiB",
                        "query-api-keys",
                        "reader=*",
                        "ws-ping-interval",
                        "1s",
                        "archive-batch-interval",
                        "50ms",
                        "canary",
                        "true",
                        "canary-interval",
                        "1s",
                        "kpi-file",
                        indicators().toString(),
                        "slo-files",
                        objectives().toString());
                PrometheusServer prometheus = PrometheusServer.start(
                        directory,
                        List.of(
                                Panels.DEPLOY.resolve("prometheus/rules/slo.yml"),
                                Panels.DEPLOY.resolve("prometheus/rules/alerts.yml")),
                        "127.0.0.1:" + gateway.gateway().managementPort())) {
            prometheus.awaitScrapes(2);
            work(gateway, redis, Duration.ofSeconds(25));
            prometheus.awaitScrapes(15);

            assertThat(panels.withoutNumber(prometheus, Set::isEmpty))
                    .as("panels without data")
                    .isEmpty();
            assertThat(panels.withoutName(prometheus, Set::isEmpty))
                    .as("panels whose legends are empty")
                    .isEmpty();
            assertThat(unknown(prometheus))
                    .as("series of rules and panels that nobody exposes")
                    .isEmpty();
            assertThat(still(prometheus)).as("series that do not move").isEmpty();
        }
    }

    /** The restaurant's, with a type that has to be acknowledged: the objective of notifications counts those. */
    private Path profile() throws IOException {
        String restaurant = Files.readString(Path.of("../profiles/restaurant.yaml"));
        String changed = restaurant.replaceFirst("(ROUND_READY: .*])}", "$1, ack: true}");
        assertThat(changed).isNotEqualTo(restaurant);
        return Files.writeString(directory.resolve("profile.yaml"), changed);
    }

    /** A data directory in which something was proved, and which was empty ten minutes ago. */
    private Path provedAndGrown() throws IOException {
        Path data = Files.createDirectory(directory.resolve("data-of-gateway"));
        Instant now = Instant.now();
        var figures = new EnumMap<Resource, ProvedCapacity.Figure>(Resource.class);
        for (Resource resource : Resource.values()) {
            figures.put(resource, new ProvedCapacity.Figure(1_000, Map.of()));
        }
        CapacityFile.in(data).write(new ProvedCapacity(now, "1.0.0", Machine.here(), Map.of(), figures));
        Files.writeString(
                data.resolve("storage-growth.json"),
                "{\"disk\":[[%1$d,0]],\"log\":[[%1$d,0]],\"database\":[[%1$d,0]],\"database/table/event\":[[%1$d,0]]}"
                        .formatted(now.getEpochSecond() - 600));
        return data;
    }

    /**
     * The shipped objectives, during a maintenance of the sockets that ends while we look, and one whose source contradicts
     * itself: more deliveries are sent than events are logged, wherever two sessions get the same.
     */
    private Path objectives() throws IOException {
        Instant now = Instant.now();
        String shipped = Files.readString(Path.of("../slo/atalaya.yaml"));
        String changed =
                shipped.replaceFirst("(?m)^objectives:$", """
                maintenance:
                  - {from: "%s", until: "%s", services: [websocket], reason: a test}
                objectives:
                  contradiction:
                    service: api
                    title: events that are not sent more often than there are
                    objective: 99
                    events:
                      bad: {metric: atalaya_deliveries_total, labels: {state: sent}}
                      valid: {metric: atalaya_intake_events_total, labels: {state: logged}}
                """.formatted(now.minusSeconds(60), now.plusSeconds(22)));
        assertThat(changed).isNotEqualTo(shipped);
        Path folder = Files.createDirectory(directory.resolve("objectives"));
        Files.writeString(folder.resolve("atalaya.yaml"), changed);
        return folder;
    }

    private Path indicators() throws IOException {
        return Files.writeString(directory.resolve("indicators.yaml"), """
                kpis: of-a-test
                indicators:
                  acknowledged:
                    title: Acknowledged
                    domain: WebSocket
                    owner: SRE
                    period: day
                    target: 90
                    warning: 50
                    min-samples: 1
                    counter-ratio:
                      good: {metric: atalaya_acks_total, labels: {state: acknowledged}}
                      of: {metric: atalaya_acks_total, labels: {state: [acknowledged, expired]}}
                """);
    }

    /** A bit of everything that a gateway does. */
    private static void work(GatewayTester gateway, RedisServer redis, Duration howLong) {
        WireClient waiter = gateway.staff("waiter", 1, 5, 1, "WAITER");
        WireClient diner = gateway.diner(1, 1, 42);
        long end = System.nanoTime() + howLong.toNanos();
        for (int round = 0; System.nanoTime() - end < 0; round++) {
            gateway.publish(EVENT.formatted(42, round));
            redis.publish("session:42", EVENT.formatted(42, 100_000 + round));
            waiter.sendText("refresh_sectors");
            try (WireClient brief = WireClient.connect(
                    gateway.port(), "/ws/diner?since=now&table_token=" + gateway.tableToken(1, 1, 42))) {
                brief.poll(Duration.ofMillis(100));
                brief.sendFrame(0x80 | WireClient.CLOSE, new byte[] {3, (byte) 0xE8});
            }
            try (WireClient stranger = WireClient.connect(gateway.port(), "/ws/diner?table_token=none")) {
                stranger.poll(Duration.ofMillis(100));
            }
            WireClient lost = WireClient.connect(
                    gateway.port(), "/ws/diner?table_token=" + gateway.tableToken(1, 1, 43 + round % 10));
            lost.close();
            gateway.send(HttpRequest.newBuilder(gateway.publicUri("/api/v1/events?limit=5&tenant=1"))
                    .header("Authorization", "Bearer reader"));
            gateway.post("key-of-all", "no json");
            assertThat(gateway.send(HttpRequest.newBuilder(gateway.managementUri("/api/v1/sessions/disconnect"))
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString("{\"tenant\":\"1\",\"subject\":\"99\"}")))
                            .statusCode())
                    .isEqualTo(200);
            waiter.drain(Duration.ofMillis(100));
            diner.drain(Duration.ofMillis(100)).forEach(text -> acknowledge(diner, text));
            if (round % 3 == 0) {
                WireClient evicted = gateway.staff("waiter", 1, 99, 1, "WAITER");
                evicted.poll(Duration.ofMillis(50));
            }
        }
    }

    private static void acknowledge(WireClient client, String text) {
        JsonNode frame = JsonMapper.shared().readTree(text);
        if (frame.path("type").asString("").equals("ROUND_READY")) {
            client.sendText("{\"type\":\"ack\",\"id\":\"" + frame.path("id").asString() + "\"}");
        }
    }

    private List<String> unknown(PrometheusServer prometheus) throws IOException {
        return ours().keySet().stream()
                .filter(series -> prometheus.query("count(" + series + ")").isEmpty())
                .toList();
    }

    private List<String> still(PrometheusServer prometheus) throws IOException {
        var still = new ArrayList<String>();
        ours().forEach((series, metric) -> {
            boolean counts = metric.type() == Catalogue.Kind.COUNTER || series.endsWith("_bucket");
            if (counts
                    && !RESTS_IN_PEACE.contains(series)
                    && prometheus.query("sum(" + series + ") > 0").isEmpty()) {
                still.add(series);
            }
        });
        return still;
    }

    /** Series of ours that a rule or a panel names. */
    private Map<String, Catalogue.Metric> ours() throws IOException {
        var names = new TreeSet<String>();
        for (String file : List.of("slo.yml", "alerts.yml")) {
            names.addAll(Panels.words(
                    Files.readString(Panels.DEPLOY.resolve("prometheus/rules").resolve(file))));
        }
        panels.queries().forEach(query -> names.addAll(Panels.words(query.expression())));
        var ours = new TreeMap<String, Catalogue.Metric>();
        for (String name : names) {
            panels.catalogue()
                    .ofSeries(name)
                    .filter(Catalogue.Metric::ours)
                    .ifPresent(metric -> ours.put(name, metric));
        }
        assertThat(ours).hasSizeGreaterThan(40);
        return ours;
    }
}
