package io.atalaya.cli.progress;

import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One line on standard error that says what a command is doing, where that takes longer than a second and somebody may be
 * watching; gone when the command has finished. Thread-safe: the text is published, and the line is written by its own
 * thread until {@link #end}.
 */
public final class Progress implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final String OVERWRITE = "\r\033[K";

    private final PrintWriter err;
    private final long beganNanos;
    private volatile String text;
    private boolean shown;
    private volatile @Nullable Thread ticker;

    Progress(PrintWriter err, String text, long nowNanos) {
        this.err = err;
        this.text = text;
        this.beganNanos = nowNanos;
    }

    /** Begins; says nothing unless the command runs in a terminal. */
    public static Progress start(PrintWriter err, String text) {
        var progress = new Progress(err, text, System.nanoTime());
        if (isTerminal()) {
            Thread ticker = Thread.ofVirtual().unstarted(progress::tickUntilClosed);
            progress.ticker = ticker;
            ticker.start();
        }
        return progress;
    }

    /** Whether somebody may be watching. */
    @SuppressWarnings("SystemConsoleNull") // it is null again where the JDK has no terminal provider
    public static boolean isTerminal() {
        return System.console() != null && System.console().isTerminal();
    }

    /** What is being done now. */
    public void now(String what) {
        text = what;
    }

    private void tickUntilClosed() {
        while (ticker != null) {
            onTick(System.nanoTime());
            LockSupport.parkNanos(TICK_NANOS);
        }
        erase();
    }

    /** Writes the line once it is time to. */
    void onTick(long nowNanos) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(nowNanos - beganNanos);
        if (nowNanos - beganNanos >= PATIENCE_NANOS) {
            err.print(OVERWRITE + text + " … " + seconds + " s");
            err.flush();
            shown = true;
        }
    }

    /** Takes the line away. */
    void erase() {
        if (shown) {
            err.print(OVERWRITE);
            err.flush();
        }
    }

    @Override
    public void close() {
        end();
    }

    /** Nothing more is said, and the line is gone when this returns. */
    public void end() {
        Thread ending = ticker;
        ticker = null;
        if (ending != null) {
            LockSupport.unpark(ending);
            try {
                ending.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
