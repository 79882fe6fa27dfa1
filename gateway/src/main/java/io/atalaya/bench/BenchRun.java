package io.atalaya.bench;

import io.atalaya.client.ClientLoops;
import io.atalaya.client.publish.PublishTarget;
import io.atalaya.client.publish.Publisher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/**
 * One bench: connect, warm up, measure, settle, report. Confined to the calling thread. Client and publisher share
 * this process and its monotonic clock, so latencies need no clock synchronisation.
 */
public final class BenchRun {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(15);
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration REST = Duration.ofMillis(500);
    private static final int PRECISION_DIGITS = 3;
    private static final int WAITING_REQUESTS = 4096;

    private final BenchOptions options;
    private final BenchTarget target;
    private final Consumer<String> progress;
    private final LongSupplier nanoClock;
    private long nextProgressNanos;
    private long receivedBefore;

    /**
     * @param progress hears one line each second
     */
    public BenchRun(BenchOptions options, BenchTarget target, Consumer<String> progress, LongSupplier nanoClock) {
        this.options = options;
        this.target = target;
        this.progress = progress;
        this.nanoClock = nanoClock;
    }

    /** Runs the whole bench and reports. */
    public BenchReport run() throws InterruptedException {
        // the publisher gets a loop of its own, so that receiving never delays sending
        try (var loops = new ClientLoops(options.clientThreads());
                var publisherLoops = new ClientLoops(1);
                var publisher = new Publisher(publisherLoops, publishTarget())) {
            var audience = new Audience(options, target, loops, nanoClock);
            var load = new Load(options, publisher, audience, nanoClock);
            return measure(audience, load);
        }
    }

    private PublishTarget publishTarget() {
        // one connection keeps events in order; more are needed only to fill a window
        int connections = options.closedLoop() ? options.window() : 1;
        return new PublishTarget(
                target.url(), target.publishKey(), connections, WAITING_REQUESTS, Duration.ofSeconds(30));
    }

    private BenchReport measure(Audience audience, Load load) throws InterruptedException {
        ProcessUsage before = usage();
        connectAll(audience);
        if (audience.connected() == 0) {
            throw new IllegalStateException("no session was let in: " + audience.firstFailure());
        }
        sleep(REST);
        ProcessUsage idle = usage();
        nextProgressNanos = nanoClock.getAsLong() + NANOS_PER_SECOND;
        load.publishUntil(nanoClock.getAsLong() + options.warmup().toNanos(), () -> onProgress("warm-up", audience));
        ProcessUsage begin = usage();
        Duration ownBegin = ownCpu();
        long beginNanos = nanoClock.getAsLong();
        audience.measureFrom(beginNanos);
        load.publishUntil(beginNanos + options.duration().toNanos(), () -> onProgress("measuring", audience));
        settle(audience, load, Duration.ofMillis(200));
        Duration elapsed = Duration.ofNanos(nanoClock.getAsLong() - beginNanos);
        ProcessUsage end = usage();
        Duration clientCpu = ownCpu().minus(ownBegin);
        settle(audience, load, SETTLE_TIMEOUT);
        audience.leave();
        var server = target.pid().isEmpty()
                ? BenchReport.Server.unwatched()
                : new BenchReport.Server(
                        true,
                        idle.cpu().minus(before.cpu()),
                        end.cpu().minus(begin.cpu()),
                        before.residentBytes(),
                        idle.residentBytes(),
                        end.residentBytes());
        return report(audience, load, new Spent(elapsed, clientCpu), server);
    }

    private void connectAll(Audience audience) throws InterruptedException {
        long begin = nanoClock.getAsLong();
        nextProgressNanos = begin + NANOS_PER_SECOND;
        for (int i = 0; i < options.connections(); i++) {
            long due = begin + i * NANOS_PER_SECOND / options.connectRate();
            long wait = due - nanoClock.getAsLong();
            if (wait > 0) {
                TimeUnit.NANOSECONDS.sleep(wait);
            }
            audience.connect(i);
            onConnectProgress(audience);
        }
        long deadline = nanoClock.getAsLong() + CONNECT_PATIENCE.toNanos();
        while (audience.connected() + audience.failed() < options.connections() && nanoClock.getAsLong() < deadline) {
            sleep(Duration.ofMillis(5));
            onConnectProgress(audience);
        }
    }

