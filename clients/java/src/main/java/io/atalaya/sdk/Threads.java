package io.atalaya.sdk;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The two threads of a client: one for its state and timers, one for handlers, so that a slow handler delays neither
 * pings nor reconnects. Thread-safe.
 */
final class Threads implements Schedule, AutoCloseable {
    private final ScheduledThreadPoolExecutor own = new ScheduledThreadPoolExecutor(1, daemon("atalaya-client"));
    private final ExecutorService handlers = Executors.newSingleThreadExecutor(daemon("atalaya-handlers"));

    Threads() {
        own.setRemoveOnCancelPolicy(true);
        own.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    private static java.util.concurrent.ThreadFactory daemon(String name) {
        return task -> {
            var thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** The client's own thread; what comes after the close is dropped. */
    Executor own() {
        return task -> {
            try {
                own.execute(task);
            } catch (RejectedExecutionException closed) {
                // the client has ended; nobody is interested any more
            }
        };
    }

    /** The thread of the handlers; likewise. */
    Executor handlers() {
        return task -> {
            try {
                handlers.execute(task);
            } catch (RejectedExecutionException closed) {
                // the client has ended; nobody is interested any more
            }
        };
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        try {
            Future<?> later = own.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> later.cancel(false);
        } catch (RejectedExecutionException closed) {
            return Timer.none();
        }
    }

    /** Lets the handlers finish what they have begun. */
    @Override
    public void close() {
        own.shutdown();
        handlers.shutdown();
    }
}
