package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many clients that come back at once, read with pauses, through small buffers, and leave in the middle, while others
 * publish: whatever the pace, the queue of readings and the bounds are, everybody gets every event once, in order, and
 * all of them come to the end. Where the log forgets meanwhile, nothing is missing without a gap that says so.
 */
@Timeout(120)
class ReplayStormIT {
    private static final int CLIENTS = 10;
    private static final int EVENTS = 6_000;
    private static final int FEWEST_MISSED = EVENTS / 4;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String EVENT =
            "{\"tenant_id\":1,\"branch_id\":1,\"session_id\":42,\"type\":\"%s\",\"entity\":{\"n\":%d,\"pad\":\"%s\"}}";

    @TempDir
    private Path scratch;

    private final AtomicBoolean over = new AtomicBoolean();

    /** How one storm goes. Immutable. */
    private record Weather(long seed, int rate, int concurrency, String outbound, int kept) {
        static Weather of(long seed, boolean forgetful) {
            var random = new Random(seed);
            return new Weather(
                    seed,
                    List.of(10_000, 50_000, 1_000_000).get(random.nextInt(3)),
                    1 + random.nextInt(4),
                    List.of("32KiB", "256KiB", "1MiB").get(random.nextInt(3)),
                    forgetful ? FEWEST_MISSED / 3 + random.nextInt(FEWEST_MISSED / 2) : 1_000_000);
        }
    }

    /** One client over all its connections. Confined to its thread. */
    private final class Reader {
        private final GatewayTester gateway;
        private final String token;
        private final Random random;
        private final List<Integer> received = new ArrayList<>();
        private final List<Integer> gapsBefore = new ArrayList<>();
        private String cursor;
        private int connections;

        private Reader(GatewayTester gateway, String cursor, long seed) {
            this.gateway = gateway;
            this.token = gateway.tableToken(1, 1, 42);
            this.cursor = cursor;
            this.random = new Random(seed);
        }

        /** Returns when it has the last event. */
        private Reader readAll() {
            while (!over.get() && (received.isEmpty() || received.getLast() < EVENTS - 1)) {
                connections++;
                int small = random.nextInt(3) == 0 ? 4_096 : 0;
                try (WireClient socket = WireClient.open(gateway.port(), small)) {
                    socket.handshake("/ws/diner?since=" + cursor + "&table_token=" + token);
                    readUntilItLeaves(socket);
                } catch (UncheckedIOException _) {
                    // closed for reading too slowly: comes back
                }
            }
            return this;
        }

        private void readUntilItLeaves(WireClient socket) {
            int stay = 500 + random.nextInt(4 * EVENTS);
            for (int i = 0; i < stay && !over.get(); i++) {
                Optional<WireClient.Frame> frame = socket.poll(Duration.ofMillis(500));
                if (frame.isEmpty()) {
                    continue;
                }
                if (frame.get().opcode() == WireClient.CLOSE || take(frame.get().text())) {
                    return;
                }
                pause();
            }
            if (random.nextBoolean()) {
                socket.reset();
            }
        }

        /** Whether that was the last event. */
        private boolean take(String text) {
            var json = GatewayTester.json(text);
            if (json.path("type").stringValue("").equals("gap")) {
                gapsBefore.add(received.size());
                cursor = json.path("cursor").stringValue("");
            } else if (json.has("cursor")) {
                received.add(json.at("/entity/n").intValue());
                cursor = json.path("cursor").stringValue("");
            }
            return !received.isEmpty() && received.getLast() == EVENTS - 1;
        }

        private void pause() {
            if (random.nextInt(400) == 0) {
                sleep(random.nextInt(40));
            }
        }
    }

