package io.atalaya.gateway;

import io.atalaya.budget.Measurements;
import io.atalaya.capacity.CapacityMetrics;
import io.atalaya.capacity.CapacityPages;
import io.atalaya.capacity.CapacityWatch;
import io.atalaya.capacity.Load;
import io.atalaya.capacity.Machine;
import io.atalaya.capacity.StoreSize;
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
import io.atalaya.management.Sample;
import io.atalaya.management.Sample.Identity;
import io.atalaya.management.Sample.Phase;
import io.atalaya.management.SessionsApi;
import io.atalaya.metrics.Families;
import io.atalaya.metrics.ProcessProbe;
import io.atalaya.query.StorePages;
import io.atalaya.slo.SloFile;
import io.atalaya.slo.SloFolder;
import io.atalaya.slo.SloOutcome;
import io.atalaya.sloapi.BudgetLoop;
import io.atalaya.sloapi.ScrapedMeasurements;
import io.atalaya.sloapi.SloConfig;
import io.atalaya.sloapi.SloMetrics;
import io.atalaya.sloapi.SloPages;
import io.atalaya.yaml.Problem;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What both ports show of the gateway to operators and to the public. Thread-safe: immutable, made of such parts. */
final class StatusPages {
    private final GatewayView view;
    private final BudgetLoop budgets;
    private final CapacityWatch capacity;
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
        this.budgets = new BudgetLoop(
                objectives(config.slo()),
                config.slo().keep() ? Optional.of(config.dataDir().resolve("budgets")) : Optional.empty(),
                () -> view.sample().thenApply(StatusPages::measured),
                core.clock());
        this.capacity = new CapacityWatch(
                config.dataDir(),
                new CapacityWatch.Sources(() -> view.sample().thenApply(StatusPages::load), () -> stores(core)),
                Machine.here(),
                core.clock());
        this.metrics = new MetricsPages(
                view::sample,
                () -> Families.together(SloMetrics.of(budgets.report()), CapacityMetrics.of(capacity.report())));
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
                        readBack.deadLetterPages()));
    }

    /** What scrapers see is what the budgets are made of. */
    private static Measurements measured(Sample sample) {
        return new ScrapedMeasurements(Vocabulary.ATALAYA.of(sample));
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

    private static SloFile objectives(SloConfig config) {
        SloFolder folder = config.files().map(SloFolder::of).orElseGet(SloFolder::shipped);
        return switch (folder.read()) {
            case SloOutcome.Valid valid -> valid.file();
            case SloOutcome.Invalid invalid ->
                throw new StartException("slo-files: "
                        + invalid.problems().stream().map(Problem::toString).collect(Collectors.joining("; ")));
        };
    }

    private Map<String, Route.Handler> operatorPages(ReadBack readBack) {
        var pages = new HashMap<>(readBack.operatorPages(health));
        pages.putAll(new SloPages(budgets::report).pages());
        pages.putAll(new CapacityPages(capacity::report).pages());
        return pages;
    }

    /** What counts budgets; not yet started. */
    BudgetLoop budgets() {
        return budgets;
    }

    /** What compares use with what was proved; not yet started. */
    CapacityWatch capacity() {
        return capacity;
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
