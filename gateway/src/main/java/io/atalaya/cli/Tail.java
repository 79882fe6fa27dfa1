package io.atalaya.cli;

import io.atalaya.client.CloseCode;
import io.atalaya.client.Connection;
import io.atalaya.client.Received;
import io.atalaya.client.ReconnectPolicy.Next;
import java.io.PrintWriter;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Prints what a connection receives and says why it ended. Thread-safe: written by the connection's event loop, asked
 * by the command's thread.
 */
final class Tail implements Connection.Listener {
    private static final double NANOS_PER_MILLI = 1e6;

    private final Style style;
    private final PrintWriter out;
    private final PrintWriter err;
    private final InstantSource clock;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile int status = ExitCode.FAILURE;
    private final AtomicLong events = new AtomicLong();
    private volatile boolean done;

    Tail(Style style, PrintWriter out, PrintWriter err, InstantSource clock) {
        this.style = style;
        this.out = out;
        this.err = err;
        this.clock = clock;
    }

    /**
     * How events are printed. Immutable.
     *
     * @param count events after which the tail ends; 0 never
     */
    record Style(boolean pretty, boolean latency, long count) {}

    /** Counted down when there is nothing more to wait for. */
    CountDownLatch ended() {
        return ended;
    }

    /** The exit status, once ended. */
    int status() {
        return status;
    }

    /** The user does not want to wait any longer; the answer is the exit status. */
    int onTimeUp() {
        done = true;
        boolean enough = style.count() == 0 || events.get() >= style.count();
        say("%d events received".formatted(events.get()));
        return enough ? ExitCode.OK : ExitCode.FAILURE;
    }

    @Override
    public void onOpen(Connection connection) {
        say("connected");
    }

    @Override
    public void onEvent(Connection connection, Received event) {
        if (done) {
            return;
        }
        String text = event.text();
        String line = style.pretty() ? EventText.pretty(text) : text;
        out.println(style.latency() ? latencyOf(text) + line : line);
        out.flush();
        long shown = events.incrementAndGet();
        if (style.count() > 0 && shown >= style.count()) {
            end(ExitCode.OK);
        }
    }

    @Override
    public void onClose(Connection connection, CloseCode code, String reason, Next next) {
        String why =
                "closed with %s%s: %s".formatted(code, reason.isEmpty() ? "" : " \"" + reason + "\"", code.meaning());
        onEnd(why, next, code.mayReturn() ? ExitCode.FAILURE : ExitCode.TURNED_AWAY);
    }

    @Override
    public void onFailure(Connection connection, String what, Next next) {
        onEnd(what, next, ExitCode.FAILURE);
    }

    private void onEnd(String why, Next next, int exitStatus) {
        if (done) {
            return;
        }
        switch (next) {
            case Next.Retry retry ->
                say("%s; coming back in %d ms (attempt %d)"
                        .formatted(why, retry.delay().toMillis(), retry.attempt()));
            case Next.Ended _ -> {
                say(why);
                end(exitStatus);
            }
        }
    }

    private void end(int exitStatus) {
        done = true;
        status = exitStatus;
        ended.countDown();
    }

    private String latencyOf(String text) {
        try {
            var sent = OffsetDateTime.parse(EventText.timestamp(text)).toInstant();
            double millis = Duration.between(sent, clock.instant()).toNanos() / NANOS_PER_MILLI;
            return "%8.1f ms  ".formatted(millis);
        } catch (DateTimeException _) {
            return "       – ms  ";
        }
    }

    private void say(String words) {
        err.println("atalaya tail: " + words);
        err.flush();
    }
}
