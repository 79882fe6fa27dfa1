package io.atalaya.sqlite.log;

import com.sun.management.OperatingSystemMXBean;
import io.atalaya.archive.ArchiveFields;
import io.atalaya.archive.EventQuery;
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Slice;
import io.atalaya.log.LogConfig;
import io.atalaya.sqlite.archive.SqliteArchive;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * How fast the embedded log appends, gives back and is archived, and how long a page of the archive takes. A program of
 * its own, since it is the disk and whole seconds that matter: {@code LogThroughput [seconds a step] [directory]}.
 */
public final class LogThroughput {
    private static final TenantId TENANT = new TenantId("1");
    private static final int BODY_BYTES = 300;
    private static final int UNDER_WAY = 64;

    private final SqliteEventLog log;
    private final long stepNanos;
    private long next;
    private long cpuBefore = cpuNanos();

    private LogThroughput(SqliteEventLog log, long seconds) {
        this.log = log;
        this.stepNanos = seconds * 1_000_000_000L;
    }

    /** Prints a line a measurement. */
    public static void main(String[] arguments) throws IOException {
        long seconds = arguments.length > 0 ? Long.parseLong(arguments[0]) : 5;
        Path directory = arguments.length > 1
                ? Files.createTempDirectory(Path.of(arguments[1]), "atalaya-")
                : Files.createTempDirectory("atalaya-");
        var config = new LogConfig(100_000_000, 1L << 40, Duration.ofHours(24), Duration.ofHours(24), 2_000_000, true);
        try (var log = SqliteEventLog.open(directory, config, InstantSource.system(), _ -> {})) {
            var bench = new LogThroughput(log, seconds);
            bench.append(1_000);
            for (int batch : new int[] {1, 100, 1_000}) {
                bench.append(batch);
            }
            bench.read();
            bench.archive();
        } finally {
            delete(directory);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void append(int batch) {
        var room = new Semaphore(UNDER_WAY);
        var stored = new LongAdder();
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < stepNanos) {
            List<Event> events = events(batch);
            room.acquireUninterruptibly();
            log.append(events).whenComplete((outcomes, failure) -> {
                stored.add(failure == null ? outcomes.size() : 0);
                room.release();
            });
        }
        room.acquireUninterruptibly(UNDER_WAY);
        report("append, batches of " + batch, stored.sum(), System.nanoTime() - begin);
    }

    private List<Event> events(int count) {
        var events = new ArrayList<Event>(count);
        for (int i = 0; i < count; i++) {
            events.add(event(next++));
        }
        return events;
    }

    private static String id(long number) {
        return "0198b1c2-7d3e-7aaa-8bbb-" + (100_000_000_000L + number);
    }

    private static Event event(long number) {
        String id = id(number);
        String open = "{\"type\":\"ORDER_READY\",\"tenant_id\":1,\"branch_id\":" + number % 50 + ",\"id\":\"" + id
                + "\",\"note\":\"";
        return new Event(
                TENANT,
                new EventId(id),
                "TYPE_" + number % 20,
                Map.of("branch_id", Long.toString(number % 50), "session_id", Long.toString(number % 5_000)),
                new Event.Body(
                        (open + "x".repeat(BODY_BYTES - open.length() - 1) + "\"").getBytes(StandardCharsets.UTF_8)),
                Instant.ofEpochMilli(1_700_000_000_000L + number),
                0,
                true);
    }

    private void read() {
        long begin = System.nanoTime();
        long read = 0;
        Cursor head = log.head(TENANT);
        var at = new Cursor(head.epoch(), 0);
        while (at.offset() < head.offset() && System.nanoTime() - begin < stepNanos) {
            var slice = (Slice.Entries) log.read(TENANT, at, 1_000);
            read += slice.entries().size();
            at = slice.through();
        }
        report("read, a thousand at a time", read, System.nanoTime() - begin);
    }

    private void archive() {
        var fields = new ArchiveFields(List.of("branch_id", "session_id"), Optional.of("branch_id"));
        var archive = new SqliteArchive(log, fields, InstantSource.system(), SqliteArchive.SHORTEST_RUN);
        var backlog = log.backlog();
        long begin = System.nanoTime();
        long stored = 0;
        for (var taken = backlog.take(1_000); !taken.isEmpty() && stored < 1_000_000; taken = backlog.take(1_000)) {
            stored += archive.store(taken);
            backlog.confirm(taken);
        }
        report("archive, batches of 1000", stored, System.nanoTime() - begin);
        for (EventQuery query : List.of(
                EventQuery.of(TENANT),
                EventQuery.of(TENANT).ofType("TYPE_7"),
                EventQuery.of(TENANT).where("session_id", "4711"),
                EventQuery.of(TENANT).ofType("TYPE_7").where("branch_id", "3"),
                EventQuery.of(TENANT).where("session_id", "17").by(EventQuery.Time.EVENT),
                EventQuery.of(TENANT).ofType("TYPE_7").by(EventQuery.Time.EVENT).limitedTo(1_000))) {
            pages(archive, query);
        }
        long finding = System.nanoTime();
        boolean found = archive.find(TENANT, new EventId(id(77_777))).isPresent();
        System.out.printf("find by id (%s): %.1f ms%n", found, (System.nanoTime() - finding) / 1e6);
    }

    /** The slowest of the first hundred pages, and processor time of one on average. */
    private static void pages(SqliteArchive archive, EventQuery query) {
        long cpu = cpuNanos();
        int pages = 0;
        long slowest = 0;
        EventQuery at = query;
        for (int page = 0; page < 100; page++) {
            long begin = System.nanoTime();
            var next = archive.events(at).next();
            slowest = Math.max(slowest, System.nanoTime() - begin);
            pages++;
            if (next.isEmpty()) {
                break;
            }
            at = query.behind(next.get());
        }
        System.out.printf(
                "slowest page: %.1f ms, %.1f ms of processor time on average (type %s, scope %s, %s, %d)%n",
                slowest / 1e6,
                (cpuNanos() - cpu) / 1e6 / pages,
                query.type().orElse("any"),
                query.scope(),
                query.time(),
                query.limit());
    }

    private void report(String what, long events, long nanos) {
        long cpu = cpuNanos() - cpuBefore;
        System.out.printf(
                "%s: %,d events, %,.0f a second, %,.0f a second of processor time%n",
                what, events, events * 1e9 / nanos, events * 1e9 / cpu);
        cpuBefore = cpuNanos();
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}
