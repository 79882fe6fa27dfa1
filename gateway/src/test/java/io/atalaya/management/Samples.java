package io.atalaya.management;

import io.atalaya.ack.AckReport;
import io.atalaya.ack.AckStore;
import io.atalaya.ack.GivenUp;
import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveBook;
import io.atalaya.archive.ArchiveWriter;
import io.atalaya.archive.Statistics;
import io.atalaya.hub.DeliveryBook;
import io.atalaya.hub.HubConfig;
import io.atalaya.hub.Router;
import io.atalaya.hub.ShardSnapshot;
import io.atalaya.ingest.IntakeBook;
import io.atalaya.ingest.IntakeBook.Drop;
import io.atalaya.ingest.IntakeBook.Refusal;
import io.atalaya.log.EventLog;
import io.atalaya.log.EventLog.Slice;
import io.atalaya.management.DependencyStatus.Breaker;
import io.atalaya.management.DependencyStatus.Breaker.State;
import io.atalaya.management.DependencyStatus.Drops;
import io.atalaya.management.DependencyStatus.Observed;
import io.atalaya.management.DependencyStatus.Probe;
import io.atalaya.management.DependencyStatus.Queue;
import io.atalaya.management.DependencyStatus.SharedLog;
import io.atalaya.management.Sample.Identity;
import io.atalaya.management.Sample.Phase;
import io.atalaya.management.Sample.Population;
import io.atalaya.metrics.Bounds;
import io.atalaya.metrics.Distributions.Example;
import io.atalaya.metrics.Families;
import io.atalaya.metrics.Histogram;
import io.atalaya.metrics.ProcessSample;
import io.atalaya.metrics.RequestTimes;
import io.atalaya.metrics.Series;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.Wire;
import io.atalaya.recovery.RecoveryTotals;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Samples with numbers that can be recognised: no two of them are the same where it matters. */
public final class Samples {
    private static final Instant NOW = Instant.parse("2030-06-01T12:00:00.500Z");

    private Samples() {}

    /** A gateway in full swing, without Redis. */
    public static Sample busy() {
        return with(Phase.SERVING, true, new DependencyStatus.Disabled());
    }

    /** The books of the same moment. */
    public static Books books() {
        Sample sample = busy();
        return new Books(
                sample.instant(),
                sample.intake(),
                new ShardSnapshot.Account(sample.hub().book(), sample.hub().givenUp()),
                sample.acknowledgements(),
                sample.archive(),
                sample.router(),
                sample.redis(),
                sample.logLines());
    }

    /** The same, with an archive and a Redis whose subscription is up or not. */
    public static Sample withRedis(boolean subscribed) {
        return with(Phase.SERVING, true, redis(subscribed), Optional.of(archive()), intake());
    }

    /** A gateway without Redis whose open log stores nothing. */
    static Sample withLogThatRefuses(Refusal why) {
        return with(Phase.SERVING, true, new DependencyStatus.Disabled(), Optional.empty(), intake(Optional.of(why)));
    }

    /** The same gateway before anything has happened: the known types are at zero. */
    public static Sample fresh() {
        var none = Map.<Refusal, Long>of();
        var types = Map.of("ROUND_SUBMITTED", 0L, "ROUND_READY", 0L, IntakeBook.OTHER_TYPES, 0L);
        Sample busy = busy();
        return new Sample(
                NOW,
                busy.identity(),
                Phase.STARTING,
                ShardSnapshot.EMPTY,
                busy.limits(),
                new Population(Map.of("waiter", 0, "kitchen", 0, "admin", 0, "diner", 0), 0, 0, 0, 0),
                new IntakeBook(0, 0, 0, 0, none, none, Map.of(), 0, Map.of(), types, Map.of(), 0, Optional.empty()),
                new EventLog.Totals(0, 0, 0, 0),
                true,
                new Router.Totals(0, 0, 0, 0, 0, 0, Map.of()),
                new RecoveryTotals(0, 0, 0, 0, 0, 0, Map.of()),
                AckReport.EMPTY,
                busy.answers(),
                new DependencyStatus.Disabled(),
                Optional.empty(),
                busy.process(),
                new Sample.LogLines(0, 0),
                times(0),
                new Sample.Ingest(0, 50_000, 0, 1, 50_000, 0, 0, 0, 0, Optional.empty()),
                new Sample.Known(busy.known().roles(), busy.known().commands(), true, 0));
    }

    static Sample with(Phase phase, boolean logOpen, DependencyStatus redis) {
        return with(phase, logOpen, redis, Optional.empty(), intake());
    }

