package io.atalaya.gateway;

import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveException;
import io.atalaya.capacity.CapacityMetrics;
import io.atalaya.capacity.CapacityPages;
import io.atalaya.capacity.CapacityWatch;
import io.atalaya.capacity.Load;
import io.atalaya.capacity.Machine;
import io.atalaya.capacity.StoreSize;
import io.atalaya.collector.CollectorRoutes;
import io.atalaya.config.GatewayConfig;
import io.atalaya.console.Console;
import io.atalaya.edge.PublicStatusRoutes;
import io.atalaya.exposition.Outlets;
import io.atalaya.exposition.Vocabulary;
import io.atalaya.http.Response;
import io.atalaya.http.Route;
import io.atalaya.http.Routes;
import io.atalaya.live.LiveFeed;
import io.atalaya.live.LiveSources;
import io.atalaya.logging.LogQueue;
import io.atalaya.management.AssignmentsApi;
import io.atalaya.management.BooksPages;
import io.atalaya.management.GatewayView;
import io.atalaya.management.HealthPages;
import io.atalaya.management.ManagementRoutes;
import io.atalaya.management.MetricsPages;
import io.atalaya.management.Sample;
import io.atalaya.management.Sample.Identity;
import io.atalaya.management.Sample.Phase;
import io.atalaya.management.SessionsApi;
import io.atalaya.metrics.Families;
import io.atalaya.metrics.ProcessProbe;
import io.atalaya.operator.Logins;
import io.atalaya.operator.OperatorGate;
import io.atalaya.operator.OperatorToken;
import io.atalaya.operator.PortGuard;
import io.atalaya.postgres.PostgresConfig;
import io.atalaya.proof.Proof;
import io.atalaya.query.StorePages;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/** What both ports show of the gateway to operators and to the public. Thread-safe: immutable, made of such parts. */
final class StatusPages {
    private final GatewayView view;
    private final Proof proof;
    private final CapacityWatch capacity;
    private final MetricsPages metrics;
    private final Outlets outlets;
    private final HealthPages health;
    private final OperatorGate gate;
    private final Console console;
    private final ManagementRoutes management;
    private final PortGuard guard;

    StatusPages(Core core, ReadBack readBack, Map<String, String> documents, Executor worker) {
        var config = core.config();
        var sources = new GatewayView.Sources(
                config.profile(),
                core.hub(),
                config.hub(),
                core.log(),
                core.intake()::book,
                core.recovery()::totals,
                core.recovery()::acknowledgements,
                core.redisStatus(),
                () -> core.archiving().map(parts -> parts.writer().status()),
                new ProcessProbe(Path.of("/proc/self")),
                () -> new Sample.LogLines(LogQueue.droppedByAll(), LogQueue.suppressedByAll()),
                core.stopwatches()::times,
                readBack::ingest);
        this.view = new GatewayView(sources, identity(config), core.clock(), worker);
        this.proof = new Proof(
                core.provision(),
                new Proof.Sources(
                        core.log(),
                        core.archive(),
                        () -> view.sample().thenApply(Vocabulary.ATALAYA::of),
                        core.clock(),
                        core.nanoClock(),
                        worker));
        this.capacity = new CapacityWatch(
                config.dataDir(),
                new CapacityWatch.Sources(
                        () -> view.sample().thenApply(StatusPages::load), () -> stores(core), () -> database(core)),
                Machine.here(),
                core.clock());
        MetricsPages.Views views =
                Vocabulary.views(() -> Families.together(proof.families(), CapacityMetrics.of(capacity.report())));
        this.metrics = new MetricsPages(view::sample, views);
        this.outlets = new Outlets(config.exposition(), config.dataDir(), view::sample, views.canonical());
        this.health = new HealthPages(view::sample, view::probes);
        var token = new OperatorToken(config.management().token());
        this.gate = new OperatorGate(token, config.management().names(), new Logins(core.clock(), new SecureRandom()));
        this.guard = new PortGuard(config.management().names(), token);
        this.console = console(core, readBack, worker);
        this.management = new ManagementRoutes(
                config.management(),
                gate,
                new ManagementRoutes.Pages(
                        metrics,
                        health,
                        new BooksPages(
                                view::books, () -> core.intake().quarantine().entries()),
                        new SessionsApi(core.hub(), core.revocations(), core.authentication()::standing, core.clock()),
                        new AssignmentsApi(core.assignmentRegister(), core.assignments()::forget, worker),
                        config.document(),
                        operatorPages(readBack, documents),
                        operatorChanges(readBack)));
    }

