package io.atalaya.hub;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.Topic;
import io.atalaya.log.EventLog;
import io.atalaya.profile.EventType;
import io.atalaya.profile.EventType.SlowPolicy;
import io.atalaya.protocol.Wire;
import io.atalaya.rate.SlidingWindow;
import io.atalaya.routing.EventRoutes;
import io.atalaya.slow.Handling;
import io.atalaya.slow.Origin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes committed events in log order, finds their topics, encodes them once for each wire and offers them to the shards
 * that have subscribers. Thread-safe without locks: whoever finds nobody routing routes for everyone.
 *
 * <p><b>Full shards.</b> At most {@code deliveryWindow} events are on their way. Durable events beyond it wait in the
 * queue, bounded by the intake's own bound, and go on when a shard has drained; nobody blocks. Ephemeral events
 * beyond it are dropped and counted.
 */
public final class Router implements EventLog.CommitListener {
    private static final Logger LOG = LoggerFactory.getLogger(Router.class);
    private static final Wire[] WIRES = Wire.values();
    private static final int EVENTS_PER_DELIVERY = 256;
    private static final int BYTES_PER_DELIVERY = 256 * 1024;

    private final EventRoutes routes;
    private final Hub hub;
    private final int window;
    private final BroadcastLimit limit;

    private final Queue<List<Routable>> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger routers = new AtomicInteger();
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicInteger onTheirWay = new AtomicInteger();
    private final LongAdder routed = new LongAdder();
    private final LongAdder withoutAudience = new LongAdder();
    private final LongAdder ephemeralDropped = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final ConcurrentHashMap<String, LongAdder> routedByTenant = new ConcurrentHashMap<>();

    private record Routable(Event event, EventLog.@Nullable Entry entry) {
        @Nullable
        Cursor cursor() {
            return entry == null ? null : entry.cursor();
        }

        long offset() {
            return entry == null ? Delivery.EPHEMERAL : entry.cursor().offset();
        }

        long epoch() {
            return entry == null ? 0 : entry.cursor().epoch();
        }
    }

    /**
     * @param routed events routed, whether or not anyone was there
     * @param withoutAudience those for which no session was there
     * @param ephemeralDropped ephemeral events dropped because the shards were behind
     * @param rateLimited events not fanned out because of the global limit
     * @param onTheirWay events that some shard has still to drain
     * @param failed events that could not be encoded, or not matched by a shard, for want of memory or by a fault of ours;
     *     logged
     * @param routedByTenant events routed, by tenant, where tenants are told apart
     */
    public record Totals(
            long routed,
            long withoutAudience,
            long ephemeralDropped,
            long rateLimited,
            long onTheirWay,
            long failed,
            Map<String, Long> routedByTenant) {
        public Totals {
            routedByTenant = Map.copyOf(routedByTenant);
        }
    }

    Router(EventRoutes routes, Hub hub, HubConfig config) {
        this.routes = routes;
        this.hub = hub;
        this.window = config.deliveryWindow();
        this.limit = new BroadcastLimit(config.broadcastsPerSecond());
    }

    @Override
    public void onCommitted(List<EventLog.Entry> entries) {
        var batch = new ArrayList<Routable>(entries.size());
        for (EventLog.Entry entry : entries) {
            batch.add(new Routable(entry.event(), entry));
        }
        enqueue(batch);
    }

    /** Routes events that skip the log; drops them when the shards are behind. Callable by any thread. */
    public void onEphemeral(List<Event> events) {
        // what waits counts too: behind a durable batch that does not fit, ephemeral events would collect without bound
        if (onTheirWay.get() + queued.get() >= window) {
            ephemeralDropped.add(events.size());
            return;
        }
        var batch = new ArrayList<Routable>(events.size());
        for (Event event : events) {
            batch.add(new Routable(event, null));
        }
        enqueue(batch);
    }

    /** Whether as many events wait as may be on their way: a log that can hold what follows should. */
    public boolean isBehind() {
        return onTheirWay.get() + queued.get() >= window;
    }

    private void enqueue(List<Routable> batch) {
        queued.addAndGet(batch.size());
        waiting.add(batch);
        route();
    }

