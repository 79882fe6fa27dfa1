package io.atalaya.gateway;

import io.atalaya.archive.Archive;
import io.atalaya.breaker.Breaker;
import io.atalaya.collector.CollectorRoutes;
import io.atalaya.config.GatewayConfig;
import io.atalaya.http.Route;
import io.atalaya.http.Route.Handler;
import io.atalaya.management.HealthPages;
import io.atalaya.management.HealthPages.Stores;
import io.atalaya.management.HealthPages.Stores.Condition;
import io.atalaya.management.ManagementRoutes;
import io.atalaya.query.Buffers;
import io.atalaya.query.CatchUpRoutes;
import io.atalaya.query.DeadLettersApi;
import io.atalaya.query.EventsRoute;
import io.atalaya.query.ExplainPage;
import io.atalaya.query.MissedEvents;
import io.atalaya.query.QueryConfig;
import io.atalaya.query.QueryKeys;
import io.atalaya.query.Reads;
import io.atalaya.query.StorePages;
import io.atalaya.query.StoredEvents;
import io.atalaya.reach.DeliveriesPage;
import io.atalaya.reach.Reach;
import io.atalaya.routing.EventRoutes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Everything that reads log and archive back over HTTP. Thread-safe: made of thread-safe parts. */
final class ReadBack {
    /** Health has places of its own, so that it answers while readers of events are many. */
    private static final QueryConfig HEALTH = new QueryConfig(4, Duration.ofSeconds(3), 1, Duration.ofSeconds(1));

    /** So do operators who repair something, which may take its time. */
    private static final QueryConfig REPAIRS = new QueryConfig(2, Duration.ofSeconds(60), 1, Duration.ofSeconds(1));

    private final Core core;
    private final Executor worker;
    private final Reads reads;
    private final MissedEvents log;
    private final Buffers buffers;
    private final StorePages stores;
    private final StoredEvents events;
    private final DeliveriesPage deliveries;
    private final AtomicBoolean ticking = new AtomicBoolean();

    ReadBack(Core core, Executor worker) {
        GatewayConfig config = core.config();
        this.core = core;
        this.worker = worker;
        this.reads = new Reads(config.query(), worker);
        this.log = new MissedEvents(core.log());
        this.events = new StoredEvents(log, archive());
        var reach = new Reach(
                new EventRoutes(config.profile()), core.hub(), core.recovery().desk(), core.clock());
        this.deliveries = new DeliveriesPage(events, reach, reads);
        boolean archived = config.log().archived();
        this.buffers = new Buffers(
                new Buffers.Sources(core.intake()::book, core.log()::totals, core.intake()::room),
                new Buffers.Bounds(
                        config.intake().maxUncommitted(),
                        archived ? config.log().maxEvents() : 0,
                        archived ? config.log().maxBytes() : 0),
                core.nanoClock());
        this.stores = new StorePages(
                new StorePages.Parts(buffers, archive(), this::breaker, new Reads(HEALTH, worker)),
                core.clock(),
                core.nanoClock());
    }

    /** How the archive's breaker is, in the terms of the health pages. */
    private Optional<StorePages.Breaker> breaker() {
        return core.archiving().map(parts -> {
            Breaker.Snapshot now = parts.writer().status().breaker();
            return new StorePages.Breaker(
                    now.state().name(),
                    now.failureCount(),
                    now.successfulCalls(),
                    now.sinceLastFailure().map(core.clock().instant()::minus));
        });
    }

    /** What operators do with dead letters. */
    List<ManagementRoutes.Page> deadLetterPages() {
        return core.archiving().stream()
                .flatMap(parts -> new DeadLettersApi(
                                parts.archive().deadLetters(), parts.ledger(), new Reads(REPAIRS, worker))
                        .routes().stream())
                .map(route -> new ManagementRoutes.Page(route.method(), route.path(), route.handler()))
                .toList();
    }

    private @Nullable Archive archive() {
        return core.archive().orElse(null);
    }

    /** To be called once a second, on any thread; the work is done elsewhere. */
    void tick() {
        if (ticking.compareAndSet(false, true)) {
            worker.execute(() -> {
                try {
                    buffers.tick();
                } finally {
                    ticking.set(false);
                }
            });
        }
    }

    /** What clients and readers get. */
    List<Route> publicRoutes(StatusPages status) {
        GatewayConfig config = core.config();
        var routes = new ArrayList<Route>();
        core.archive()
                .ifPresent(archive ->
                        routes.add(new EventsRoute(config.intake(), archive, config.profile(), reads).route()));
        routes.add(deliveries.route(new QueryKeys(config.intake())));
        var clients = new CatchUpRoutes.Clients(
                core.authentication().byScheme(), core.assignments(), config.edge(), core.clock());
        routes.addAll(new CatchUpRoutes(config.query(), config.profile(), clients, log, reads).routes());
        config.profile().http().collector().ifPresent(rules -> {
            Optional<CollectorRoutes.Stored> stored = core.archiving()
                    .map(archiving -> new CollectorRoutes.Stored(archiving.archive(), archiving.ledger()));
            var parts = new CollectorRoutes.Core(config.intake(), core.intake(), stored, reads, core.clock(), worker);
            routes.addAll(new CollectorRoutes(
                            config.collector(), rules, parts, status.collectorPages(pages(status.health()), stores))
                    .routes());
        });
        return routes;
    }

    /** What operators get, by path. */
    Map<String, Handler> operatorPages(HealthPages health) {
        var pages = new HashMap<>(pages(health));
        var explain = new ExplainPage(core.config().profile(), core.hub(), core.assignments(), events, reads);
        pages.put("/api/v1/explain", explain::onExplain);
        pages.put(DeliveriesPage.PATH, deliveries::onOperator);
        return pages;
    }

    /** Health documents by path. */
    private Map<String, Handler> pages(HealthPages health) {
        return Map.of(
                "/health/buffer", stores::onBuffer,
                "/health/business", stores::onBusiness,
                "/health/database", stores::onDatabase,
                "/health/detailed", health.whole(this::stores, core.nanoClock()));
    }

    private CompletionStage<Stores> stores() {
        return stores.all().thenApply(found -> {
            Condition condition = switch (found.status()) {
                case HEALTHY -> Condition.HEALTHY;
                case WARNING -> Condition.WARNING;
                case CRITICAL -> Condition.CRITICAL;
            };
            return new Stores(condition, found.members());
        });
    }
}
