package io.atalaya.live;

import io.atalaya.hub.ShardSnapshot.Crowd;
import io.atalaya.hub.ShardSnapshot.Pulse;
import io.atalaya.live.LiveHistory.Series;
import io.atalaya.management.BooksPages;
import io.atalaya.metrics.Histogram;
import io.atalaya.metrics.ProcessProbe;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the counters once a second, remembers them, and tells whoever watches. Thread-safe for readers; what it
 * compares with belongs to the thread that ticks. Whatever is sent is computed and encoded once, however many watch, also
 * while nobody does: who comes then costs a write a second and no more, and is told everything at once.
 */
public final class LiveFeed {
    private static final Logger LOG = LoggerFactory.getLogger(LiveFeed.class);
    private static final long PATIENCE_MILLIS = 800;
    private static final int LATENCY_WINDOW = 10;
    private static final int TICKS_A_BOOK = 5;
    private static final int TICKS_A_SLO = 10;
    private static final int MOST_VIEWERS = 32;

    private final LiveSources sources;
    private final LiveSources.Bounds bounds;
    private final ProcessProbe process;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final LiveHistory history = new LiveHistory();
    private final Viewers viewers = new Viewers(MOST_VIEWERS);
    /** The latest of each event, for those who have just come. */
    private final Map<String, byte[]> latest = new ConcurrentHashMap<>();

    private final LongAdder skipped = new LongAdder();

    private final ArrayDeque<Histogram.Snapshot> latencies = new ArrayDeque<>();
    private @Nullable Moment before;
    private @Nullable Crowds crowdsBefore;
    private ProcessProbe.@Nullable Brief processBefore;
    private Crowds tenantsBefore = Crowds.NONE;
    private long ticks;

    public LiveFeed(
            LiveSources sources,
            LiveSources.Bounds bounds,
            ProcessProbe process,
            InstantSource clock,
            LongSupplier nanoClock) {
        this.sources = sources;
        this.bounds = bounds;
        this.process = process;
        this.clock = clock;
        this.nanoClock = nanoClock;
    }

    Viewers viewers() {
        return viewers;
    }

    LiveHistory history() {
        return history;
    }

    /** What is sent to someone who has just come; nothing in the first second of the process. */
    List<byte[]> welcome() {
        return List.copyOf(latest.values());
    }

    /** Looks once. Called once a second by one thread; may block for less than that. */
    void tick() {
        viewers.sweep();
        Moment now;
        try {
            now = moment();
        } catch (CompletionException | IllegalStateException failure) {
            skipped.increment();
            LOG.atDebug().setCause(failure).log("nothing could be gathered for this second");
            return;
        }
        Moment last = before;
        before = now;
        latencies.addLast(now.pulse().latency());
        if (latencies.size() > LATENCY_WINDOW + 1) {
            latencies.removeFirst();
        }
        if (last != null) {
            var change = new Change(last, now);
            history.add(Math.round(now.millis() / 1e3), row(change));
            tell(change);
        }
    }

    private Moment moment() {
        CompletableFuture<Pulse> pulse = sources.hub().pulse().orTimeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        return new Moment(
                clock.millis(),
                nanoClock.getAsLong(),
                pulse.join(),
                sources.intake().get(),
                sources.log().get(),
                sources.hub().router().totals(),
                Math.max(0, bounds.maxUncommitted() - sources.room().getAsInt()));
    }

    private static Map<Series, Double> row(Change change) {
        Quantiles latency = change.latency();
        Moment now = change.now();
        var row = new EnumMap<Series, Double>(Series.class);
        row.put(Series.CONNECTIONS, (double) now.pulse().sessions());
        row.put(Series.EVENTS_IN, change.rate(moment -> moment.intake().received()));
        row.put(Series.EVENTS_ACCEPTED, change.rate(Moment::accepted));
        row.put(
                Series.MATCHED,
                change.rate(moment -> moment.pulse().book().matched().total()));
        row.put(Series.DELIVERIES, change.rate(moment -> moment.pulse().book().sent()));
        row.put(Series.DROPPED, change.rate(Moment::dropped));
        row.put(Series.P50, latency.p50());
        row.put(Series.P95, latency.p95());
        row.put(Series.P99, latency.p99());
        row.put(Series.UNCOMMITTED, (double) now.uncommitted());
        row.put(Series.BACKLOG, (double) now.log().backlog());
        row.put(Series.ON_THEIR_WAY, (double) now.router().onTheirWay());
        return row;
    }

    private void tell(Change change) {
        if (ticks % TICKS_A_BOOK == 0) {
            tellBooks();
        }
        if (ticks % TICKS_A_SLO == 0) {
            send("slo", LiveJson.slo(sources.slo().get()));
        }
        Crowds crowds = crowds();
        if (ticks % TICKS_A_BOOK == 0) {
            send("tenants", LiveJson.tenants(change.now().millis(), crowds, tenantsBefore));
            tenantsBefore = crowds;
        }
        ticks++;
        ProcessProbe.Brief brief = process.brief();
        var page = LiveJson.tick(change, Quantiles.between(latencies.getFirst(), latencies.getLast()), sources, bounds);
        page.put("process", LiveJson.process(brief, processBefore));
        page.put("endpoints", LiveJson.endpoints(crowds, crowdsBefore));
        page.put("viewers", viewers.size());
        page.put("skipped", skipped.sum());
        crowdsBefore = crowds;
        processBefore = brief;
        send("tick", page);
    }

    private Crowds crowds() {
        try {
            List<Crowd> crowds = sources.hub()
                    .crowds()
                    .orTimeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                    .join();
            return Crowds.of(nanoClock.getAsLong(), crowds);
        } catch (CompletionException _) {
            skipped.increment();
            return Crowds.NONE;
        }
    }

    /** Every loop is asked for them, so they come on their own, when they have been gathered. */
    private void tellBooks() {
        sources.books().get().whenComplete((books, failure) -> {
            if (failure == null) {
                send("books", BooksPages.page(books));
            } else {
                skipped.increment();
            }
        });
    }

    private void send(String name, Map<String, Object> page) {
        byte[] event = Viewers.event(name, LiveJson.bytes(page));
        latest.put(name, event);
        viewers.broadcast(event);
    }
}
