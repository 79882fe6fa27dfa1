package io.atalaya.alerting;

import io.atalaya.alerting.AlertingConfig.TargetConfig;
import io.atalaya.alerting.Sender.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The notices for one target, sent one after the other in their order. Confined to the thread of the alerts; an answer comes
 * in by a reference that is published by whoever got it. At most {@link #MOST} wait; the oldest goes first when one more
 * comes, since the newest says how things stand.
 */
final class Outbox {
    static final int MOST = 100;

    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private final TargetConfig target;
    private final Sender sender;
    private final RandomGenerator random;
    private final Deque<Notice> waiting = new ArrayDeque<>();
    private final AtomicReference<@Nullable Answer> arrived = new AtomicReference<>();
    private final EnumMap<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
    private boolean underWay;
    private int failures;
    private Instant notBefore = Instant.EPOCH;
    private Optional<String> lastError = Optional.empty();

    Outbox(TargetConfig target, Sender sender, RandomGenerator random) {
        this.target = target;
        this.sender = sender;
        this.random = random;
        for (Outcome outcome : Outcome.values()) {
            outcomes.put(outcome, 0L);
        }
    }

    /**
     * Something to be told. Immutable.
     *
     * @param path below the target's address
     * @param until when it is not true any more
     */
    record Notice(String path, String json, Instant until) {}

    /** What became of notices and, where it failed, of attempts. */
    enum Outcome {
        DELIVERED,
        /** An attempt that is made again. */
        FAILED,
        /** The target will not have it. */
        REFUSED,
        /** It was not true any more before it could be told. */
        EXPIRED,
        /** There was no room. */
        DROPPED;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How it stands. Immutable. */
    record Status(TargetConfig target, int queued, Map<Outcome, Long> outcomes, Optional<String> lastError) {
        Status {
            outcomes = Map.copyOf(outcomes);
        }
    }

    void add(Notice notice) {
        if (waiting.size() >= MOST) {
            if (underWay) {
                Notice first = waiting.remove();
                waiting.remove();
                waiting.addFirst(first);
            } else {
                waiting.remove();
            }
            count(Outcome.DROPPED);
        }
        waiting.add(notice);
    }

    /** Takes in an answer and sends what is due. */
    void step(Instant now) {
        Answer answer = arrived.getAndSet(null);
        if (answer != null) {
            underWay = false;
            onAnswer(answer, now);
        }
        if (underWay || now.isBefore(notBefore)) {
            return;
        }
        while (!waiting.isEmpty() && waiting.element().until().isBefore(now)) {
            waiting.remove();
            count(Outcome.EXPIRED);
        }
        Notice notice = waiting.peek();
        if (notice != null) {
            underWay = true;
            sender.post(target, notice.path(), notice.json()).thenAccept(arrived::set);
        }
    }

    private void onAnswer(Answer answer, Instant now) {
        switch (answer) {
            case Answer.Taken _ -> {
                waiting.remove();
                count(Outcome.DELIVERED);
                calm();
                lastError = Optional.empty();
            }
            case Answer.Refused(String why) -> {
                waiting.remove();
                count(Outcome.REFUSED);
                calm();
                lastError = Optional.of(why);
                log(why, "a notice was refused for good");
            }
            case Answer.Failed(String why, Optional<Duration> after) -> {
                count(Outcome.FAILED);
                lastError = Optional.of(why);
                notBefore = now.plus(after.orElseGet(this::backoff));
                failures++;
                if (Integer.bitCount(failures) == 1) {
                    log(why, "a notice could not be sent; trying again");
                }
            }
        }
    }

    private void calm() {
        failures = 0;
        notBefore = Instant.EPOCH;
    }

    /** Twice as long each time, and somewhere between half and all of it, so that many do not come back at once. */
    private Duration backoff() {
        long longest = Math.min(LONGEST_WAIT.toMillis(), FIRST_WAIT.toMillis() << Math.min(failures, 10));
        return Duration.ofMillis(longest / 2 + random.nextLong(longest / 2 + 1));
    }

    private void log(String why, String text) {
        LOG.atWarn()
                .addKeyValue("target", target)
                .addKeyValue("reason", why)
                .addKeyValue("queued", waiting.size())
                .log(text);
    }

    private void count(Outcome outcome) {
        outcomes.merge(outcome, 1L, Long::sum);
    }

    /** Whether something is still to be told. */
    boolean isBusy() {
        return !waiting.isEmpty();
    }

    Status status() {
        return new Status(target, waiting.size(), outcomes, lastError);
    }
}
