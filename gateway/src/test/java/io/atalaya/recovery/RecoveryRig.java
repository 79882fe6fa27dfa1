package io.atalaya.recovery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.ack.AckBounds;
import io.atalaya.ack.AckStore;
import io.atalaya.ack.InMemoryAckStore;
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.event.Topic;
import io.atalaya.hub.DeliveryBook;
import io.atalaya.hub.HubConfig;
import io.atalaya.hub.HubRig;
import io.atalaya.hub.Session;
import io.atalaya.hub.TestSocket;
import io.atalaya.log.EventLog;
import io.atalaya.log.InMemoryEventLog;
import io.atalaya.log.LogConfig;
import io.atalaya.log.LogException;
import io.atalaya.routing.EventRoutes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionStage;

/**
 * A hub with a log and replays, whose loops, workers and time move when the test says so. Confined to the test's
 * thread.
 */
final class RecoveryRig implements AutoCloseable {
    final HubRig hub;
    final BreakableLog log;
    final AckStore acks = new InMemoryAckStore(new AckBounds(10_000, 10_000, 10_000));
    final Recovery recovery;

    private final Queue<Runnable> work = new ArrayDeque<>();
    private final List<Later> later = new ArrayList<>();
    private int events;
    private int subjects;

    private record Later(long dueNanos, Runnable task) {}

    RecoveryRig(HubConfig limits, LogConfig bounds, RecoveryConfig config) {
        this(limits, bounds, config, HubRig.routes());
    }

    RecoveryRig(HubConfig limits, LogConfig bounds, RecoveryConfig config, EventRoutes routes) {
        this.hub = new HubRig(2, limits, routes);
        InstantSource clock = () -> HubRig.START.plusNanos(hub.ticker.nanoTime());
        this.log = new BreakableLog(new InMemoryEventLog(bounds, HubRig.EPOCH, clock, hub.hub.router()));
        var pace = new Recovery.Pace(
                work::add,
                (delayNanos, task) -> later.add(new Later(hub.ticker.nanoTime() + delayNanos, task)),
                hub.ticker::nanoTime,
                clock);
        this.recovery = new Recovery(config, new Recovery.Stores(log, acks), routes, limits.maxOutboundBytes(), pace);
    }

    RecoveryRig(LogConfig bounds) {
        this(HubRig.limits(), bounds, RecoveryConfig.defaults());
    }

    RecoveryRig() {
        this(bounds(100_000));
    }

    static LogConfig bounds(int maxEvents) {
        LogConfig some = LogConfig.defaults();
        return new LogConfig(
                maxEvents, some.maxBytes(), some.maxAge(), some.dedupeWindow(), some.maxRememberedIds(), false);
    }

    /** A log that can be unreadable for a while. */
    static final class BreakableLog implements EventLog {
        private final EventLog sound;
        boolean broken;
        int readings;

        private BreakableLog(EventLog sound) {
            this.sound = sound;
        }

        @Override
        public CompletionStage<List<Appended>> append(List<Event> events) {
            return sound.append(events);
        }

        @Override
        public Slice read(TenantId tenant, Cursor after, int max) {
            readings++;
            if (broken) {
                throw new LogException(LogException.Reason.UNAVAILABLE, "log: unreadable for a test");
            }
            return sound.read(tenant, after, max);
        }

        @Override
        public Optional<Slice.Entries> recent(TenantId tenant, Cursor after, int max) {
            return sound.recent(tenant, after, max);
        }

        @Override
        public Cursor head(TenantId tenant) {
            return sound.head(tenant);
        }

        @Override
        public Backlog backlog() {
            return sound.backlog();
        }

        @Override
        public Totals totals() {
            return sound.totals();
        }

        @Override
        public void close() {
            sound.close();
        }
    }

    /** A new event with a name that no other has. */
    Event event(TenantId tenant, String type, String room, boolean durable) {
        String name = "e" + events++;
        Map<String, String> scope = room.isEmpty() ? Map.of() : Map.of("room_id", room);
        var body = new Event.Body(("{\"n\":\"" + name + "\"").getBytes(UTF_8));
        long nowNanos = hub.ticker.nanoTime();
        return new Event(tenant, new EventId(name), type, scope, body, HubRig.START, nowNanos, durable);
    }

