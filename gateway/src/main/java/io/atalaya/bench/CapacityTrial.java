package io.atalaya.bench;

import io.atalaya.capacity.ProvedCapacity.Figure;
import io.atalaya.capacity.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Proves what a gateway bears: for each resource the hardest of a few loads at which nothing is lost and latency stays
 * within its bound. Confined to the calling thread.
 */
public final class CapacityTrial {
    private static final int CONNECT_RATE = 1000;
    private static final int SMALL_AUDIENCE = 10;
    private static final int LARGE_AUDIENCE = 1000;
    private static final int PUBLISHED_TO = 16;
    private static final int EVENT_BYTES = 200;
    private static final int P95 = 95;
    private static final double NANOS_PER_MILLI = 1e6;

    private final Options options;
    private final Runner runner;
    private final Consumer<String> progress;
    private final LongSupplier nanoClock;
    private final List<String> problems = new ArrayList<>();

    /**
     * What to try. Immutable.
     *
     * @param connections most sessions to try; a multiple of 10
     * @param warmup load before each measurement
     * @param duration each measurement
     * @param latency most that 95 of 100 deliveries may take from publish to receive
     * @param patience no further load is begun that might end after so long
     * @param clientThreads event loops of the client
     */
    public record Options(
            int connections,
            Duration warmup,
            Duration duration,
            Duration latency,
            Duration patience,
            int clientThreads) {
        public Options {
            if (connections < SMALL_AUDIENCE || connections % SMALL_AUDIENCE != 0) {
                throw new IllegalArgumentException(
                        "connections: %d (expected: a multiple of %d)".formatted(connections, SMALL_AUDIENCE));
            }
            if (latency.isNegative() || latency.isZero()) {
                throw new IllegalArgumentException("p95: %s (expected: more than 0)".formatted(latency));
            }
        }

        /** Sessions of one audience in the trial of deliveries. */
        public int largestAudience() {
            return Math.min(LARGE_AUDIENCE, connections);
        }
    }

    /** Runs one load. */
    @FunctionalInterface
    public interface Runner {
        /** Puts the gateway under a load. */
        BenchReport run(BenchOptions load) throws InterruptedException;
    }

    /**
     * What came of it. Immutable.
     *
     * @param problems why a figure is missing, or what failed before a smaller load was borne
     */
    public record Outcome(Map<Resource, Figure> figures, List<String> problems) {
        public Outcome {
            figures = Map.copyOf(figures);
            problems = List.copyOf(problems);
        }

        /** Whether there is a figure for everything. */
        public boolean complete() {
            return figures.size() == Resource.values().length;
        }
    }

    /** @param progress hears a line when a load begins and ends */
    public CapacityTrial(Options options, Runner runner, Consumer<String> progress, LongSupplier nanoClock) {
        this.options = options;
        this.runner = runner;
        this.progress = progress;
        this.nanoClock = nanoClock;
    }

    /** Tries everything. */
    public Outcome run() throws InterruptedException {
        long deadline = nanoClock.getAsLong() + options.patience().toNanos();
        var figures = new EnumMap<Resource, Figure>(Resource.class);
        for (Resource resource : Resource.values()) {
            prove(resource, deadline, figures);
        }
        return new Outcome(figures, problems);
    }

    private void prove(Resource resource, long deadline, Map<Resource, Figure> figures) throws InterruptedException {
        for (BenchOptions load : loads(resource)) {
            if (nanoClock.getAsLong() + expected(load).toNanos() > deadline) {
                problems.add("%s: not proved within %d s"
                        .formatted(resource.word(), options.patience().toSeconds()));
                return;
            }
            progress.accept("%s: %,d sessions in audiences of %,d, window %d, batch %d"
                    .formatted(resource.word(), load.connections(), load.audience(), load.window(), load.batch()));
            BenchReport report = runner.run(load);
            List<String> found = failures(report);
            if (found.isEmpty()) {
                Figure figure = figure(resource, report);
                figures.put(resource, figure);
                progress.accept("%s: %,.0f proved".formatted(resource.word(), figure.value()));
                return;
            }
            found.forEach(problem -> problems.add(resource.word() + ": " + problem));
            progress.accept("%s: not borne: %s".formatted(resource.word(), String.join("; ", found)));
        }
    }

