package io.atalaya.streams;

import io.atalaya.redis.RedisConnections;
import io.atalaya.streams.PartitionStore.Account;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets each partition forget what is beyond its bounds, fetches its account and notes its high-water mark, every now and
 * then. Thread-safe: everything happens on its thread {@value #THREAD}.
 */
final class Upkeep implements AutoCloseable {
    static final String THREAD = "log-upkeep";

    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    private final String process;
    private final List<Partition> partitions;
    private final HighWaterMarks marks;
    private final StreamContext.Timings timings;
    private final ScheduledExecutorService executor;
    private boolean failing;

    /** @param process names this process, like no other */
    Upkeep(String process, List<Partition> partitions, HighWaterMarks marks, StreamContext.Timings timings) {
        this.process = process;
        this.partitions = partitions;
        this.marks = marks;
        this.timings = timings;
        this.executor = Executors.newSingleThreadScheduledExecutor(
                task -> Thread.ofPlatform().name(THREAD).unstarted(task));
    }

    void start() {
        long interval = timings.upkeepInterval().toMillis();
        executor.scheduleWithFixedDelay(this::round, interval, interval, TimeUnit.MILLISECONDS);
    }

    private void round() {
        try {
            var accounts = new ArrayList<CompletableFuture<Account>>();
            partitions.forEach(partition -> accounts.add(
                    partition.store().upkeep(process, partition.view().offset())));
            for (Partition partition : partitions) {
                partition.onAccount(Partition.join(accounts.get(partition.number()), timings.commandTimeout()));
            }
        } catch (RuntimeException unreachable) {
            // the reader says that Redis is away
            LOG.atDebug()
                    .addKeyValue("error", RedisConnections.describe(unreachable))
                    .log("no upkeep of the log");
        }
        note();
    }

    private void note() {
        try {
            marks.write(partitions.stream().map(Partition::known).toList());
            failing = false;
        } catch (RuntimeException failure) {
            (failing ? LOG.atDebug() : LOG.atError())
                    .setCause(failure)
                    .log("the log's high-water marks cannot be written");
            failing = true;
        }
    }

    /** Does a round at once and waits for it. */
    void now() {
        try {
            executor.submit(this::round).get(timings.commandTimeout().toMillis() * 2, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw PartitionStore.unavailable("log: no upkeep: " + e, e);
        }
    }

    /** Notes the marks for the last time; waits a few seconds at most. */
    @Override
    public void close() {
        executor.execute(this::note);
        executor.shutdown();
        try {
            if (!executor.awaitTermination(timings.closePatience().toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.atWarn().log("the upkeep of the log did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
