package io.atalaya.demo.incident;

import io.atalaya.demo.Terminal;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What an incident tells, waits for and finds wrong. Confined to one thread, except that anyone may count the latch down. */
final class Proceedings {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** The engine of budgets looks every ten seconds. */
    static final Duration TWO_LOOKS_OF_THE_ENGINE = Duration.ofSeconds(25);

    private static final Duration LOOK = Duration.ofMillis(500);
    private static final int LOOKS_A_WORD = 6;

    private final Terminal terminal;
    private final CountDownLatch stop;
    private final LongSupplier nanoClock;
    private final List<String> problems = new ArrayList<>();

    Proceedings(Terminal terminal, CountDownLatch stop, LongSupplier nanoClock) {
        this.terminal = terminal;
        this.stop = stop;
        this.nanoClock = nanoClock;
    }

    /** Something that is to come true. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    void say(String line) {
        terminal.print(line);
    }

    /** Whatever does not hold is a problem. */
    void expect(boolean holds, String problem) {
        if (!holds) {
            problems.add(problem);
        }
    }

    List<String> problems() {
        return List.copyOf(problems);
    }

    /** Whether somebody has had enough: then nothing has to hold any more. */
    boolean stopped() {
        return stop.getCount() == 0;
    }

    long nanos() {
        return nanoClock.getAsLong();
    }

    void await(Condition condition, Runnable each) throws InterruptedException, IOException {
        await(PATIENCE, condition, each);
    }

    /**
     * Waits until the condition holds, somebody stops the demonstration, or patience is over.
     *
     * @param each now and then meanwhile
     */
    void await(Duration patience, Condition condition, Runnable each) throws InterruptedException, IOException {
        long deadline = nanos() + patience.toNanos();
        int looks = 0;
        while (!condition.holds() && !stopped() && nanos() < deadline) {
            boolean _ = stop.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            if (looks++ % LOOKS_A_WORD == 1) {
                each.run();
            }
        }
    }
}
