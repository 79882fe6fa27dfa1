package io.atalaya.management;

import io.atalaya.ack.AckReport;
import io.atalaya.ack.AckStore;
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
import io.atalaya.metrics.Families.Timing;
import io.atalaya.metrics.Histogram;
import io.atalaya.metrics.ProcessSample;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.Wire;
import io.atalaya.recovery.RecoveryTotals;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Samples with numbers that can be recognised: no two of them are the same where it matters. */
final class Samples {
    private static final Instant NOW = Instant.parse("2030-06-01T12:00:00.500Z");

    private Samples() {}

    /** A gateway in full swing, without Redis. */
    static Sample busy() {
        return with(Phase.SERVING, true, new DependencyStatus.Disabled());
    }

    /** The same, with a Redis whose subscription is up or not. */
    static Sample withRedis(boolean subscribed) {
        return with(Phase.SERVING, true, redis(subscribed));
    }

    /** The same gateway before anything has happened: the known types are at zero. */
    static Sample fresh() {
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
                new IntakeBook(0, 0, 0, 0, none, none, Map.of(), 0, Map.of(), types, Map.of(), 0),
                new EventLog.Totals(0, 0, 0, 0),
                true,
                new Router.Totals(0, 0, 0, 0, 0, 0),
                new RecoveryTotals(0, 0, 0, 0, 0, 0, Map.of()),
                AckReport.EMPTY,
                busy.answers(),
                new DependencyStatus.Disabled(),
                Optional.empty(),
                busy.process(),
                0);
    }

    static Sample with(Phase phase, boolean logOpen, DependencyStatus redis) {
        return new Sample(
                NOW,
                new Identity("ws-gateway", "1.2.3", "test", "restaurant"),
                phase,
                shards(),
                HubConfig.defaults(),
                new Population(Map.of("waiter", 20, "kitchen", 5, "admin", 2, "diner", 15), 37, 3, 4, 6),
                intake(),
                new EventLog.Totals(5000, 4900, 4000, 1_000_000),
                logOpen,
                new Router.Totals(5678, 78, 1, 7, 11, 2),
                new RecoveryTotals(9, 5, 1, 2, 700, 1, Map.of(Slice.Reason.RETENTION, 1L)),
                new AckReport(new AckStore.Totals(9, 6, 1, 2), 1, 1, 3, 0, 0, histogram(2_000_000, 6)),
                Map.of("public", Map.of(200, 90L, 202, 800L, 401, 4L), "management", Map.of(200, 12L)),
                redis,
                Optional.empty(),
                process(),
                13);
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
                histogram(3_000_000, 9_900),
                histogram(36_600_000, 1_235),
                histogram(20_000_000, 17),
                new ShardSnapshot.Silence(42.5, 0.25, 420));
    }

    private static Histogram.Snapshot histogram(long nanos, long count) {
        var histogram = new Histogram();
        histogram.record(nanos, count);
        return histogram.snapshot();
    }

    private static IntakeBook intake() {
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
                0);
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
                200_000_000,
                120,
                20_000,
                NOW.minusSeconds(3600),
                3600,
                Map.of(
                        "heap", new ProcessSample.Memory(50_000_000, 60_000_000, 100_000_000),
                        "nonheap", new ProcessSample.Memory(30_000_000, 40_000_000, ProcessSample.UNKNOWN)),
                Map.of("ZGC Minor Cycles", new Timing(3, 0.5)),
                25,
                20);
    }
}
