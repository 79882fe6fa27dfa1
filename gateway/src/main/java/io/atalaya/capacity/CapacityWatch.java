package io.atalaya.capacity;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every ten seconds at what is in use and how full the stores are, on a thread of its own, and reads what was
 * proved when the file has changed. Thread-safe: meters and trends belong to that thread; others see reports, which it
 * publishes.
 */
public final class CapacityWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CapacityWatch.class);
    private static final Duration STEP = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration KEEP_STEP = Duration.ofMinutes(10);
    private static final Duration OUTSIDE_STEP = Duration.ofMinutes(1);

    private final CapacityFile file;
    private final GrowthFile growth;
    private final Sources sources;
    private final InstantSource clock;
    private final Machine machine;
    private final LoadMeter meter = new LoadMeter();
    private final Map<String, GrowthTrend> trends;
    private final Thread thread;
    private Instant keptAt;
    private Instant askedAt = Instant.MIN;
    private Optional<StoreSize> outside = Optional.empty();
    private volatile CapacityReport report;
    private volatile boolean closing;

    /**
     * What is looked at. Immutable; callable by any thread.
     *
     * @param load asked at each look
     * @param stores likewise; may read a disk
     * @param outside a store on another server, asked once a minute; may take its time, and is empty while nobody knows
     */
    public record Sources(
            Supplier<CompletionStage<Load>> load,
            Supplier<List<StoreSize>> stores,
            Supplier<Optional<StoreSize>> outside) {}

    /** @param machine that this process runs on */
    public CapacityWatch(Path dataDir, Sources sources, Machine machine, InstantSource clock) {
        this.file = CapacityFile.in(dataDir);
        this.growth = GrowthFile.in(dataDir);
        this.sources = sources;
        this.machine = machine;
        this.clock = clock;
        Instant now = clock.instant();
        this.trends = growth.read(now);
        this.keptAt = now;
        this.report = CapacityReport.none(now);
        this.thread = Thread.ofPlatform().daemon().name("atalaya-capacity").unstarted(this::run);
    }

    /** Begins to look. */
    public void start() {
        thread.start();
    }

    /** The last look. Callable by any thread. */
    public CapacityReport report() {
        return report;
    }

    private void run() {
        try {
            while (!closing) {
                look();
                Thread.sleep(STEP);
            }
        } catch (InterruptedException _) {
            // asked to stop
        }
    }

    /** One look; by the thread of the watch, or by a test in its place. */
    void look() throws InterruptedException {
        Instant now = clock.instant();
        Map<Resource, Double> use = load().map(load -> meter.onLook(now, load)).orElse(Map.of());
        var storage = new ArrayList<StorageForecast>();
        for (StoreSize size : sources.stores().get()) {
            storage.add(forecast(now, size));
        }
        if (Duration.between(askedAt, now).compareTo(OUTSIDE_STEP) >= 0) {
            askedAt = now;
            outside = sources.outside().get();
        }
        outside.ifPresent(size -> storage.add(forecast(now, size)));
        report = switch (file.read()) {
            case CapacityFile.Outcome.Found found ->
                new CapacityReport(
                        now,
                        Optional.of(found.proved()),
                        machine.isLike(found.proved().machine()),
                        "",
                        use,
                        storage);
            case CapacityFile.Outcome.Missing _ -> new CapacityReport(now, Optional.empty(), false, "", use, storage);
            case CapacityFile.Outcome.Unreadable unreadable -> {
                if (!unreadable.problem().equals(report.problem())) {
                    LOG.atWarn().addKeyValue("problem", unreadable.problem()).log("what was proved cannot be read");
                }
                yield new CapacityReport(now, Optional.empty(), false, unreadable.problem(), use, storage);
            }
        };
        if (Duration.between(keptAt, now).compareTo(KEEP_STEP) >= 0) {
            keep(now);
        }
    }

    private StorageForecast forecast(Instant now, StoreSize size) {
        var parts = new ArrayList<StorageForecast.Part>();
        for (StoreSize.Part part : size.parts()) {
            String name = "%s/%s/%s".formatted(size.store(), part.kind(), part.name());
            parts.add(new StorageForecast.Part(part, grown(name, now, part.bytes())));
        }
        OptionalDouble growth = grown(size.store(), now, size.usedBytes());
        return new StorageForecast(size.store(), size.usedBytes(), size.limitBytes(), growth, parts);
    }

    private OptionalDouble grown(String name, Instant now, long bytes) {
        GrowthTrend trend = trends.computeIfAbsent(name, _ -> new GrowthTrend());
        trend.onSize(now, bytes);
        return trend.bytesPerDay();
    }

    private Optional<Load> load() throws InterruptedException {
        try {
            return Optional.of(
                    sources.load().get().toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException failure) {
            LOG.atWarn().addKeyValue("reason", failure.toString()).log("capacity: nothing could be measured");
            return Optional.empty();
        }
    }

    private void keep(Instant now) {
        keptAt = now;
        try {
            growth.write(trends);
        } catch (IOException failure) {
            LOG.atWarn().setCause(failure).log("how stores grow cannot be kept on disk");
        }
    }

    /** Stops looking and keeps how stores grow; calling it again does nothing. */
    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        thread.interrupt();
        try {
            if (thread.isAlive()) {
                thread.join(PATIENCE);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        if (!thread.isAlive()) {
            keep(clock.instant());
        }
    }
}
