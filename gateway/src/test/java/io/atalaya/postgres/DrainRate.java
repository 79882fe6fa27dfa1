package io.atalaya.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveConfig;
import io.atalaya.archive.ArchiveFields;
import io.atalaya.archive.ArchiveLedger;
import io.atalaya.archive.ArchiveWriter;
import io.atalaya.archive.EventKey;
import io.atalaya.archive.EventPage;
import io.atalaya.archive.EventQuery;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.InMemoryEventLog;
import io.atalaya.log.LogConfig;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * How fast the writer drains a full log into PostgreSQL, and how long queries take then: a program, not a test.
 * Arguments: events (1,000,000) and a database URL (a server of its own, which waits for the disk at each commit).
 */
final class DrainRate {
    private static final int APPEND = 1_000;

    private DrainRate() {}

    /** Prints one line a measure. */
    public static void main(String[] arguments) throws InterruptedException {
        int events = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        if (arguments.length > 1) {
            measure(URI.create(arguments[1]), events, () -> Duration.ZERO);
            return;
        }
        try (PostgresServer server = PostgresServer.start("fsync=on", "shared_buffers=512MB", "max_wal_size=4GB")) {
            URI database = server.createDatabase();
            measure(database, events, server::cpuTime);
            System.out.printf(
                    "write-ahead log: %s%n",
                    server.query(database, "SELECT pg_size_pretty(wal_bytes) FROM pg_stat_wal"));
        }
    }

    private static void measure(URI database, int events, Supplier<Duration> serverCpu) throws InterruptedException {
        var bounds = new LogConfig(
                Integer.MAX_VALUE, Long.MAX_VALUE, Duration.ofDays(1), Duration.ofDays(1), Integer.MAX_VALUE, true);
        long epoch = System.currentTimeMillis() & 0xFFFF_FFFFL;
        var log = new InMemoryEventLog(bounds, epoch, InstantSource.system(), _ -> {});
        fill(log, events);
        var fields = new ArchiveFields(List.of("branch_id", "sector_id", "session_id"), Optional.of("branch_id"));
        try (Archive archive = new PostgresArchive(PostgresConfig.of(database, 4), fields, InstantSource.system())) {
            archive.counts();
            var ledger = new ArchiveLedger(archive, log, epoch);
            var writer = new ArchiveWriter(
                    ArchiveConfig.defaults(), ArchiveWriter.Timings.defaults(), archive, log, ledger, System::nanoTime);
            drain(log, writer, events, serverCpu);
            writer.close();
            query(archive);
        }
    }

    private static void fill(InMemoryEventLog log, int events) {
        var random = new Random(1);
        for (int done = 0; done < events; done += APPEND) {
            var batch = new ArrayList<Event>(APPEND);
            for (int i = 0; i < APPEND; i++) {
                batch.add(event(random));
            }
            log.append(batch).toCompletableFuture().join();
        }
    }

    /** About 300 bytes. */
    private static Event event(Random random) {
        String id = new UUID(random.nextLong(), random.nextLong()).toString();
        String type = "ROUND_" + random.nextInt(24);
        var scope = new HashMap<>(Map.of("branch_id", Integer.toString(random.nextInt(50))));
        if (random.nextBoolean()) {
            scope.put("sector_id", Integer.toString(random.nextInt(300)));
            scope.put("session_id", Integer.toString(random.nextInt(20_000)));
        }
        String body = """
                {"type":"%s","tenant_id":1,"branch_id":%s,"entity":{"round_id":%d,"items":[{"name":"%s","quantity":2}]},\
                "actor":{"user_id":%d,"role":"WAITER"},"note":"%s","id":"%s","ts":"2030-01-01T12:00:00.000Z\"""".formatted(
                        type,
                        scope.get("branch_id"),
                        random.nextInt(),
                        "x".repeat(40),
                        random.nextInt(500),
                        "n".repeat(40),
                        id);
        return new Event(
                new TenantId(Integer.toString(1 + random.nextInt(4))),
                new EventId(id),
                type,
                scope,
                new Event.Body(body.getBytes(UTF_8)),
                Instant.now(),
                0,
                true);
    }

    private static void drain(InMemoryEventLog log, ArchiveWriter writer, int events, Supplier<Duration> serverCpu)
            throws InterruptedException {
        long gateway = ownCpuNanos();
        Duration server = serverCpu.get();
        long start = System.nanoTime();
        writer.start();
        long latest = start;
        long before = 0;
        while (log.totals().backlog() > 0) {
            Thread.sleep(250);
            long now = System.nanoTime();
            if (now - latest > 2_000_000_000L) {
                long done = log.totals().confirmed();
                System.out.printf("  %,d rows/s%n", (long) ((done - before) / ((now - latest) / 1e9)));
                latest = now;
                before = done;
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("drain: %,d events in %.1f s: %,d rows/s%n", events, seconds, (long) (events / seconds));
        System.out.printf(
                "CPU a row: gateway %.1f us, server %.1f us%n",
                (ownCpuNanos() - gateway) / 1e3 / events,
                serverCpu.get().minus(server).toNanos() / 1e3 / events);
        System.out.printf(
                "batch p50 <= %s, p99 <= %s%n",
                writer.status().batchTime().quantile(0.5),
                writer.status().batchTime().quantile(0.99));
    }

    private static long ownCpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static void query(Archive archive) {
        EventQuery query = EventQuery.of(new TenantId("1"));
        EventKey thousandth = thousandth(archive, query);
        for (int round = 0; round < 2; round++) {
            time("first page of 100", () -> archive.events(query));
            time("first page of 1000", () -> archive.events(query.limitedTo(1_000)));
            time("page 1000 by cursor", () -> archive.events(query.behind(thousandth)));
            time("type", () -> archive.events(query.ofType("ROUND_7")));
            time("branch", () -> archive.events(query.where("branch_id", "7")));
            time("session (rare)", () -> archive.events(query.where("session_id", "7")));
            time(
                    "branch and type",
                    () -> archive.events(query.where("branch_id", "7").ofType("ROUND_7")));
            time("by own time", () -> archive.events(query.by(EventQuery.Time.EVENT)));
            time(
                    "branch by own time",
                    () -> archive.events(query.by(EventQuery.Time.EVENT).where("branch_id", "7")));
            time(
                    "session by own time",
                    () -> archive.events(query.by(EventQuery.Time.EVENT).where("session_id", "7")));
            time(
                    "every tenant, branch",
                    () -> archive.events(EventQuery.everyTenant().where("branch_id", "7")));
            time("page number 1000", () -> archive.events(query.skipping(99_900)));
            time("count of a branch", () -> archive.count(query.where("branch_id", "7")));
            time("count of a tenant", () -> archive.count(query));
            time("statistics", () -> archive.statistics(Instant.now()));
        }
    }

    private static EventKey thousandth(Archive archive, EventQuery query) {
        EventPage page = archive.events(query.skipping(99_899).limitedTo(1));
        return EventKey.of(
                EventQuery.Time.ARRIVAL, page.entries().getFirst());
    }

    private static void time(String what, Runnable work) {
        work.run();
        long start = System.nanoTime();
        work.run();
        System.out.printf("%-24s %6.1f ms%n", what, (System.nanoTime() - start) / 1e6);
    }
}