    private static Sample with(
            Phase phase,
            boolean logOpen,
            DependencyStatus redis,
            Optional<ArchiveWriter.Status> archive,
            IntakeBook intake) {
        return new Sample(
                NOW,
                new Identity("ws-gateway", "1.2.3", "test", "restaurant"),
                phase,
                shards(),
                HubConfig.defaults(),
                new Population(Map.of("waiter", 20, "kitchen", 5, "admin", 2, "diner", 15), 37, 3, 4, 6),
                intake,
                new EventLog.Totals(5000, 4900, 4000, 1_000_000),
                logOpen,
                new Router.Totals(5678, 78, 1, 7, 11, 2, Map.of("1", 5000L, "2", 678L)),
                new RecoveryTotals(9, 5, 1, 2, 700, 1, Map.of(Slice.Reason.RETENTION, 1L)),
                new AckReport(
                        new AckStore.Totals(9, 6, 1, 2),
                        Map.of(GivenUp.Bound.PRINCIPAL, 1L),
                        new AckReport.Ignored(1, 1, 3),
                        0,
                        0,
                        histogram(2_000_000, 6)),
                Map.of("public", Map.of(200, 90L, 202, 800L, 401, 4L), "management", Map.of(200, 12L)),
                redis,
                archive,
                process(),
                new Sample.LogLines(13, 21),
                times(1),
                new Sample.Ingest(30, 50_000, 0.06, 2, 50_000, 5_750, 20, 1.5, 62.5, Optional.of(stored())),
                new Sample.Known(Set.of("WAITER", "KITCHEN", "ADMIN", "none"), Set.of("refresh_sectors"), true, 4));
    }

    private static Statistics stored() {
        return new Statistics(
                700,
                Map.of("ROUND_SUBMITTED", 600L, "ROUND_READY", 100L),
                Map.of("auth", 450L, "orders", 150L),
                90,
                12,
                List.of());
    }

    private static ArchiveWriter.Status archive() {
        return new ArchiveWriter.Status(
                Optional.of(new ArchiveBook(5_000, 4_900, 0, 0, new Archive.Counts(4_700, 20, 180, 0))),
                100,
                49,
                4_900,
                3,
                histogram(60_000_000, 49),
                histogram(40_000_000, 50),
                new io.atalaya.breaker.Breaker.Snapshot(
                        "database",
                        io.atalaya.breaker.Breaker.State.CLOSED,
                        0,
                        5,
                        Duration.ofSeconds(30),
                        99,
                        3,
                        0,
                        2,
                        Optional.empty()),
                new Archive.Connections(1, 7, 0, 8));
    }

    private static Sample.Times times(long count) {
        return new Sample.Times(
                Map.of(
                        "public",
                                List.of(
                                        timed("/api/v1/events", "POST", 202, 800 * count),
                                        timed("/ws/health", "GET", 200, 90 * count)),
                        "management", List.of(timed("/metrics", "GET", 200, 12 * count))),
                Map.of(
                        "archive_store",
                        histogram(40_000_000, 50 * count),
                        "archive_query",
                        histogram(9_000_000, 5 * count)),
                Map.of("GET", histogram(400_000, 30 * count), "EXISTS", histogram(700_000, 20 * count)));
    }

    private static RequestTimes.Timed timed(String endpoint, String method, int status, long count) {
        return new RequestTimes.Timed(new RequestTimes.Request(endpoint, method, status), histogram(4_000_000, count));
    }

    private static ShardSnapshot shards() {
        var refusals = new EnumMap<CloseReason, Long>(CloseReason.class);
        var closes = new EnumMap<CloseReason, Long>(CloseReason.class);
        for (CloseReason reason : CloseReason.values()) {
            refusals.put(reason, 0L);
            closes.put(reason, 0L);
        }
        refusals.put(CloseReason.AUTHENTICATION_FAILED, 5L);
        refusals.put(CloseReason.ORIGIN_NOT_ALLOWED, 3L);
        refusals.put(CloseReason.SESSION_LIMIT, 3L);
        closes.put(CloseReason.RATE_LIMITED, 2L);
        closes.put(CloseReason.HEARTBEAT_TIMEOUT, 5L);
        var sockets = new ShardSnapshot.Share(
                Map.of("waiter", 17, "kitchen", 5, "admin", 2, "diner", 15),
                new DeliveryBook(new DeliveryBook.Matched(8_000, 950, 50), 8_907, 0, 0, 60, 10, 23),
                93,
                38,
                9,
                refusals,
                closes);
        var streams = new ShardSnapshot.Share(
                Map.of("waiter", 3),
                new DeliveryBook(new DeliveryBook.Matched(1_000, 0, 0), 993, 0, 0, 0, 2, 5),
                7,
                2,
                1,
                Map.of(CloseReason.SESSION_LIMIT, 1L),
                Map.of(CloseReason.HEARTBEAT_TIMEOUT, 1L));
        return new ShardSnapshot(
                Map.of(Wire.WEBSOCKET, sockets, Wire.SSE, streams),
                new ShardSnapshot.GivenUp(Map.of(), Map.of()),
                1234,
                12,
                321,
                9,
                Map.of(
                        "ROUND_SUBMITTED",
                        histogram(3_000_000, 9_800),
                        IntakeBook.OTHER_TYPES,
                        histogram(300_000_000, 100)),
                histogram(36_600_000, 1_235),
                histogram(20_000_000, 17),
                new ShardSnapshot.Silence(42.5, 0.25, 420),
                new ShardSnapshot.Lives(
                        Map.of("WAITER", 20, "KITCHEN", 5, "ADMIN", 2, "none", 15),
                        lifetimes(),
                        histogram(8_000_000, 33),
                        Map.of("refresh_sectors", new ShardSnapshot.Command(7, 1, histogram(6_000_000, 6))),
                        NOW.toEpochMilli() - 250),
                List.of(new Example("e-slow", 300_000_000, NOW.toEpochMilli() - 5_000)),
                Map.of("1", 8_000L, "2", 1_000L));
    }

