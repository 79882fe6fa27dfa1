package io.atalaya.kpiapi;

import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveException;
import io.atalaya.budget.Measurements;
import io.atalaya.event.Event;
import io.atalaya.kpi.Fact;
import io.atalaya.kpi.KpiEngine;
import io.atalaya.kpi.KpiFile;
import io.atalaya.kpi.KpiReport;
import io.atalaya.log.EventLog;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.LogException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reckons indicators on a thread of its own. Thread-safe: engine and store belong to that thread while it runs; others see
 * reports.
 *
 * <p>At its start it tells the engine everything archived again, once what the log held then has been archived; what the log
 * stores meanwhile waits in the feed. An event that comes both ways counts once.
 */
public final class KpiLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KpiLoop.class);
    private static final Duration TICK = Duration.ofSeconds(2);
    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final Duration SAVE = Duration.ofMinutes(1);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Where several gateways share a log, one may hear of an event after another has archived it. */
    private static final Duration OVERLAP = Duration.ofMinutes(5);

    private final KpiFile file;
    private final KpiFeed feed;
    private final Sources sources;
    private final Optional<KpiStore> store;
    private final InstantSource clock;
    private final Thread thread;
    private final Set<EventLog.Identity> told = new HashSet<>();
    private volatile KpiEngine engine;
    private volatile History history;
    private volatile boolean closing;
    private Instant saved;
    private Instant whole;
    private Instant looked = Instant.EPOCH;

    /**
     * What it reads.
     *
     * @param archive empty where nothing is archived: then nothing is known of the time before the start
     * @param look gathers what scrapers see
     */
    public record Sources(EventLog log, Optional<Archive> archive, Supplier<CompletionStage<Measurements>> look) {}

    /** How much of the past is known. */
    public enum History {
        /** All that is archived. */
        COMPLETE,
        /** It is being read. */
        REBUILDING,
        /** Nothing is archived, so nothing from before the start. */
        SINCE_START
    }

    /**
     * @param directory where periods are kept; empty when they are not
     * @throws UncheckedIOException when the directory cannot be used
     */
    public KpiLoop(KpiFile file, KpiFeed feed, Sources sources, Optional<Path> directory, InstantSource clock) {
        this.file = file;
        this.feed = feed;
        this.sources = sources;
        this.store = directory.map(path -> new KpiStore(path, file));
        this.clock = clock;
        this.engine = new KpiEngine(file);
        this.history = sources.archive().isPresent() ? History.REBUILDING : History.SINCE_START;
        this.saved = clock.instant();
        this.whole = saved;
        engine.tick(saved);
        this.thread = Thread.ofPlatform().daemon().name("atalaya-kpis").unstarted(this::run);
    }

    /** Begins; without indicators there is nothing to do. */
    public void start() {
        if (!file.kpis().isEmpty()) {
            thread.start();
        }
    }

    /** How the indicators stand. Callable by any thread. */
    public KpiReport report() {
        return engine.report();
    }

    /** How they stand for one tenant. Callable by any thread. */
    public KpiReport report(String tenant) {
        return engine.report(tenant);
    }

    /** How much of the past is in them. Callable by any thread. */
    public History history() {
        return history;
    }

    /** Events that did not fit into the feed. Callable by any thread. */
    public long lost() {
        return feed.lost();
    }

    private void run() {
        try {
            engine = rebuilt();
            whole = clock.instant();
            history = sources.archive().isPresent() ? History.COMPLETE : History.SINCE_START;
            while (!closing) {
                step();
                Thread.sleep(TICK);
            }
        } catch (InterruptedException _) {
            // asked to stop
        }
    }

    // ---- the past --------------------------------------------------------------------------------------------------

    private KpiEngine rebuilt() throws InterruptedException {
        List<KpiEngine.Kept> kept = store.map(KpiStore::load).orElse(List.of());
        long logged = sources.archive().isEmpty() ? 0 : logged();
        while (true) {
            var fresh = new KpiEngine(file);
            fresh.restore(kept);
            try {
                if (sources.archive().isEmpty()) {
                    return fresh;
                }
                if (sources.log().totals().confirmed() >= logged) {
                    tell(fresh, sources.archive().get());
                    return fresh;
                }
            } catch (ArchiveException | LogException unavailable) {
                LOG.atWarn()
                        .addKeyValue("reason", unavailable.toString())
                        .log("indicators: the archive cannot be read yet; trying again");
            }
            Thread.sleep(TICK);
        }
    }

    private long logged() throws InterruptedException {
        while (true) {
            try {
                return sources.log().totals().logged();
            } catch (LogException _) {
                Thread.sleep(TICK);
            }
        }
    }

    private void tell(KpiEngine fresh, Archive archive) {
        told.clear();
        long overlap = saved.minus(OVERLAP).toEpochMilli();
        var counted = new long[1];
        new ArchivedEvents(archive).tell(fresh.types(), fresh.neededFrom(clock.instant()), entry -> {
            if (entry.atMillis() >= overlap) {
                told.add(EventLog.Identity.of(entry.event()));
            }
            take(fresh, entry);
            counted[0]++;
        });
        fresh.tick(clock.instant());
        LOG.atInfo().addKeyValue("events", counted[0]).log("indicators: the past is reckoned");
    }

    // ---- the present -----------------------------------------------------------------------------------------------

    private void step() throws InterruptedException {
        KpiEngine present = engine;
        for (Entry entry = feed.next(); entry != null; entry = feed.next()) {
            if (!told.remove(EventLog.Identity.of(entry.event()))) {
                take(present, entry);
            }
        }
        Instant now = clock.instant();
        if (!told.isEmpty() && whole.plus(OVERLAP).isBefore(now)) {
            told.clear();
        }
        if (!looked.plus(LOOK).isAfter(now)) {
            looked = now;
            look(present, now);
        }
        present.tick(now);
        if (saved.plus(SAVE).isBefore(now)) {
            saved = now;
            save();
        }
    }

    private void look(KpiEngine present, Instant now) throws InterruptedException {
        if (!present.looks()) {
            return;
        }
        try {
            present.look(
                    sources.look().get().toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS), now);
        } catch (ExecutionException | TimeoutException failure) {
            LOG.atWarn().addKeyValue("reason", failure.toString()).log("indicators: nothing could be measured");
        }
    }

    private static void take(KpiEngine engine, Entry entry) {
        Event event = entry.event();
        byte[] open = event.body().open();
        byte[] closed = java.util.Arrays.copyOf(open, open.length + 1);
        closed[open.length] = '}';
        try {
            engine.take(new Fact(
                    event.tenant().value(),
                    event.type(),
                    JsonMapper.shared().readTree(closed),
                    event.timestamp(),
                    Instant.ofEpochMilli(entry.atMillis())));
        } catch (JacksonException impossible) {
            LOG.atError()
                    .addKeyValue("event", event.id())
                    .addKeyValue("body", new String(open, 0, Math.min(open.length, 1), StandardCharsets.UTF_8))
                    .log("indicators: a stored event is no JSON object");
        }
    }

    private void save() {
        store.ifPresent(kept -> {
            try {
                kept.save(engine.kept());
            } catch (UncheckedIOException failure) {
                LOG.atError().setCause(failure).log("indicators cannot be kept on disk; they go on in memory");
            }
        });
    }

    /** Stops and keeps what there is; calling it again does nothing. */
    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        if (!thread.isAlive()) {
            return;
        }
        thread.interrupt();
        try {
            thread.join(PATIENCE);
            if (!thread.isAlive() && history != History.REBUILDING) {
                look(engine, clock.instant()); // counters end with the process
                save();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