    private Console console(Core core, ReadBack readBack, Executor worker) {
        var config = core.config();
        var sources = new LiveSources(
                core.hub(),
                core.intake()::book,
                core.intake()::room,
                core.log()::totals,
                () -> core.archiving().map(parts -> parts.writer().status()),
                () -> core.redisStatus().status(),
                core.recovery()::totals,
                core.recovery()::acknowledgements,
                view::phase,
                proof::budgets,
                view::books);
        var bounds = new LiveSources.Bounds(
                config.hub().maxConnections(),
                config.intake().maxUncommitted(),
                config.log().archived() ? config.log().maxEvents() : 0,
                config.hub().deliveryWindow());
        var feed =
                new LiveFeed(sources, bounds, new ProcessProbe(Path.of("/proc/self")), core.clock(), core.nanoClock());
        var parts = new Console.Parts(
                config.profile(),
                core.hub(),
                core.intake(),
                core.tap(),
                readBack.log(),
                readBack.archive(),
                core.recovery().desk(),
                feed,
                config.intake().maxEventBytes());
        Instant startedAt = core.clock().instant();
        return new Console(
                parts,
                new Console.Service(
                        gate,
                        readBack.looks(),
                        worker,
                        core.clock(),
                        core.nanoClock(),
                        () -> about(config.edge().port(), startedAt)));
    }

    /** @param publicPort as configured; 0 when a free one was taken */
    private Map<String, Object> about(int publicPort, Instant startedAt) {
        Identity identity = view.identity();
        var about = new LinkedHashMap<String, Object>();
        about.put("profile", identity.profile());
        about.put("version", identity.version());
        about.put("environment", identity.environment());
        about.put("started_at", startedAt.toString());
        about.put("public_port", publicPort == 0 ? null : publicPort);
        return about;
    }

    private static Load load(Sample sample) {
        return new Load(
                sample.sessions(),
                sample.hub().book().sent(),
                sample.intake().logged() + sample.intake().ephemeral());
    }

    /** The log against its own bound, and everything on disk against the disk. */
    private static List<StoreSize> stores(Core core) {
        var log = new StoreSize(
                "log", core.log().totals().retainedBytes(), core.config().log().maxBytes());
        return Stream.concat(
                        Stream.of(log),
                        StoreSize.ofDirectory("disk", core.config().dataDir()).stream())
                .toList();
    }

    /** The database of the archive, where it is on a server of its own and answers. */
    private static Optional<StoreSize> database(Core core) {
        try {
            return core.archive().flatMap(Archive::size).map(size -> {
                List<StoreSize.Part> parts = size.relations().stream()
                        .map(one -> new StoreSize.Part(one.name(), one.index() ? "index" : "table", one.bytes()))
                        .toList();
                OptionalLong most =
                        core.config().database().map(PostgresConfig::maxBytes).orElse(OptionalLong.empty());
                return new StoreSize("database", size.bytes(), most, parts);
            });
        } catch (ArchiveException _) {
            // its breaker and its own metrics tell that it is away
            return Optional.empty();
        }
    }

    /** What the console runs on; not yet started. */
    Console console() {
        return console;
    }

    private Map<String, Route.Handler> operatorPages(ReadBack readBack, Map<String, String> documents) {
        var pages = new HashMap<>(readBack.operatorPages(health));
        pages.putAll(proof.pages());
        pages.putAll(console.pages());
        documents.forEach((path, document) -> pages.put(path, fixed(document)));
        pages.putAll(new CapacityPages(capacity::report).pages());
        return pages;
    }

    private static Route.Handler fixed(String document) {
        byte[] body = document.getBytes(StandardCharsets.UTF_8);
        return (_, responder) -> responder.respond(Response.json(200, body).with("cache-control", "no-store"));
    }

    private List<ManagementRoutes.Page> operatorChanges(ReadBack readBack) {
        var changes = new ArrayList<>(readBack.deadLetterPages());
        proof.changes()
                .forEach(change ->
                        changes.add(new ManagementRoutes.Page(change.method(), change.path(), change.handler())));
        changes.addAll(console.changes());
        return changes;
    }

    /** Where metrics go by themselves; not yet started. */
    Outlets outlets() {
        return outlets;
    }

    /** What keeps account of the service; not yet started. */
    Proof proof() {
        return proof;
    }

    /** What compares use with what was proved; not yet started. */
    CapacityWatch capacity() {
        return capacity;
    }

    private static Identity identity(GatewayConfig config) {
        return new Identity(
                "atalaya",
                Version.current(),
                config.exposition().environment(),
                config.profile().name());
    }

    HealthPages health() {
        return health;
    }

    /** What the dialect of a collector shows of the gateway. */
    CollectorRoutes.Pages collectorPages(Map<String, Route.Handler> documents, StorePages stores) {
        return new CollectorRoutes.Pages(
                metrics::onPrometheus,
                stores::onMetrics,
                documents,
                () -> view.phase() == Phase.SERVING,
                this::localOrOperators,
                OperatorGate::isLocal);
    }

    GatewayView view() {
        return view;
    }

    Routes managementRoutes() {
        return guard.guard(Stream.concat(management.routes().stream(), console.openRoutes().stream())
                .toList());
    }

    private Route.Gate localOrOperators(Route.Handler handler) {
        return gate.localOrOperators(ManagementRoutes.answering(handler));
    }

    List<Route> publicRoutes() {
        var pages = new PublicStatusRoutes.Pages(health::onBasic, health::onDetailed, metrics::onPublicMetrics);
        return new PublicStatusRoutes(pages, this::localOrOperators).routes();
    }
}
