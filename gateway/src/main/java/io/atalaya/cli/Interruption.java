package io.atalaya.cli;

import io.atalaya.logging.LogQueue;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns Ctrl-C and SIGTERM into a request to finish: the command is told, ends as it would have by itself, and its own
 * exit status stands. Thread-safe.
 */
final class Interruption implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook = new Thread(this::onShutdown, "interruption");
    private volatile int status = ExitCode.FAILURE;

    /** From now on the JVM waits for the command when it is asked to end. */
    Interruption() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Counted down when somebody wants the command to end. */
    CountDownLatch requested() {
        return requested;
    }

    /** The command is done and has said everything; {@code exitStatus} is how the process shall end. */
    int finish(int exitStatus) {
        status = exitStatus;
        finished.countDown();
        return exitStatus;
    }

    @Override
    public void close() {
        finished.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // already shutting down: the hook is at work
        }
    }

    private void onShutdown() {
        requested.countDown();
        try {
            boolean _ = finished.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        LogQueue.flushAll();
        Runtime.getRuntime().halt(status);
    }
}
