package io.atalaya.sdk;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Acknowledgements on their way: those of a while go together, since each message counts towards the gateway's limit.
 * What is lost with a connection need not be repeated: the gateway sends the events again. Confined to the client's
 * thread.
 */
final class Acks {
    /** Between two messages: well within what the gateway takes. */
    private static final Duration INTERVAL = Duration.ofMillis(250);

    private static final int MOST_AT_ONCE = 200;

    private final Schedule schedule;
    private final Consumer<String> send;
    private final List<String> owed = new ArrayList<>();
    private Schedule.Timer timer = Schedule.Timer.none();
    private boolean scheduled;
    private boolean sentBefore;
    private long sentNanos;

    /** @param send sends a text message */
    Acks(Schedule schedule, Consumer<String> send) {
        this.schedule = schedule;
        this.send = send;
    }

    /** An event is to be acknowledged. */
    void add(String id) {
        owed.add(id);
        scheduleNext();
    }

    /** The connection is gone, and what was owed on it. */
    void stop() {
        timer.cancel();
        scheduled = false;
        owed.clear();
    }

    private void scheduleNext() {
        if (!scheduled) {
            scheduled = true;
            timer = schedule.after(pause(), this::sendSome);
        }
    }

    private Duration pause() {
        Duration rest = INTERVAL.minusNanos(schedule.nanos() - sentNanos);
        return sentBefore && !rest.isNegative() ? rest : Duration.ZERO;
    }

    private void sendSome() {
        scheduled = false;
        sentBefore = true;
        sentNanos = schedule.nanos();
        List<String> some = owed.subList(0, Math.min(owed.size(), MOST_AT_ONCE));
        String text = "{\"type\":\"ack\",\"ids\":[\"" + String.join("\",\"", some) + "\"]}";
        some.clear();
        send.accept(text);
        if (!owed.isEmpty()) {
            scheduleNext();
        }
    }
}