    private static void sleep(int millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private GatewayTester start(Weather weather) throws IOException {
        Path profile = scratch.resolve("storm.yaml");
        String shipped = Files.readString(Path.of("../profiles/restaurant.yaml"));
        Files.writeString(
                profile, shipped.replaceFirst("CART_CLEARED: .*", "CART_CLEARED: {to: [table], delivery: ephemeral}"));
        return GatewayTester.start(
                "profile",
                profile.toString(),
                "replay-rate",
                "" + weather.rate(),
                "replay-concurrency",
                "" + weather.concurrency(),
                "ws-max-outbound-bytes",
                weather.outbound(),
                "log-max-events",
                "" + weather.kept(),
                "archive-batch-interval",
                "50ms");
    }

    private static String event(int number, Random random) {
        return EVENT.formatted("CART_ITEM_ADDED", number, "x".repeat(random.nextInt(1_500)));
    }

    /** Publishes events up to a number, and now and then one that is not stored. */
    private static void publish(GatewayTester gateway, int from, int to, Random random, int mostPauseMillis) {
        for (int next = from; next < to; ) {
            int end = Math.min(to, next + 1 + random.nextInt(300));
            publish(
                    gateway,
                    IntStream.range(next, end)
                            .mapToObj(number -> event(number, random))
                            .collect(Collectors.joining(",", "[", "]")));
            if (random.nextBoolean()) {
                gateway.publish(EVENT.formatted("CART_CLEARED", 0, ""));
            }
            sleep(random.nextInt(mostPauseMillis));
            next = end;
        }
    }

    /** A small log may be full until the archive has taken some of it. */
    private static void publish(GatewayTester gateway, String events) {
        int status;
        while ((status = gateway.post("key-of-all", events).statusCode()) == 503) {
            sleep(10);
        }
        assertThat(status).isEqualTo(202);
    }

    private List<Reader> storm(Weather weather) throws Exception {
        var random = new Random(weather.seed());
        try (GatewayTester gateway = start(weather)) {
            String before = gateway.publish(EVENT.formatted("CART_ITEM_ADDED", -1, ""))
                    .path("cursor")
                    .stringValue("");
            int missed = FEWEST_MISSED * (1 + random.nextInt(3));
            publish(gateway, 0, missed, random, 1);
            List<CompletableFuture<Reader>> readers = LongStream.range(0, CLIENTS)
                    .mapToObj(number -> new Reader(gateway, before, weather.seed() * 1_000 + number))
                    .map(reader -> CompletableFuture.supplyAsync(reader::readAll, Thread::startVirtualThread))
                    .toList();
            publish(gateway, missed, EVENTS, random, 50);
            return await(readers, gateway, weather);
        } finally {
            over.set(true);
        }
    }

    private List<Reader> await(List<CompletableFuture<Reader>> readers, GatewayTester gateway, Weather weather)
            throws Exception {
        try {
            CompletableFuture.allOf(readers.toArray(CompletableFuture[]::new))
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException stalled) {
            String state = gateway.send(HttpRequest.newBuilder(gateway.publicUri("/ws/metrics?view=atalaya")))
                    .body();
            over.set(true);
            throw new AssertionError(
                    weather + " stalled with "
                            + state.lines()
                                    .filter(line -> line.matches("atalaya_(replay|deliveries|connections|gaps|log).*"))
                                    .toList(),
                    stalled);
        }
        return readers.stream().map(CompletableFuture::join).toList();
    }

    private void everybodyGetsEverything(long seed) throws Exception {
        Weather weather = Weather.of(seed, false);
        for (Reader reader : storm(weather)) {
            assertThat(reader.received)
                    .as("%s, %d connections", weather, reader.connections)
                    .isEqualTo(IntStream.range(0, EVENTS).boxed().toList());
            assertThat(reader.gapsBefore).as("%s", weather).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void everybodyGetsEveryEventOnceInOrderAndComesToTheEnd(long seed) throws Exception {
        everybodyGetsEverything(seed);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void whatTheLogForgetsMeanwhileIsSaidToBeMissing(long seed) throws Exception {
        Weather weather = Weather.of(seed, true);
        for (Reader reader : storm(weather)) {
            assertThat(reader.gapsBefore).as("%s", weather).contains(0);
            for (int i = 1; i < reader.received.size(); i++) {
                int number = reader.received.get(i);
                int before = reader.received.get(i - 1);
                boolean told = reader.gapsBefore.contains(i);
                assertThat(number == before + 1 || (told && number > before))
                        .as("%s: %d after %d, told %s", weather, number, before, told)
                        .isTrue();
            }
        }
    }

    static LongStream manySeeds() {
        return LongStream.range(100, 104);
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("manySeeds")
    void manyStorms(long seed) throws Exception {
        everybodyGetsEverything(seed);
    }
}