    /** The hardest first. */
    private List<BenchOptions> loads(Resource resource) {
        return switch (resource) {
            case CONNECTIONS ->
                List.of(idle(options.connections()), idle(options.connections() / 2), idle(options.connections() / 4));
            case DELIVERIES -> List.of(wide(16), wide(4), wide(1));
            case EVENTS -> List.of(batches(16, 64), batches(8, 32), batches(4, 16));
        };
    }

    /** Many sessions, each of which hears something every few seconds. */
    private BenchOptions idle(int wanted) {
        int connections = Math.max(SMALL_AUDIENCE, wanted / SMALL_AUDIENCE * SMALL_AUDIENCE);
        double rate = Math.max(
                1,
                (double) connections
                        / SMALL_AUDIENCE
                        / Math.max(1.0, options.duration().toMillis() / 2e3));
        return load(connections, SMALL_AUDIENCE, rate, 16, 1);
    }

    /** One large audience, events one by one, as fast as they are received. */
    private BenchOptions wide(int window) {
        return load(options.largestAudience(), options.largestAudience(), 0, window, 1);
    }

    /** Batches to a handful of sessions, as fast as they are committed and received. */
    private BenchOptions batches(int window, int batch) {
        return load(PUBLISHED_TO, 1, 0, window, batch);
    }

    private BenchOptions load(int connections, int audience, double rate, int window, int batch) {
        return new BenchOptions(
                connections,
                CONNECT_RATE,
                audience,
                rate,
                window,
                EVENT_BYTES,
                batch,
                options.warmup(),
                options.duration(),
                options.clientThreads());
    }

    private static Duration expected(BenchOptions load) {
        return Duration.ofMillis(1000L * load.connections() / load.connectRate())
                .plus(load.warmup())
                .plus(load.duration());
    }

    private List<String> failures(BenchReport report) {
        var found = new ArrayList<>(report.problems());
        double p95 = report.latency().getValueAtPercentile(P95);
        if (report.counts().measured() == 0) {
            found.add("nothing was delivered in the measured time");
        } else if (p95 > options.latency().toNanos()) {
            found.add("p95 %.1f ms (expected: at most %d ms)"
                    .formatted(p95 / NANOS_PER_MILLI, options.latency().toMillis()));
        }
        return found;
    }

    private static Figure figure(Resource resource, BenchReport report) {
        double value = switch (resource) {
            case CONNECTIONS -> report.counts().connected();
            // in the trial of events an event has one hearer
            case DELIVERIES, EVENTS -> report.deliveriesPerSecond();
        };
        var evidence = new LinkedHashMap<String, Double>();
        evidence.put("sessions", (double) report.counts().connected());
        evidence.put("audience", (double) report.options().audience());
        evidence.put("window", (double) report.options().window());
        evidence.put("batch", (double) report.options().batch());
        evidence.put("p50_ms", millis(report, 50));
        evidence.put("p95_ms", millis(report, P95));
        evidence.put("p99_ms", millis(report, 99));
        evidence.put("client_core_percent", share(report.clientCpu(), report.elapsed()));
        if (report.server().watched()) {
            evidence.put("gateway_core_percent", share(report.server().cpu(), report.elapsed()));
            evidence.put("gateway_resident_bytes", (double) report.server().residentAfter());
        }
        return new Figure(value, evidence);
    }

    private static double millis(BenchReport report, double percentile) {
        return report.latency().getValueAtPercentile(percentile) / NANOS_PER_MILLI;
    }

    private static double share(Duration used, Duration elapsed) {
        return Math.round(1000.0 * used.toNanos() / Math.max(1, elapsed.toNanos())) / 10.0;
    }
}
