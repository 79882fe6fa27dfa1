package io.atalaya.archive;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what is older than the archive's age, in portions, on a thread of its own. Thread-safe: everything that
 * changes is confined to that thread. A store that is unavailable is left alone until the next round.
 */
public final class ArchiveRetention implements AutoCloseable {
    /** Name of its thread. */
    public static final String THREAD = "archive-retention";

    private static final Logger logger = LoggerFactory.getLogger(ArchiveRetention.class);
    private static final Duration LONGEST_INTERVAL = Duration.ofHours(1);
    private static final int ROUNDS_AN_AGE = 10;
    private static final Duration BETWEEN_PORTIONS = Duration.ofMillis(50);

    /** Small enough that storing, which waits for it, is not held up. */
    static final int PORTION = 5_000;

    private final ArchiveConfig config;
    private final ArchiveLedger ledger;
    private final InstantSource clock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    public ArchiveRetention(ArchiveConfig config, ArchiveLedger ledger, InstantSource clock) {
        this.config = config;
        this.ledger = ledger;
        this.clock = clock;
        this.thread = Thread.ofPlatform().name(THREAD).daemon().unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    private void run() {
        Duration interval = config.maxAge().dividedBy(ROUNDS_AN_AGE);
        long pauseMillis = Math.max(1, Math.min(interval.toMillis(), LONGEST_INTERVAL.toMillis()));
        try {
            while (!closing.await(pauseMillis, TimeUnit.MILLISECONDS)) {
                while (purgePortion() == PORTION) {
                    if (closing.await(BETWEEN_PORTIONS.toMillis(), TimeUnit.MILLISECONDS)) {
                        return;
                    }
                }
            }
        } catch (InterruptedException ending) {
            logger.atDebug().log("archive retention interrupted");
        }
    }

    /** Deletes at most a portion; answers how many events and dead letters went. */
    int purgePortion() {
        try {
            Archive.Purged purged = ledger.purge(clock.instant().minus(config.maxAge()), PORTION);
            if (purged.total() > 0) {
                logger.atInfo()
                        .addKeyValue("events", purged.events())
                        .addKeyValue("dead_letters", purged.deadLetters())
                        .log("archive forgot what is too old");
            }
            return purged.total();
        } catch (RuntimeException failure) {
            logger.atWarn()
                    .addKeyValue("error", failure.getMessage())
                    .log("archive retention failed; tried again later");
            return 0;
        }
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            if (!thread.join(Duration.ofSeconds(5))) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