    private void route() {
        if (routers.getAndIncrement() != 0) {
            return;
        }
        int calls = 1;
        while (calls != 0) {
            for (var batch = waiting.peek(); batch != null && fits(batch); batch = waiting.peek()) {
                waiting.remove();
                onTheirWay.addAndGet(batch.size());
                queued.addAndGet(-batch.size());
                route(batch);
            }
            calls = routers.addAndGet(-calls);
        }
    }

    private boolean fits(List<Routable> batch) {
        int before = onTheirWay.get();
        return before == 0 || before + batch.size() <= window;
    }

    private void route(List<Routable> batch) {
        routed.add(batch.size());
        int from = 0;
        while (from < batch.size()) {
            int to = from;
            int bytes = 0;
            do {
                bytes += batch.get(to).event().body().open().length;
                to++;
            } while (to < batch.size() && to - from < EVENTS_PER_DELIVERY && bytes < BYTES_PER_DELIVERY);
            deliver(batch.subList(from, to), bytes);
            from = to;
        }
    }

    private void deliver(List<Routable> events, int bodyBytes) {
        long nowNanos = hub.nowNanos();
        var drafts = new Drafts(events.size(), bodyBytes);
        try {
            countByTenant(events);
            for (Routable routable : events) {
                List<Topic> topics = routes.topicsOf(routable.event());
                int wires = drafts.lookUp(topics);
                if (wires == 0) {
                    withoutAudience.increment();
                } else if (limit.allows(nowNanos)) {
                    drafts.add(routable, topics, wires);
                }
            }
        } catch (RuntimeException | OutOfMemoryError failure) {
            drafts.discard();
            onFailure(events.size(), failure);
            return;
        }
        drafts.offer(nowNanos);
    }

    private void countByTenant(List<Routable> events) {
        if (hub.tenants().isOn()) {
            for (Routable routable : events) {
                String tenant = hub.tenants().of(routable.event().tenant().value());
                routedByTenant.computeIfAbsent(tenant, _ -> new LongAdder()).increment();
            }
        }
    }

    /** Some events on their way to become one delivery for each wire. Confined to whoever is routing. */
    private final class Drafts {
        private final int events;
        private final int bodyBytes;
        private final @Nullable Draft[] byWire = new @Nullable Draft[WIRES.length];
        private final long[] masks = new long[WIRES.length];
        private int deliveries;

        Drafts(int events, int bodyBytes) {
            this.events = events;
            this.bodyBytes = bodyBytes;
        }

        /** Finds the shards of an event's audience and returns over how many wires they are reached. */
        int lookUp(List<Topic> topics) {
            int wires = 0;
            for (int i = 0; i < WIRES.length; i++) {
                masks[i] = hub.directory(WIRES[i]).shardsOf(topics);
                wires += masks[i] == 0 ? 0 : 1;
            }
            return wires;
        }

        /** Encodes the event that was looked up, once for each wire that reaches somebody. */
        void add(Routable routable, List<Topic> topics, int wires) {
            AtomicBoolean counted = wires > 1 || hub.shards() > 1 ? new AtomicBoolean() : null;
            for (int i = 0; i < WIRES.length; i++) {
                if (masks[i] != 0) {
                    Draft draft = draft(i);
                    draft.shards |= masks[i];
                    int start = draft.frames.writerIndex();
                    WIRES[i].encode(routable.event(), routable.cursor(), draft.frames);
                    draft.items.add(item(routable, topics, start, draft.frames.writerIndex(), counted));
                }
            }
        }

        private Draft draft(int wire) {
            Draft draft = byWire[wire];
            if (draft == null) {
                int most = bodyBytes + events * WIRES[wire].maxOverhead();
                draft = new Draft(ByteBufAllocator.DEFAULT.directBuffer(most), new ArrayList<>(events));
                byWire[wire] = draft;
                deliveries++;
            }
            return draft;
        }