    private static Histogram.Snapshot lifetimes() {
        var histogram = new Histogram(Bounds.LIFETIMES);
        histogram.record(90_000_000_000L, 58);
        return histogram.snapshot();
    }

    private static Histogram.Snapshot histogram(long nanos, long count) {
        var histogram = new Histogram(Bounds.LATENCIES);
        histogram.record(nanos, count);
        return histogram.snapshot();
    }

    private static IntakeBook intake() {
        return intake(Optional.empty());
    }

    private static IntakeBook intake(Optional<Refusal> logRefuses) {
        return new IntakeBook(
                6_000,
                5_000,
                650,
                100,
                Map.of(Refusal.INVALID, 150L, Refusal.FORBIDDEN, 25L),
                Map.of(Refusal.MALFORMED, 30L),
                Map.of(Drop.SOURCE_OVERFLOW, 20L),
                25,
                Map.of(IntakeBook.Source.HTTP, 5_500L, IntakeBook.Source.REDIS, 500L),
                Map.of("ROUND_SUBMITTED", 5_600L, "ROUND_READY", 0L, IntakeBook.OTHER_TYPES, 50L),
                Map.of("CUSTOM_TYPE", 50L),
                0,
                logRefuses);
    }

    static DependencyStatus redis(boolean subscribed) {
        return new Observed(
                subscribed,
                Instant.parse("2030-06-01T11:00:00Z"),
                2,
                subscribed ? "" : "connection lost",
                List.of(
                        breaker("redis", subscribed ? State.CLOSED : State.OPEN),
                        breaker("redis_revocations", State.HALF_OPEN)),
                new Queue(500, 478, Map.of("overflow", 20L, "sink_failed", 0L, "closed", 0L), 2),
                new Drops(478, 20, 70, 5, 6.25, 5, 1, 60),
                50,
                Optional.of(new SharedLog(subscribed, 900, 3, 1)));
    }

    private static Breaker breaker(String name, State state) {
        return new Breaker(
                name,
                state,
                state == State.CLOSED ? 0 : 5,
                5,
                Duration.ofSeconds(30),
                10,
                6,
                13,
                4,
                Optional.of(Duration.ofMillis(1_500)));
    }

    /** Both components answer, or neither. */
    static List<Probe> probes(boolean healthy) {
        String error = healthy ? "" : "timed out";
        return List.of(
                new Probe("redis_async", "async", healthy, 0.417, 50, error),
                new Probe("redis_sync", "sync", healthy, 0.5, 50, error));
    }

    private static ProcessSample process() {
        return new ProcessSample(
                12.5,
                3.5,
                200_000_000,
                NOW.minusSeconds(3600),
                3600,
                Map.of(
                        "heap", new ProcessSample.Memory(50_000_000, 60_000_000, 100_000_000),
                        "nonheap", new ProcessSample.Memory(30_000_000, 40_000_000, ProcessSample.UNKNOWN)),
                new Families()
                        .counter("process_cpu_seconds_total", "User and system CPU time.", 12.5)
                        .gauge("process_resident_memory_bytes", "Resident memory.", 200_000_000)
                        .gauge("process_open_fds", "Open file descriptors.", 120)
                        .gauge("process_max_fds", "Most file descriptors allowed.", 20_000)
                        .gauge("jvm_memory_used_bytes", "Memory used.", Series.by("area", Map.of("heap", 50_000_000)))
                        .build());
    }
}
