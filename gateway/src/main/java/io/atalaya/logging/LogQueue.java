package io.atalaya.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.spi.AppenderAttachable;
import ch.qos.logback.core.spi.AppenderAttachableImpl;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Writes log lines on a thread of its own, so that whoever logs never waits for standard error. Thread-safe: a bounded
 * queue between callers and the thread; counters are atomic.
 *
 * <p>When the queue is three quarters full, lines below WARN are dropped, and when it is full every line is; both are
 * counted, and said once there is room again. Of warnings and errors of one kind that come too often only the first are
 * written, and then how many more there were ({@link Floods}).
 */
public final class LogQueue extends UnsynchronizedAppenderBase<ILoggingEvent>
        implements AppenderAttachable<ILoggingEvent> {
    private static final int CAPACITY = 4_096;
    private static final Duration FLUSH_PATIENCE = Duration.ofSeconds(1);
    private static final long LOOK_EVERY_MILLIS = 500;

    private final BlockingQueue<ILoggingEvent> queue = new ArrayBlockingQueue<>(CAPACITY);
    private final AppenderAttachableImpl<ILoggingEvent> targets = new AppenderAttachableImpl<>();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong droppedAndSaid = new AtomicLong();
    private final Floods floods = new Floods();
    private @Nullable Thread writer;

    /** Made by the logging configuration. */
    public LogQueue() {}

    @Override
    public void start() {
        super.start();
        writer = Thread.ofPlatform().daemon().name("atalaya-log").start(this::write);
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (!floods.pass(event, System.nanoTime())) {
            return;
        }
        boolean minor = !event.getLevel().isGreaterOrEqual(Level.WARN);
        event.prepareForDeferredProcessing();
        if ((minor && queue.remainingCapacity() < CAPACITY / 4) || !queue.offer(event)) {
            dropped.incrementAndGet();
        } else {
            accepted.incrementAndGet();
        }
    }

    private void write() {
        try {
            while (true) {
                ILoggingEvent event = queue.poll(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
                if (event != null) {
                    targets.appendLoopOnAppenders(event);
                    written.incrementAndGet();
                }
                if (queue.isEmpty()) {
                    sayWhatWasDropped();
                    sayWhatWasSuppressed();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void sayWhatWasDropped() {
        long lines = dropped.get();
        long news = lines - droppedAndSaid.getAndSet(lines);
        if (news > 0) {
            LoggerFactory.getLogger(LogQueue.class)
                    .atWarn()
                    .addKeyValue("lines", news)
                    .log("log lines dropped");
        }
    }

    private void sayWhatWasSuppressed() {
        for (Floods.Summary summary : floods.onTime(System.nanoTime())) {
            LoggerFactory.getLogger(LogQueue.class)
                    .atWarn()
                    .addKeyValue("logger", summary.logger())
                    .addKeyValue("like", summary.message())
                    .addKeyValue("lines", summary.lines())
                    .log("log lines like others left out");
        }
    }

    /** Lines lost so far. */
    long dropped() {
        return dropped.get();
    }

    /** Lines left out so far because there were many like them. */
    long suppressed() {
        return floods.suppressed();
    }

    /** Waits until everything logged before is written, a second at most. */
    void flush() {
        long wanted = accepted.get();
        long deadline = System.nanoTime() + FLUSH_PATIENCE.toNanos();
        while (written.get() < wanted && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void stop() {
        if (!isStarted()) {
            return;
        }
        flush();
        super.stop();
        if (writer != null) {
            writer.interrupt();
        }
        targets.detachAndStopAllAppenders();
    }

    /** Waits for the lines of this process, a second at most; to be called before the process ends. */
    public static void flushAll() {
        all().forEach(LogQueue::flush);
    }

    /** Lines that this process has lost. */
    public static long droppedByAll() {
        return all().mapToLong(LogQueue::dropped).sum();
    }

    /** Lines that this process has left out because there were many like them. */
    public static long suppressedByAll() {
        return all().mapToLong(LogQueue::suppressed).sum();
    }

    private static Stream<LogQueue> all() {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return Stream.empty();
        }
        Iterable<Appender<ILoggingEvent>> appenders =
                () -> context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
        return StreamSupport.stream(appenders.spliterator(), false)
                .flatMap(appender -> appender instanceof LogQueue log ? Stream.of(log) : Stream.empty());
    }

    @Override
    public void addAppender(Appender<ILoggingEvent> appender) {
        targets.addAppender(appender);
    }

    @Override
    public Iterator<Appender<ILoggingEvent>> iteratorForAppenders() {
        return targets.iteratorForAppenders();
    }

    @Override
    public Appender<ILoggingEvent> getAppender(String name) {
        return targets.getAppender(name);
    }

    @Override
    public boolean isAttached(Appender<ILoggingEvent> appender) {
        return targets.isAttached(appender);
    }

    @Override
    public void detachAndStopAllAppenders() {
        targets.detachAndStopAllAppenders();
    }

    @Override
    public boolean detachAppender(Appender<ILoggingEvent> appender) {
        return targets.detachAppender(appender);
    }

    @Override
    public boolean detachAppender(String name) {
        return targets.detachAppender(name);
    }
}
