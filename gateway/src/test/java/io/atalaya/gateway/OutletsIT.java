package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Where metrics go by themselves: a collector that speaks OTLP, and the history on disk. */
@Timeout(60)
final class OutletsIT {
    private static final String EVENT =
            "{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42,\"entity\":{\"round_id\":%d}}";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    /** A message of protobuf, by field numbers; just enough of the encoding to read what was sent. */
    private record Message(Map<Integer, List<byte[]>> messages, Map<Integer, List<Long>> numbers) {
        static Message of(byte[] bytes) {
            var message = new Message(new HashMap<>(), new HashMap<>());
            ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            while (in.hasRemaining()) {
                long key = varint(in);
                int field = (int) (key >>> 3);
                switch ((int) (key & 7)) {
                    case 0 -> message.number(field, varint(in));
                    case 1 -> message.number(field, in.getLong());
                    case 5 -> message.number(field, in.getInt());
                    default -> {
                        byte[] inner = new byte[(int) varint(in)];
                        in.get(inner);
                        message.messages
                                .computeIfAbsent(field, _ -> new ArrayList<>())
                                .add(inner);
                    }
                }
            }
            return message;
        }

        long number(int field) {
            return numbers.getOrDefault(field, List.of(0L)).getFirst();
        }

        private void number(int field, long value) {
            numbers.computeIfAbsent(field, _ -> new ArrayList<>()).add(value);
        }

        private static long varint(ByteBuffer in) {
            long value = 0;
            for (int shift = 0; ; shift += 7) {
                byte next = in.get();
                value |= (long) (next & 0x7F) << shift;
                if (next >= 0) {
                    return value;
                }
            }
        }

        List<Message> inner(int field) {
            return messages.getOrDefault(field, List.of()).stream()
                    .map(Message::of)
                    .toList();
        }

        String text(int field) {
            return new String(messages.getOrDefault(field, List.of(new byte[0])).getFirst(), StandardCharsets.UTF_8);
        }
    }

    /** Metrics by name, out of an ExportMetricsServiceRequest. */
    private static Map<String, Message> metrics(byte[] request) {
        var metrics = new HashMap<String, Message>();
        for (Message resource : Message.of(request).inner(1)) {
            for (Message scope : resource.inner(2)) {
                scope.inner(2).forEach(metric -> metrics.put(metric.text(1), metric));
            }
        }
        return metrics;
    }

    /** The sum of a counter's points. */
    private static OptionalDouble counter(Map<String, Message> metrics, String name) {
        Message metric = metrics.get(name);
        return metric == null
                ? OptionalDouble.empty()
                : OptionalDouble.of(metric.inner(7).getFirst().inner(1).stream()
                        .mapToDouble(point -> Double.longBitsToDouble(point.number(4)))
                        .sum());
    }

    @Test
    void aCollectorGetsWhatScrapersSeeAndMayBeAwayForAWhile() throws IOException {
        Queue<byte[]> taken = new ConcurrentLinkedQueue<>();
        var refused = new AtomicInteger();
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/metrics", exchange -> onExport(exchange, taken, refused));
        collector.start();
        try (GatewayTester gateway = GatewayTester.start(
                "metrics-otlp-endpoint",
                "http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/metrics",
                "metrics-otlp-interval",
                "1s")) {
            gateway.diner(1, 1, 42);
            gateway.awaitSessions(1);
            for (int i = 0; i < 3; i++) {
                gateway.publish(EVENT.formatted(i));
            }

            await().atMost(Duration.ofSeconds(20))
                    .until(() -> taken.stream()
                            .map(OutletsIT::metrics)
                            .anyMatch(metrics ->
                                    counter(metrics, "atalaya_deliveries").orElse(0) == 3));

            assertThat(refused.get()).isEqualTo(1);
            Map<String, Message> last =
                    metrics(taken.stream().reduce((_, latest) -> latest).orElseThrow());
            assertThat(last)
                    .containsKeys("atalaya_sessions_active", "atalaya_slo_objective_ratio", "jvm_threads_current");
            Message latency = Objects.requireNonNull(last.get("atalaya_delivery_latency_seconds"))
                    .inner(9)
                    .getFirst();
            assertThat(latency.number(2)).as("cumulative").isEqualTo(2);
            assertThat(latency.inner(1).getFirst().number(4)).as("count").isEqualTo(3);
            Message resource =
                    Message.of(taken.element()).inner(1).getFirst().inner(1).getFirst();
            assertThat(resource.inner(1))
                    .extracting(attribute -> attribute.text(1))
                    .contains("service.name");
        } finally {
            collector.stop(0);
        }
    }

    /** The first one is refused. */
    private static void onExport(HttpExchange exchange, Queue<byte[]> taken, AtomicInteger refused) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (refused.compareAndSet(0, 1)) {
            exchange.sendResponseHeaders(503, -1);
        } else {
            taken.add(body);
            exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
        }
        exchange.close();
    }

    @Test
    void theHistoryGrowsWhileTheGatewayWorks() throws IOException {
        Path file = directory.resolve("metrics/metrics-history.jsonl");
        try (GatewayTester gateway =
                GatewayTester.start("data-dir", directory.toString(), "metrics-history-interval", "200ms")) {
            gateway.publish(EVENT.formatted(1));

            await().atMost(Duration.ofSeconds(20))
                    .until(() -> Files.exists(file)
                            && lines(file).stream()
                                    .anyMatch(line ->
                                            line.at("/buffer/totalEnqueued").asLong() == 1));

            assertThat(lines(file))
                    .allSatisfy(
                            line -> assertThat(line.path("health").asString()).isNotBlank());
        }
    }

    private static List<JsonNode> lines(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }

    @Test
    void withoutBothNothingIsWrittenAndNobodyIsCalled() {
        try (GatewayTester gateway = GatewayTester.start("data-dir", directory.toString())) {
            gateway.publish(EVENT.formatted(1));

            assertThat(directory.resolve("metrics")).doesNotExist();
            assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName))
                    .doesNotContain("atalaya-otlp", "atalaya-history");
        }
    }
}