        void offer(long nowNanos) {
            if (deliveries == 0) {
                onTheirWay.addAndGet(-events);
                return;
            }
            Runnable whenDrained = whenDrained();
            for (int i = 0; i < WIRES.length; i++) {
                Draft draft = byWire[i];
                if (draft != null) {
                    int shards = Long.bitCount(draft.shards);
                    hub.offer(
                            new Delivery(WIRES[i], draft.frames, draft.items, nowNanos, shards, whenDrained),
                            draft.shards);
                }
            }
        }

        /** The events are no longer on their way when the last of their deliveries is drained. */
        private Runnable whenDrained() {
            if (deliveries == 1) {
                return () -> onDrained(events);
            }
            var left = new AtomicInteger(deliveries);
            return () -> {
                if (left.decrementAndGet() == 0) {
                    onDrained(events);
                }
            };
        }

        void discard() {
            for (Draft draft : byWire) {
                if (draft != null) {
                    draft.frames.release();
                }
            }
        }
    }

    /** A delivery in the making. Confined to whoever is routing. */
    private static final class Draft {
        private final ByteBuf frames;
        private final List<Delivery.Item> items;
        private long shards;

        Draft(ByteBuf frames, List<Delivery.Item> items) {
            this.frames = frames;
            this.items = items;
        }
    }

    private Delivery.Item item(
            Routable routable, List<Topic> topics, int start, int end, @Nullable AtomicBoolean counted) {
        EventType rule = routes.ruleOf(routable.event());
        return new Delivery.Item(
                topics,
                start,
                end,
                origin(routable.event(), rule),
                routable.offset(),
                routable.epoch(),
                handling(routable, rule),
                rule.ack().isPresent() ? routable.entry() : null,
                counted);
    }

    private Origin origin(Event event, EventType rule) {
        return new Origin(hub.types().indexOf(rule.name()), event.id().value(), event.acceptedNanos());
    }

    private static @Nullable Handling handling(Routable routable, EventType rule) {
        return switch (rule.slow()) {
            case SlowPolicy.Close _ -> null;
            case SlowPolicy.DropOldest _ -> new Handling(rule.name(), routable.cursor(), null);
            case SlowPolicy.Conflate(String member) -> {
                Event event = routable.event();
                String value = event.scope().get(member);
                yield value == null ? null : new Handling(rule.name(), routable.cursor(), event.type() + '\n' + value);
            }
        };
    }

    /** Whoever routes has to go on: a failure that escaped would leave nobody routing, for good. */
    private void onFailure(int events, Throwable failure) {
        failed.add(events);
        onTheirWay.addAndGet(-events);
        LOG.atError().setCause(failure).addKeyValue("events", events).log("events could not be routed");
    }

    /** A shard could not match an event. Callable by any thread. */
    void onUnmatched(Throwable fault) {
        failed.increment();
        LOG.atError().setCause(fault).log("an event could not be matched");
    }

    private void onDrained(int events) {
        onTheirWay.addAndGet(-events);
        if (!waiting.isEmpty()) {
            route();
        }
    }

    /** What became of the events so far. */
    public Totals totals() {
        return new Totals(
                routed.sum(),
                withoutAudience.sum(),
                ephemeralDropped.sum(),
                limit.refused(),
                onTheirWay.get(),
                failed.sum(),
                byTenant());
    }

    private Map<String, Long> byTenant() {
        var counts = new HashMap<String, Long>();
        routedByTenant.forEach((tenant, count) -> counts.put(tenant, count.sum()));
        return counts;
    }

    /**
     * The bound on fan-outs per second over the whole process; off at 0. Confined to whoever is routing; only the count of
     * refusals may be read by others.
     */
    static final class BroadcastLimit {
        private static final long SECOND_NANOS = 1_000_000_000L;

        private final int perSecond;
        private final SlidingWindow window;
        private final LongAdder refused = new LongAdder();

        BroadcastLimit(int perSecond) {
            this.perSecond = perSecond;
            this.window = new SlidingWindow(perSecond, SECOND_NANOS);
        }

        boolean allows(long nowNanos) {
            if (perSecond == 0 || window.allows(nowNanos)) {
                return true;
            }
            refused.increment();
            return false;
        }

        long refused() {
            return refused.sum();
        }
    }
}
