package io.atalaya.demo;

import io.atalaya.client.ClientLoops;
import io.atalaya.demo.Ledger.Counts;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * Plays evenings against a running gateway and watches who hears what. Confined to the calling thread, except that
 * anyone may count the stop latch down.
 */
public final class DemoRun {
    private static final Duration REDRAW = Duration.ofMillis(200);
    private static final Duration PLAIN_SUMMARY = Duration.ofSeconds(2);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(5);
    private static final int REHEARSED_EVENTS = 300;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Options options;
    private final RunningGateway gateway;
    private final EveningClients.Tokens tokens;
    private final Terminal terminal;
    private final CountDownLatch stop;
    private final LongSupplier nanoClock;

    private final Ledger ledger = new Ledger();
    private final Scoreboard scoreboard;
    private final Pace pace;
    private long startNanos;
    private List<Restaurant> restaurants = List.of();
    private int evening;
    private Duration clock = Duration.ZERO;
    private Books books = Books.unknown();
    private CompletableFuture<Books> asked = CompletableFuture.completedFuture(books);
    private long nextDrawNanos;
    private long tickersPrinted;
    private long tickersSeen;

    /**
     * @param tokens lets people in
     * @param stop counted down to end the demonstration early
     */
    public DemoRun(
            Options options,
            RunningGateway gateway,
            EveningClients.Tokens tokens,
            Terminal terminal,
            CountDownLatch stop,
            LongSupplier nanoClock) {
        this.options = options;
        this.gateway = gateway;
        this.tokens = tokens;
        this.terminal = terminal;
        this.stop = stop;
        this.nanoClock = nanoClock;
        this.scoreboard = new Scoreboard(terminal);
        this.startNanos = nanoClock.getAsLong();
        this.nextDrawNanos = startNanos;
        this.pace = new Pace(startNanos);
    }

    /**
     * What kind of demonstration is wanted. Immutable.
     *
     * @param duration when to stop; zero goes on until stopped or, with {@code once}, until the evening is over
     * @param seed chooses the evening
     * @param speed how many times faster than life the evening passes; more than 0, at most 100,000
     * @param once whether to stop after one evening
     */
    public record Options(Duration duration, long seed, double speed, boolean once) {
        public Options {
            if (!(speed > 0 && speed <= 100_000)) {
                throw new IllegalArgumentException("speed: %s (expected: more than 0 … 100000)".formatted(speed));
            }
            if (duration.isNegative()) {
                throw new IllegalArgumentException("duration: %s (expected: 0 or more)".formatted(duration));
            }
        }
    }

    /**
     * How it went. Immutable.
     *
     * @param problems everything that was wrong, one line each; empty when all is well
     */
    public record Verdict(List<String> problems) {
        public Verdict {
            problems = List.copyOf(problems);
        }

        public boolean good() {
            return problems.isEmpty();
        }
    }

    /**
     * Plays until the time is up, the evening is over (with {@code once}), or somebody stops it; then waits for what
     * is under way and judges.
     *
     * @param publishKeys API key by tenant
     */
    public Verdict run(Map<Integer, String> publishKeys) throws InterruptedException {
        try (var loops = new ClientLoops(1);
                var backend = new Backend(loops, gateway.publicPort(), publishKeys, nanoClock);
                var http = HttpClient.newHttpClient()) {
            rehearse(loops, backend);
            startNanos = nanoClock.getAsLong();
            do {
                playEvening(loops, http, backend);
            } while (!over() && !options.once());
            awaitBooks(http);
            http.shutdownNow();
        } catch (StartFailure e) {
            return new Verdict(List.of(String.valueOf(e.getMessage())));
        }
        return judge();
    }

    /** Somebody could not connect: there is nothing to show. */
    private static final class StartFailure extends Exception {
        private static final long serialVersionUID = 1L;

        StartFailure(String message) {
            super(message);
        }
    }