    private void settle(Audience audience, Load load, Duration patience) throws InterruptedException {
        long deadline = nanoClock.getAsLong() + patience.toNanos();
        while (!(load.settled() && audience.received() >= load.expectedDeliveries())
                && nanoClock.getAsLong() < deadline) {
            sleep(Duration.ofMillis(1));
        }
    }

    /** Time on the wall and on the processor, while measuring. Immutable. */
    private record Spent(Duration elapsed, Duration clientCpu) {}

    private BenchReport report(Audience audience, Load load, Spent spent, BenchReport.Server server) {
        var latency = new Histogram(PRECISION_DIGITS);
        audience.receipts().forEach(receipts -> latency.add(receipts.measuredLatency()));
        var counts = new BenchReport.Counts(
                audience.connected(),
                load.accepted(),
                load.refused(),
                sum(audience, Receipts::measured),
                load.expectedDeliveries(),
                audience.received(),
                sum(audience, Receipts::repeated),
                sum(audience, Receipts::late),
                sum(audience, Receipts::foreign));
        return new BenchReport(
                options,
                spent.elapsed(),
                counts,
                latency,
                audience.connectTimes().copy(),
                server,
                spent.clientCpu(),
                problems(counts, audience, load));
    }

    private List<String> problems(BenchReport.Counts counts, Audience audience, Load load) {
        var problems = new ArrayList<String>();
        addIf(problems, options.connections() - counts.connected(), "sessions not let in", audience.firstFailure());
        addIf(problems, audience.cut(), "sessions cut off", audience.firstFailure());
        addIf(problems, counts.refused(), "events refused", load.firstRefusal());
        addIf(problems, counts.lost(), "deliveries lost", "");
        addIf(problems, counts.repeated(), "repeated deliveries", "");
        addIf(problems, counts.foreign(), "messages that were not for this session", "");
        return problems;
    }

    private static void addIf(List<String> problems, long count, String what, String why) {
        if (count > 0) {
            problems.add(count + " " + what + (why.isEmpty() ? "" : ", the first: " + why));
        }
    }

    private static long sum(Audience audience, ToLongFunction<Receipts> counter) {
        return audience.receipts().stream().mapToLong(counter).sum();
    }

    private void onConnectProgress(Audience audience) {
        if (nanoClock.getAsLong() >= nextProgressNanos) {
            nextProgressNanos += NANOS_PER_SECOND;
            progress.accept("connecting  %,d of %,d".formatted(audience.connected(), options.connections()));
        }
    }

    private void onProgress(String phase, Audience audience) {
        long now = nanoClock.getAsLong();
        if (now < nextProgressNanos) {
            return;
        }
        double seconds = (now - nextProgressNanos + NANOS_PER_SECOND) / (double) NANOS_PER_SECOND;
        nextProgressNanos = now + NANOS_PER_SECOND;
        long received = audience.received();
        var latency = new Histogram(PRECISION_DIGITS);
        audience.receipts().forEach(receipts -> latency.add(receipts.intervalLatency()));
        progress.accept("%-10s  %,10.0f deliveries/s  p50 %.2f ms  p99 %.2f ms"
                .formatted(
                        phase,
                        (received - receivedBefore) / seconds,
                        latency.getValueAtPercentile(50) / 1e6,
                        latency.getValueAtPercentile(99) / 1e6));
        receivedBefore = received;
    }

    private ProcessUsage usage() {
        return target.pid().isEmpty()
                ? new ProcessUsage(Duration.ZERO, 0)
                : ProcessUsage.of(target.pid().getAsLong()).orElse(new ProcessUsage(Duration.ZERO, 0));
    }

    private static Duration ownCpu() {
        return ProcessUsage.of(ProcessHandle.current().pid())
                .map(ProcessUsage::cpu)
                .orElse(Duration.ZERO);
    }

    private static void sleep(Duration duration) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(duration.toNanos());
    }
}
