package io.atalaya.alerting;

import io.atalaya.alerting.AlertDesk.TargetStatus;
import io.atalaya.budget.SloReport;
import io.atalaya.metrics.Families;
import io.atalaya.metrics.Series;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Tells of alerts on a thread of its own. Thread-safe: the desk belongs to that thread while it runs; others see reports.
 */
public final class AlertLoop implements AutoCloseable {
    private static final Duration STEP = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Supplier<SloReport> reports;
    private final Pauses pauses;
    private final InstantSource clock;
    private final HttpSender sender = new HttpSender();
    private final AlertDesk desk;
    private final Thread thread;
    private volatile boolean closing;

    /**
     * @param reports the last report of the engine of budgets
     * @param directory where pauses are kept; empty when they do not survive the process
     * @throws UncheckedIOException when the directory cannot be used
     */
    public AlertLoop(
            AlertingConfig config, Supplier<SloReport> reports, Optional<Path> directory, InstantSource clock) {
        this.reports = reports;
        this.pauses = new Pauses(directory, clock);
        this.clock = clock;
        this.desk = new AlertDesk(config, reports.get(), pauses, sender, new SecureRandom());
        this.thread = Thread.ofPlatform().daemon().name("atalaya-alerts").unstarted(this::run);
    }

    /** Begins to tell. */
    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!closing) {
                desk.step(reports.get(), clock.instant());
                Thread.sleep(STEP);
            }
        } catch (InterruptedException _) {
            // asked to stop
        }
    }

    /** The pages of operators. */
    public AlertPages pages() {
        return new AlertPages(desk::report, reports, pauses, clock);
    }

    /** What became of notices, as metrics. Callable by any thread. */
    public MetricSnapshots metrics() {
        return metrics(desk.report());
    }

    static MetricSnapshots metrics(AlertDesk.Report report) {
        var notices = Series.labelled("target", "outcome");
        var queued = Series.labelled("target");
        for (TargetStatus target : report.targets()) {
            target.outcomes().forEach((outcome, count) -> notices.add(count, target.id(), outcome));
            queued.add(target.queued(), target.id());
        }
        return new Families()
                .counter("atalaya_alert_notices_total", "What became of notices, and of attempts that failed.", notices)
                .gauge("atalaya_alert_notices_queued", "Notices that wait for their target.", queued)
                .gauge(
                        "atalaya_alerts_firing",
                        "Alerts about budgets that fire.",
                        report.firing().size())
                .gauge(
                        "atalaya_alert_pauses",
                        "Pauses of notices in force.",
                        report.pauses().size())
                .build();
    }

    /** Stops; what waits is not told any more. Calling it again does nothing. */
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
        sender.close();
    }
}