    /** Appends a durable event, without letting any loop run. */
    EventLog.Entry commit(String type, String room) {
        return commit(event(HubRig.TENANT, type, room, true));
    }

    EventLog.Entry commit(Event event) {
        Cursor cursor = log.append(List.of(event))
                .toCompletableFuture()
                .join()
                .getFirst()
                .cursor();
        return new EventLog.Entry(cursor, 0, event);
    }

    List<EventLog.Entry> commitAll(int count) {
        var entries = new ArrayList<EventLog.Entry>();
        for (int i = 0; i < count; i++) {
            entries.add(commit("ALL", ""));
        }
        return entries;
    }

    Event publishEphemeral(String type, String room) {
        Event event = event(HubRig.TENANT, type, room, false);
        hub.hub.router().onEphemeral(List.of(event));
        return event;
    }

    Session join(TestSocket socket, String since, Topic... topics) {
        return join(socket, 0, since, topics);
    }

    /** Joins as a principal whose client acknowledges. */
    Session join(TestSocket socket, String subject, Wish wish, Topic... topics) {
        var who = HubRig.principal(HubRig.TENANT, subject, Instant.MAX);
        Session session = hub.join(socket, 0, who, topics);
        recovery.begin(session, wish);
        return session;
    }

    Session join(TestSocket socket, int shard, String since, Topic... topics) {
        var who = HubRig.principal(HubRig.TENANT, "resuming " + subjects++, Instant.MAX);
        Session session = hub.join(socket, shard, who, topics);
        recovery.begin(session, new Wish(Since.parse(since), ""));
        return session;
    }

    /** Runs the oldest piece of work, if there is one. */
    boolean work() {
        Runnable next = work.poll();
        if (next != null) {
            next.run();
        }
        return next != null;
    }

    int workWaiting() {
        return work.size();
    }

    /** Lets loops and workers run until nobody has anything to do; the books balance at every step. */
    void run() {
        do {
            hub.run();
        } while (work());
    }

    /** Lets time pass in one step, then everybody run. */
    void pass(Duration time) {
        hub.pass(time);
        runDue();
        run();
    }

    private void runDue() {
        long nowNanos = hub.ticker.nanoTime();
        List<Later> due = later.stream()
                .filter(one -> one.dueNanos() <= nowNanos)
                .sorted(Comparator.comparingLong(Later::dueNanos))
                .toList();
        later.removeAll(due);
        due.forEach(one -> one.task().run());
    }

    /** Lets everybody run, and as much time pass as anybody waits for. */
    void settle() {
        run();
        while (!later.isEmpty()) {
            long next = later.stream().mapToLong(Later::dueNanos).min().orElseThrow();
            pass(Duration.ofNanos(Math.max(0, next - hub.ticker.nanoTime())));
        }
    }

    DeliveryBook book() {
        return hub.book();
    }

    static String text(EventLog.Entry entry) {
        return open(entry.event()) + ",\"cursor\":\"" + entry.cursor() + "\"}";
    }

    static String text(Event event) {
        return open(event) + "}";
    }

    private static String open(Event event) {
        return new String(event.body().open(), UTF_8);
    }

    static List<String> texts(List<EventLog.Entry> entries) {
        return entries.stream().map(RecoveryRig::text).toList();
    }

    /** Ends every connection; nothing of any replay is left. */
    @Override
    public void close() {
        hub.close();
        settle();
        hub.assertBalanced();
        assertThat(recovery.totals().active())
                .as("replays of sessions that are gone")
                .isZero();
        assertThat(recovery.totals().waiting()).as("readings for nobody").isZero();
        assertThat(recovery.recipients()).as("recipients that are connected").isZero();
        assertThat(acks.totals()).matches(AckStore.Totals::balanced, "balanced");
    }
}
