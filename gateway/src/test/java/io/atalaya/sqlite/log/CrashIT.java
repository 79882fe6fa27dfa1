package io.atalaya.sqlite.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Appended;
import io.atalaya.log.EventLog.Slice;
import io.atalaya.log.LogConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.sqlite.jdbc4.JDBC4Connection;

/** A process that appends is killed at a random moment, again and again: what it was told is stored, is stored. */
class CrashIT {
    private static final TenantId TENANT = new TenantId("1");
    private static final LogConfig CONFIG =
            new LogConfig(10_000_000, 1L << 32, Duration.ofHours(24), Duration.ofHours(24), 10_000_000, false);

    @TempDir
    private Path directory;

    @Test
    @Timeout(120)
    void nothingAcknowledgedIsLost() throws Exception {
        killAndCheck(4);
    }

    @Test
    @Tag("long")
    @Timeout(900)
    void nothingAcknowledgedIsLostInManyCrashes() throws Exception {
        killAndCheck(60);
    }

    private void killAndCheck(int rounds) throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var acknowledged = new HashMap<String, Cursor>();
        for (int round = 0; round < rounds; round++) {
            String when = "seed %d, round %d".formatted(seed, round);
            int before = acknowledged.size();
            acknowledged.putAll(killedAfter(round, 1 + random.nextInt(500)));
            assertThat(acknowledged.size()).as(when).isGreaterThan(before);
            assertStored(when, acknowledged);
        }
    }

    /** Lets a process append until some milliseconds after its first acknowledgement. Returns what it was told. */
    private Map<String, Cursor> killedAfter(int round, int millis) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        classPath(),
                        Appender.class.getName(),
                        directory.toString(),
                        Integer.toString(round))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var told = new LinkedHashMap<String, Cursor>();
        try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
            Thread killer = null;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (killer == null) {
                    killer = Thread.ofPlatform().start(() -> kill(process, millis));
                }
                String[] words = line.split(" ", -1);
                // the last line may be cut off
                if (words.length == 3 && words[2].equals("stored")) {
                    told.put(words[0], Cursor.parse(words[1]).orElseThrow());
                }
            }
        } finally {
            process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        }
        return told;
    }

    private static void kill(Process process, int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        // not by the process itself, which would close its output before it has been read
        process.toHandle().destroyForcibly();
    }

    private static String classPath() {
        return Stream.of(CrashIT.class, SqliteEventLog.class, JDBC4Connection.class, LoggerFactory.class)
                .map(type -> Path.of(type.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .getPath())
                        .toString())
                .distinct()
                .collect(Collectors.joining(System.getProperty("path.separator")));
    }

    private void assertStored(String when, Map<String, Cursor> acknowledged) {
        var stored = new HashMap<String, Cursor>();
        long previous = 0;
        try (var log = SqliteEventLog.open(directory, CONFIG, InstantSource.system(), _ -> {})) {
            Cursor head = log.head(TENANT);
            var at = new Cursor(head.epoch(), 0);
            while (at.offset() < head.offset()) {
                var slice = (Slice.Entries) log.read(TENANT, at, 10_000);
                for (var entry : slice.entries()) {
                    assertThat(entry.cursor().offset()).as(when).isEqualTo(++previous);
                    assertThat(stored.put(entry.event().id().value(), entry.cursor()))
                            .as(when)
                            .isNull();
                }
                at = slice.through();
            }
            assertThat(log.totals().logged()).as(when).isEqualTo(previous);
        }
        assertThat(stored).as(when).containsAllEntriesOf(acknowledged);
    }

    /** The process that is killed: appends in batches of all sizes, many under way, and prints what it is told. */
    static final class Appender {
        private static final int UNDER_WAY = 16;

        private Appender() {}

        public static void main(String[] arguments) {
            int round = Integer.parseInt(arguments[1]);
            var random = new Random(round);
            var out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
            var log = SqliteEventLog.open(Path.of(arguments[0]), CONFIG, InstantSource.system(), _ -> {});
            var waiting = new java.util.concurrent.Semaphore(UNDER_WAY);
            for (long next = 0; ; ) {
                waiting.acquireUninterruptibly();
                List<Event> events = new ArrayList<>();
                for (int i = random.nextInt(random.nextBoolean() ? 3 : 300); i >= 0; i--) {
                    events.add(event("r%d-%d".formatted(round, next++)));
                }
                log.append(events).whenComplete((outcomes, _) -> {
                    print(out, events, outcomes);
                    waiting.release();
                });
            }
        }

        private static void print(PrintStream out, List<Event> events, List<Appended> outcomes) {
            for (int i = 0; i < events.size(); i++) {
                String how = outcomes.get(i) instanceof Appended.Stored ? "stored" : "duplicate";
                out.println(events.get(i).id() + " " + outcomes.get(i).cursor() + " " + how);
            }
            out.flush();
        }

        private static Event event(String id) {
            return new Event(
                    TENANT,
                    new EventId(id),
                    "TYPE",
                    Map.of("branch_id", "3"),
                    new Event.Body(("{\"id\":\"" + id + "\",\"x\":\"" + "x".repeat(200) + "\"")
                            .getBytes(StandardCharsets.UTF_8)),
                    Instant.now(),
                    0,
                    true);
        }
    }
}
