package io.atalaya.sloapi;

import io.atalaya.budget.BudgetStore;
import io.atalaya.budget.Measurements;
import io.atalaya.budget.SloEngine;
import io.atalaya.budget.SloReport;
import io.atalaya.budget.TickRecord;
import io.atalaya.slo.SloFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ticks the engine of budgets on a thread of its own, every ten seconds of the clock. Thread-safe: engine and store belong
 * to that thread while it runs; others see reports.
 */
public final class BudgetLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BudgetLoop.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration LATE = Duration.ofSeconds(2);
    private static final Duration EARLY = Duration.ofMillis(100);

    private final SloEngine engine;
    private final Optional<BudgetStore> store;
    private final Supplier<CompletionStage<Measurements>> look;
    private final InstantSource clock;
    private final Thread thread;
    private volatile boolean closing;

    /**
     * @param directory where budgets are kept; empty when they are not
     * @param look gathers what scrapers see
     * @throws UncheckedIOException when the directory cannot be used
     */
    public BudgetLoop(
            SloFile file, Optional<Path> directory, Supplier<CompletionStage<Measurements>> look, InstantSource clock) {
        Instant now = clock.instant();
        this.engine = new SloEngine(file, now);
        this.store = directory.map(path -> new BudgetStore(path, engine, now));
        this.look = look;
        this.clock = clock;
        this.thread = Thread.ofPlatform().daemon().name("atalaya-budgets").unstarted(this::run);
    }

    /** Begins to tick. */
    public void start() {
        thread.start();
    }

    /** How the objectives stood at the last tick. Callable by any thread. */
    public SloReport report() {
        return engine.report();
    }

    private void run() {
        long step = SloEngine.TICK.toMillis();
        try {
            while (!closing) {
                Thread.sleep(step - Math.floorMod(clock.millis(), step));
                tick();
            }
        } catch (InterruptedException _) {
            // asked to stop
        }
    }

    private void tick() throws InterruptedException {
        TickRecord record = looked();
        store.ifPresent(kept -> {
            try {
                kept.append(record);
            } catch (UncheckedIOException failure) {
                LOG.atError().setCause(failure).log("budgets cannot be kept on disk; they go on in memory");
            }
        });
    }

    private TickRecord looked() throws InterruptedException {
        try {
            Measurements now = look.get().toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return engine.tick(onGrid(clock.instant()), now);
        } catch (ExecutionException | TimeoutException failure) {
            LOG.atWarn().addKeyValue("reason", failure.toString()).log("budgets: nothing could be measured");
            return engine.miss(onGrid(clock.instant()));
        }
    }

    /**
     * A look that is a little off the grid belongs to it: stamped a moment later, each window that begins on the grid would
     * hold one look more than it should.
     */
    static Instant onGrid(Instant now) {
        long step = SloEngine.TICK.toMillis();
        long off = Math.floorMod(now.toEpochMilli(), step);
        if (off <= LATE.toMillis()) {
            return Instant.ofEpochMilli(now.toEpochMilli() - off);
        }
        return off >= step - EARLY.toMillis() ? Instant.ofEpochMilli(now.toEpochMilli() - off + step) : now;
    }

    /** Stops ticking and keeps that the stop was asked for; calling it again does nothing. */
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
        store.ifPresent(kept -> {
            kept.markPlannedStop();
            kept.close();
        });
    }
}
