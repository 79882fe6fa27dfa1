package io.atalaya.proof;

import io.atalaya.alerting.AlertLoop;
import io.atalaya.alerting.AlertPages;
import io.atalaya.archive.Archive;
import io.atalaya.budget.Measurements;
import io.atalaya.budget.SloReport;
import io.atalaya.canary.Canary;
import io.atalaya.config.GatewayConfig;
import io.atalaya.http.Route;
import io.atalaya.kpiapi.KpiLoop;
import io.atalaya.kpiapi.KpiMetrics;
import io.atalaya.kpiapi.KpiPages;
import io.atalaya.log.EventLog;
import io.atalaya.sloapi.BudgetLoop;
import io.atalaya.sloapi.ScrapedMeasurements;
import io.atalaya.sloapi.SloMetrics;
import io.atalaya.sloapi.SloPages;
import io.netty.handler.codec.http.HttpMethod;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Budgets, alerts, indicators and canary of a running gateway. Thread-safe: made of thread-safe parts. */
public final class Proof implements AutoCloseable {
    private final GatewayConfig config;
    private final BudgetLoop budgets;
    private final AlertLoop alerts;
    private final KpiLoop kpis;
    private final Optional<Canary> canary;
    private final Executor worker;

    /**
     * What it looks at.
     *
     * @param scrape gathers what scrapers see, but for what is told here
     * @param worker does what blocks
     */
    public record Sources(
            EventLog log,
            Optional<Archive> archive,
            Supplier<CompletionStage<MetricSnapshots>> scrape,
            InstantSource clock,
            LongSupplier nanoClock,
            Executor worker) {}

    public Proof(Provision provision, Sources sources) {
        this.config = provision.config();
        this.worker = sources.worker();
        this.canary = provision
                .canary()
                .map(identity -> new Canary(config.canary(), identity, sources.clock(), sources.nanoClock()));
        Supplier<CompletionStage<Measurements>> look =
                () -> sources.scrape().get().thenApply(this::measured);
        this.budgets = new BudgetLoop(provision.objectives(), kept("budgets"), look, sources.clock());
        this.alerts = new AlertLoop(config.alerting(), budgets::report, kept("alerts"), sources.clock());
        this.kpis = new KpiLoop(
                provision.kpis(),
                provision.feed(),
                new KpiLoop.Sources(sources.log(), sources.archive(), look),
                kept("kpi"),
                sources.clock());
    }

    private Optional<Path> kept(String name) {
        return config.slo().keep() ? Optional.of(config.dataDir().resolve(name)) : Optional.empty();
    }

    private Measurements measured(MetricSnapshots scrape) {
        return new ScrapedMeasurements(together(Stream.of(scrape, canaryMetrics())));
    }

    private MetricSnapshots canaryMetrics() {
        return canary.map(Canary::metrics).orElseGet(Canary::noMetrics);
    }

    private static MetricSnapshots together(Stream<MetricSnapshots> parts) {
        var families = new ArrayList<MetricSnapshot>();
        parts.forEach(part -> part.forEach(families::add));
        return new MetricSnapshots(families);
    }

    /** What it tells scrapers. */
    public MetricSnapshots families() {
        return together(Stream.of(
                SloMetrics.of(budgets.report()),
                KpiMetrics.of(kpis.report(), kpis.lost()),
                alerts.metrics(),
                canaryMetrics()));
    }

    /** How the budgets stand. */
    public SloReport budgets() {
        return budgets.report();
    }

    /** What it tells operators, by path. */
    public Map<String, Route.Handler> pages() {
        var pages = new HashMap<>(new SloPages(budgets::report).pages());
        pages.putAll(new KpiPages(kpis).pages());
        pages.put("/api/v1/alerts", alerts.pages()::onList);
        return pages;
    }

    /** Something that operators may do. */
    public record Change(HttpMethod method, String path, Route.Handler handler) {}

    /** What operators may do. */
    public List<Change> changes() {
        AlertPages pages = alerts.pages();
        String path = "/api/v1/alerts/pauses";
        return List.of(
                new Change(HttpMethod.POST, path, (request, responder) -> pages.onPause(request, responder, worker)),
                new Change(
                        HttpMethod.DELETE, path, (request, responder) -> pages.onResume(request, responder, worker)));
    }

    /** Begins to keep account. */
    public void start() {
        budgets.start();
        alerts.start();
        kpis.start();
    }

    /** The public port is open: sends the canary. */
    public void onServing(String host, int port) {
        boolean everywhere = host.equals("0.0.0.0") || host.equals("::");
        canary.ifPresent(bird -> bird.start(everywhere ? "127.0.0.1" : host, port));
    }

    /** Stops; what follows was asked for, and is no down time. Calling it again does nothing. */
    @Override
    public void close() {
        canary.ifPresent(Canary::close);
        alerts.close();
        kpis.close();
        budgets.close();
    }
}
