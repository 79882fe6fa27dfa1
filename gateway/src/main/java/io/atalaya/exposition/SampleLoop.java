package io.atalaya.exposition;

import io.atalaya.management.Sample;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers a sample every so often and hands it on, on a thread of its own. Thread-safe: what it calls belongs to that
 * thread while it runs. A round that fails is logged, the first of its kind in a row, and the next one comes all the same.
 */
public final class SampleLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SampleLoop.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Duration interval;
    private final Supplier<CompletionStage<Sample>> view;
    private final Consumer<Sample> sink;
    private final Thread thread;
    private boolean failing;

    /**
     * @param name of the thread
     * @param view gathers a sample
     * @param sink may block, and may throw
     */
    public SampleLoop(String name, Duration interval, Supplier<CompletionStage<Sample>> view, Consumer<Sample> sink) {
        this.interval = interval;
        this.view = view;
        this.sink = sink;
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
    }

    /** Begins. */
    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.sleep(interval);
                round();
            }
        } catch (InterruptedException _) {
            // asked to stop
        }
    }

    private void round() throws InterruptedException {
        try {
            sink.accept(view.get().toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
            failing = false;
        } catch (ExecutionException | TimeoutException | RuntimeException failure) {
            (failing ? LOG.atDebug() : LOG.atWarn())
                    .addKeyValue("loop", thread.getName())
                    .addKeyValue("reason", failure.toString())
                    .log("metrics could not be handed on; the next ones will be tried");
            failing = true;
        }
    }

    /** Stops; calling it again does nothing. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(PATIENCE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
