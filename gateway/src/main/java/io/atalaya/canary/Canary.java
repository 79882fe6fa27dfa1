package io.atalaya.canary;

import io.atalaya.canary.CanaryBook.Outcome;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes an event every so often and waits for it, over real sockets of this machine. Thread-safe: rounds are made on a
 * thread of its own; others see what became of them.
 *
 * <p>Each round connects anew, so that connecting is asked about too and no session of it has to be drained.
 */
public final class Canary implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Canary.class);

    private final CanaryConfig config;
    private final CanaryIdentity identity;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final CanaryBook book = new CanaryBook();
    private volatile @Nullable Thread thread;
    private volatile boolean closing;

    public Canary(CanaryConfig config, CanaryIdentity identity, InstantSource clock, LongSupplier nanoClock) {
        this.config = config;
        this.identity = identity;
        this.clock = clock;
        this.nanoClock = nanoClock;
    }

    /** Begins, where the settings want a canary at all. To be called once. */
    public void start(String host, int port) {
        if (config.on() && !closing) {
            String authority = (host.indexOf(':') >= 0 ? '[' + host + ']' : host) + ':' + port;
            Thread rounds = Thread.ofPlatform().daemon().name("atalaya-canary").unstarted(() -> run(authority));
            thread = rounds;
            rounds.start();
        }
    }

    private void run(String authority) {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(config.patience())
                .build();
        try {
            for (long round = 1; !closing; round++) {
                long begun = nanoClock.getAsLong();
                round(client, authority, round);
                Thread.sleep(
                        Duration.ofNanos(Math.max(0, config.interval().toNanos() - (nanoClock.getAsLong() - begun))));
            }
        } catch (InterruptedException _) {
            // asked to stop; a round under way proves nothing
        } finally {
            client.shutdownNow();
        }
    }

    private void round(HttpClient client, String authority, long number) throws InterruptedException {
        var round = new CanaryRound(client, authority, identity, nanoClock, config.patience());
        Outcome outcome = round.run(identity.eventId(number), clock.instant());
        if (closing) {
            return;
        }
        if (outcome != Outcome.DELIVERED && Long.bitCount(book.count(outcome) + 1) == 1) {
            LOG.atWarn()
                    .addKeyValue("outcome", outcome.word())
                    .addKeyValue("times", book.count(outcome) + 1)
                    .log("the canary's event did not arrive");
        }
        book.record(outcome, outcome == Outcome.DELIVERED ? round.latencyNanos() : 0);
    }

    /** What became of the rounds, as metrics. Callable by any thread. */
    public MetricSnapshots metrics() {
        return book.metrics();
    }

    /** The same of a gateway without a canary. */
    public static MetricSnapshots noMetrics() {
        return new CanaryBook().metrics();
    }

    /** Stops; a round under way is not counted. Calling it again does nothing. */
    @Override
    public void close() {
        closing = true;
        Thread rounds = thread;
        if (rounds != null) {
            rounds.interrupt();
            try {
                rounds.join(Duration.ofSeconds(5));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
