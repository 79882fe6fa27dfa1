package io.atalaya.gateway;

import io.atalaya.breaker.Breaker;
import io.atalaya.management.DependencyStatus;
import io.atalaya.redis.DropTracker;
import io.atalaya.redis.MessagePump;
import io.atalaya.redis.RedisHealth;
import io.atalaya.redis.RedisRevocations;
import io.atalaya.redis.RedisSubscriber;
import io.atalaya.streams.RedisStreamLog;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tells the management plane how the gateway gets on with Redis, in its own terms. Thread-safe: immutable. */
record RedisStatus(
        RedisSubscriber subscriber,
        MessagePump pump,
        RedisRevocations revocations,
        Supplier<Optional<RedisStreamLog.Status>> sharedLog,
        RedisHealth health,
        int poolSize)
        implements DependencyStatus.Source {

    @Override
    public DependencyStatus status() {
        RedisSubscriber.Status status = subscriber.status();
        Optional<RedisStreamLog.Status> log = sharedLog.get();
        return new DependencyStatus.Observed(
                status.connected(),
                status.since(),
                status.reconnects(),
                status.lastError(),
                breakers(status.breaker(), log),
                queue(pump.ledger()),
                drops(pump.dropRate()),
                poolSize,
                log.map(of -> new DependencyStatus.SharedLog(of.connected(), of.heard(), of.missed(), of.outages())));
    }

    @Override
    public CompletionStage<List<DependencyStatus.Probe>> probes() {
        return probe("redis_async", "async")
                .thenCombine(probe("redis_sync", "sync"), (first, second) -> List.of(first, second));
    }

    private CompletionStage<DependencyStatus.Probe> probe(String component, String type) {
        return health.probe(component, type)
                .thenApply(answer -> new DependencyStatus.Probe(
                        component,
                        type,
                        answer.status().equals(RedisHealth.Dependency.HEALTHY),
                        answer.latencyMs(),
                        poolSize,
                        answer.error().orElse("")));
    }

    private List<DependencyStatus.Breaker> breakers(
            Breaker.Snapshot ofSubscriber, Optional<RedisStreamLog.Status> log) {
        var always = Stream.of(ofSubscriber, revocations.breaker());
        return Stream.concat(always, log.map(RedisStreamLog.Status::breaker).stream())
                .map(RedisStatus::breaker)
                .toList();
    }

    private static DependencyStatus.Breaker breaker(Breaker.Snapshot breaker) {
        return new DependencyStatus.Breaker(
                breaker.name(),
                state(breaker.state()),
                breaker.failureCount(),
                breaker.failureThreshold(),
                breaker.recoveryTimeout(),
                breaker.successfulCalls(),
                breaker.failedCalls(),
                breaker.rejectedCalls(),
                breaker.stateChanges(),
                breaker.sinceLastFailure());
    }

    private static DependencyStatus.Breaker.State state(Breaker.State state) {
        return switch (state) {
            case CLOSED -> DependencyStatus.Breaker.State.CLOSED;
            case OPEN -> DependencyStatus.Breaker.State.OPEN;
            case HALF_OPEN -> DependencyStatus.Breaker.State.HALF_OPEN;
        };
    }

    private static DependencyStatus.Queue queue(MessagePump.Ledger ledger) {
        Map<String, Long> dropped = ledger.dropped().entrySet().stream()
                .collect(
                        Collectors.toMap(entry -> entry.getKey().name().toLowerCase(Locale.ROOT), Map.Entry::getValue));
        return new DependencyStatus.Queue(ledger.received(), ledger.delivered(), dropped, ledger.queued());
    }

    private static DependencyStatus.Drops drops(DropTracker.Snapshot drops) {
        return new DependencyStatus.Drops(
                drops.totalProcessed(),
                drops.totalDropped(),
                drops.windowProcessed(),
                drops.windowDropped(),
                drops.windowDropRatePercent(),
                drops.alertThresholdPercent(),
                drops.alertCount(),
                drops.windowSeconds());
    }
}