    /**
     * Plays to a single guest what nobody keeps an account of: a JVM is slow at everything that it does for the first
     * time, which is not what this demonstration is about.
     */
    private void rehearse(ClientLoops loops, Backend backend) throws InterruptedException, StartFailure {
        Evening rehearsal = Evening.rehearsal(REHEARSED_EVENTS);
        var unkept = new Ledger();
        var clients = new EveningClients(loops, gateway.publicPort(), tokens, unkept, nanoClock);
        seat(clients, rehearsal);
        for (Step step : rehearsal.steps()) {
            backend.publish(step, unkept);
            TimeUnit.MILLISECONDS.sleep(1);
        }
        awaitDeliveries(unkept);
        await(clients.disconnect(), LEAVE_TIMEOUT);
        if (!unkept.view().counts().clean() && stop.getCount() > 0) {
            throw new StartFailure("the rehearsal failed: " + unkept.view().faults());
        }
    }

    private void playEvening(ClientLoops loops, HttpClient http, Backend backend)
            throws InterruptedException, StartFailure {
        Evening plan = Evening.plan(options.seed() + evening);
        evening++;
        restaurants = plan.restaurants();
        ledger.onDoorsOpen(plan.people());
        var clients = new EveningClients(loops, gateway.publicPort(), tokens, ledger, nanoClock);
        seat(clients, plan);
        terminal.print("%d WebSocket clients connected for evening %d (seed %d)"
                .formatted(plan.people().size(), evening, options.seed() + evening - 1));
        publishAll(plan, backend, http);
        awaitDeliveries(ledger);
        ledger.onDoorsClosed();
        await(clients.disconnect(), LEAVE_TIMEOUT);
        show(http, true);
    }

    private void seat(EveningClients clients, Evening plan) throws InterruptedException, StartFailure {
        CompletableFuture<Void> seated = clients.connect(plan.people());
        long deadline = nanoClock.getAsLong() + CONNECT_TIMEOUT.toNanos();
        try {
            while (!await(seated, REDRAW)) {
                if (nanoClock.getAsLong() > deadline) {
                    throw new StartFailure("only %d of %d clients were let in within %s"
                            .formatted(clients.connected(), plan.people().size(), Scoreboard.seconds(CONNECT_TIMEOUT)));
                }
            }
            seated.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new StartFailure("could not connect: " + (cause == null ? e : cause).getMessage());
        }
    }

    private void publishAll(Evening plan, Backend backend, HttpClient http) throws InterruptedException {
        long begin = nanoClock.getAsLong();
        for (Step step : plan.steps()) {
            long due = begin + (long) (step.at().toNanos() / options.speed());
            while (nanoClock.getAsLong() < due && !over()) {
                clock = Duration.ofNanos((long) ((nanoClock.getAsLong() - begin) * options.speed()));
                show(http, false);
                pauseUntil(Math.min(due, nextDrawNanos));
            }
            if (over()) {
                return;
            }
            clock = step.at();
            backend.publish(step, ledger);
        }
    }

