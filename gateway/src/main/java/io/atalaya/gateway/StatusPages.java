package io.atalaya.gateway;

import io.atalaya.collector.CollectorRoutes;
import io.atalaya.edge.PublicStatusRoutes;
import io.atalaya.http.Route;
import io.atalaya.logging.LogQueue;
import io.atalaya.management.AssignmentsApi;
import io.atalaya.management.BooksPages;
import io.atalaya.management.GatewayView;
import io.atalaya.management.HealthPages;
import io.atalaya.management.ManagementRoutes;
import io.atalaya.management.MetricsPages;
import io.atalaya.management.MetricsPages.Vocabulary;
import io.atalaya.management.OperatorGate;
import io.atalaya.management.Sample.Identity;
import io.atalaya.management.Sample.Phase;
import io.atalaya.management.SessionsApi;
import io.atalaya.metrics.ProcessProbe;
import io.atalaya.proof.Proof;
import io.atalaya.query.StorePages;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** What both ports show of the gateway to operators and to the public. Thread-safe: immutable, made of such parts. */
final class StatusPages {
    private final GatewayView view;
    private final Proof proof;
    private final MetricsPages metrics;
    private final HealthPages health;
    private final OperatorGate gate;
    private final ManagementRoutes management;

    StatusPages(Core core, ReadBack readBack, Executor worker) {
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
                LogQueue::droppedByAll);
        this.view = new GatewayView(sources, identity(config.profile().name()), core.clock(), worker);
        this.proof = new Proof(
                core.provision(),
                new Proof.Sources(
                        core.log(),
                        core.archive(),
                        () -> view.sample().thenApply(Vocabulary.ATALAYA::of),
                        core.clock(),
                        core.nanoClock(),
                        worker));
        this.metrics = new MetricsPages(view::sample, proof::families);
        this.health = new HealthPages(view::sample, view::probes);
        this.gate = new OperatorGate(config.management());
        this.management = new ManagementRoutes(
                config.management(),
                new ManagementRoutes.Pages(
                        metrics,
                        health,
                        new BooksPages(
                                view::sample, () -> core.intake().quarantine().entries()),
                        new SessionsApi(core.hub(), core.revocations(), core.clock()),
                        new AssignmentsApi(core.assignmentRegister(), core.assignments()::forget, worker),
                        config.document(),
                        operatorPages(readBack),
                        operatorChanges(readBack)));
    }

    private Map<String, Route.Handler> operatorPages(ReadBack readBack) {
        var pages = new HashMap<>(readBack.operatorPages(health));
        pages.putAll(proof.pages());
        return pages;
    }

    private List<ManagementRoutes.Page> operatorChanges(ReadBack readBack) {
        var changes = new ArrayList<>(readBack.deadLetterPages());
        proof.changes()
                .forEach(change ->
                        changes.add(new ManagementRoutes.Page(change.method(), change.path(), change.handler())));
        return changes;
    }

    /** What keeps account of the service; not yet started. */
    Proof proof() {
        return proof;
    }

    private static Identity identity(String profile) {
        return new Identity(
                "atalaya", Version.current(), System.getenv().getOrDefault("ENVIRONMENT", "production"), profile);
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
                gate::localOrOperators,
                OperatorGate::isLocal);
    }

    GatewayView view() {
        return view;
    }

    List<Route> managementRoutes() {
        return management.routes();
    }

    List<Route> publicRoutes() {
        var pages = new PublicStatusRoutes.Pages(health::onBasic, health::onDetailed, metrics::onPublicMetrics);
        return new PublicStatusRoutes(pages, gate::localOrOperators).routes();
    }
}