    private void awaitDeliveries(Ledger expecting) throws InterruptedException {
        long deadline = nanoClock.getAsLong() + SETTLE_TIMEOUT.toNanos();
        while (expecting.awaited() > 0 && nanoClock.getAsLong() < deadline) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private void awaitBooks(HttpClient http) throws InterruptedException {
        long deadline = nanoClock.getAsLong() + SETTLE_TIMEOUT.toNanos();
        do {
            asked = ask(http);
            await(asked, SETTLE_TIMEOUT);
            books = asked.getNow(books);
            if (books.settled()) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        } while (nanoClock.getAsLong() < deadline);
    }

    private CompletableFuture<Books> ask(HttpClient http) {
        URI uri = URI.create("http://127.0.0.1:" + gateway.managementPort() + Books.PATH);
        return http.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .thenApply(answer -> Books.parse(answer.body()))
                .exceptionally(_ -> Books.unknown());
    }

    private void show(HttpClient http, boolean now) {
        long nanos = nanoClock.getAsLong();
        if (nanos < nextDrawNanos && !now) {
            return;
        }
        if (asked.isDone()) {
            books = asked.getNow(books);
            asked = ask(http);
        }
        Ledger.View view = ledger.view();
        pace.onSample(nanos, view.counts());
        if (terminal.live()) {
            terminal.draw(scoreboard.frame(view, restaurants, moment(nanos)));
            nextDrawNanos = nanos + REDRAW.toNanos();
        } else {
            printPlain(view, nanos, now);
            nextDrawNanos = nanos + PLAIN_SUMMARY.toNanos();
        }
    }

    private Scoreboard.Moment moment(long nanos) {
        return new Scoreboard.Moment(
                Duration.ofNanos(nanos - startNanos), clock, evening, pace.events(), pace.deliveries(), books);
    }

    /** Where nothing can be redrawn: the events since the last time, and one line of figures. */
    private void printPlain(Ledger.View view, long nanos, boolean everything) {
        printTickers(view, everything);
        Counts counts = view.counts();
        terminal.print("-- %s: %d events, %d of %d deliveries, p50 %s, p99 %s, books %s"
                .formatted(
                        Scoreboard.seconds(Duration.ofNanos(nanos - startNanos)),
                        counts.published(),
                        counts.received(),
                        counts.expected(),
                        Scoreboard.millis(view.latency(), 50),
                        Scoreboard.millis(view.latency(), 99),
                        books.balanced() ? "balanced" : books.known() ? "NOT BALANCED" : "not read yet"));
    }

    /** What is still on its way is left for the next time, once: printed now, it would look as if it were lost. */
    private void printTickers(Ledger.View view, boolean everything) {
        List<Ledger.Recent> recent = view.recent();
        long firstOfRecent = view.counts().published() - recent.size();
        long overdue = tickersSeen;
        tickersSeen = view.counts().published();
        for (long i = Math.max(firstOfRecent, tickersPrinted); i < tickersSeen; i++) {
            Ledger.Recent event = recent.get((int) (i - firstOfRecent));
            if (!everything && i >= overdue && event.awaited() > 0) {
                return;
            }
            terminal.print(scoreboard.ticker(event));
            tickersPrinted = i + 1;
        }
    }

    private Verdict judge() {
        Ledger.View view = ledger.view();
        Counts counts = view.counts();
        var problems = new ArrayList<String>();
        addIf(problems, counts.lost(), "deliveries lost");
        addIf(problems, counts.leaked(), "deliveries to somebody they were not meant for");
        addIf(problems, counts.duplicated(), "duplicate deliveries");
        addIf(problems, counts.refused(), "events refused");
        addIf(problems, counts.cut(), "clients cut off");
        if (!books.known()) {
            problems.add("the books could not be read");
        } else if (!books.balanced()) {
            problems.add("the books do not balance");
        }
        problems.addAll(view.faults());
        var lines = new ArrayList<Terminal.Line>();
        scoreboard.addBooks(lines, books);
        lines.add(terminal.line().add("          (with the %d of the rehearsal before)".formatted(REHEARSED_EVENTS)));
        scoreboard.addSummary(lines, view, Duration.ofNanos(nanoClock.getAsLong() - startNanos), problems);
        lines.forEach(terminal::print);
        return new Verdict(problems);
    }

    private static void addIf(List<String> problems, long count, String what) {
        if (count > 0) {
            problems.add(count + " " + what);
        }
    }

    private boolean over() {
        boolean timeUp = !options.duration().isZero()
                && nanoClock.getAsLong() - startNanos >= options.duration().toNanos();
        return timeUp || stop.getCount() == 0;
    }

    private void pauseUntil(long nanos) throws InterruptedException {
        long end = options.duration().isZero()
                ? nanos
                : Math.min(nanos, startNanos + options.duration().toNanos());
        boolean _ = stop.await(Math.max(100_000, end - nanoClock.getAsLong()), TimeUnit.NANOSECONDS);
    }

    /** Whether {@code future} is done within {@code patience}, however it ended. */
    private static boolean await(CompletableFuture<?> future, Duration patience) throws InterruptedException {
        try {
            future.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            return false;
        } catch (ExecutionException _) {
            return true;
        }
        return true;
    }

    /** Rates over the last second. Confined like its run. */
    private static final class Pace {
        private long sinceNanos;
        private long events;
        private long deliveries;
        private long eventsBefore;
        private long deliveriesBefore;

        Pace(long nowNanos) {
            sinceNanos = nowNanos;
        }

        void onSample(long nowNanos, Counts counts) {
            long passed = nowNanos - sinceNanos;
            if (passed < NANOS_PER_SECOND) {
                return;
            }
            events = (counts.published() - eventsBefore) * NANOS_PER_SECOND / passed;
            deliveries = (counts.received() - deliveriesBefore) * NANOS_PER_SECOND / passed;
            eventsBefore = counts.published();
            deliveriesBefore = counts.received();
            sinceNanos = nowNanos;
        }

        long events() {
            return events;
        }

        long deliveries() {
            return deliveries;
        }
    }
}
