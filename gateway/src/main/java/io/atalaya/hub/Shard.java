package io.atalaya.hub;

import io.atalaya.auth.Principal;
import io.atalaya.event.TenantId;
import io.atalaya.event.Topic;
import io.atalaya.profile.Endpoint;
import io.atalaya.progress.Attendance;
import io.atalaya.progress.Departures;
import io.atalaya.progress.Progress;
import io.atalaya.protocol.CloseReason;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions of one event loop with their topic index and counters. Confined to that loop; the doors for other
 * threads are {@link #offer} and {@link #execute}.
 *
 * <p>The loop drains the inbox in batches: match every event against the index, then flush each session that got
 * something once. An event that is alone and for one topic has neither company nor a second match to wait for: each
 * session is flushed as it is matched, which touches its memory once instead of twice.
 */
public final class Shard {
    private static final Logger LOG = LoggerFactory.getLogger(Shard.class);
    private static final long DROP_LOG_NANOS = 1_000_000_000L;
    private static final int MOST_UNFLUSHED_BYTES = 64 * 1024;
    private static final int EVENTS_PER_DRAIN = 1_024;
    private static final int REMEMBERED_DEPARTURES = 512;

    private final int number;
    private final EventLoop loop;
    private final Hub hub;
    private final HubConfig config;
    private final int mostUnflushedBytes;
    private final ShardCounters counters = new ShardCounters();

    private final Queue<Delivery> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean drainScheduled = new AtomicBoolean();

    private final Map<Topic, Subscribers> index = new HashMap<>();
    private final List<Session> sessions = new ArrayList<>();
    private final Departures departures = new Departures(REMEMBERED_DEPARTURES);
    private final List<Delivery> draining = new ArrayList<>();
    private Outbound[] dirty = new Outbound[64];
    private int dirtySize;
    private long stamp;
    private long nextSessionId;
    private long nextDropLogNanos;
    private long droppedSinceLog;

    Shard(int number, EventLoop loop, Hub hub, HubConfig config) {
        this.number = number;
        this.loop = loop;
        this.hub = hub;
        this.config = config;
        this.mostUnflushedBytes = Math.min(MOST_UNFLUSHED_BYTES, config.maxOutboundBytes() / 2);
        this.nextSessionId = number;
        this.nextDropLogNanos = hub.nowNanos();
    }

    void start() {
        long periodMillis = sweepPeriod(config.heartbeatTimeout()).toMillis();
        loop.scheduleAtFixedRate(this::onSweep, periodMillis, periodMillis, TimeUnit.MILLISECONDS);
    }

    private static Duration sweepPeriod(Duration heartbeatTimeout) {
        Duration half = heartbeatTimeout.dividedBy(2);
        Duration most = Duration.ofSeconds(1);
        Duration least = Duration.ofMillis(10);
        return half.compareTo(most) > 0 ? most : half.compareTo(least) < 0 ? least : half;
    }

    int number() {
        return number;
    }

    /** What a session may collect before it is flushed: so much can wait when the socket takes nothing. */
    int mostUnflushedBytes() {
        return mostUnflushedBytes;
    }

    HubConfig config() {
        return config;
    }

    Hub.Standings standings() {
        return hub.standings();
    }

    long nowNanos() {
        return hub.nowNanos();
    }

    Instant now() {
        return hub.now();
    }

    /** What this shard counts; to be touched on its loop only. */
    ShardCounters counters() {
        assert loop.inEventLoop() : "shard " + number + " touched by " + Thread.currentThread();
        return counters;
    }

    /** Runs {@code task} on the shard's loop; at once when called there. Callable by any thread. */
    public void execute(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    void schedule(Runnable task, long delayMillis) {
        loop.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
    }

    /** Hands over a delivery. Callable by any thread; bounded by the router's window. */
    void offer(Delivery delivery) {
        inbox.add(delivery);
        if (drainScheduled.compareAndSet(false, true)) {
            try {
                loop.execute(this::onDrain);
            } catch (RejectedExecutionException _) {
                onStopped();
            }
        }
    }

    /** The loop has stopped, and its sessions with it: nobody is left to deliver to, and the router must not wait. */
    private void onStopped() {
        drainScheduled.set(false);
        for (Delivery delivery = inbox.poll(); delivery != null; delivery = inbox.poll()) {
            delivery.onShardDrained();
        }
    }

    private void onDrain() {
        drainScheduled.set(false);
        long closedBefore = counters.closed;
        int events = 0;
        while (events < EVENTS_PER_DRAIN) {
            Delivery delivery = inbox.poll();
            if (delivery == null) {
                break;
            }
            draining.add(delivery);
            events += delivery.items().size();
            boolean alone = events == 1 && inbox.isEmpty();
            for (Delivery.Item item : delivery.items()) {
                match(delivery, item, alone);
            }
        }
        flushDirty();
        counters.fanoutsWithFailures += counters.closed > closedBefore ? 1 : 0;
        finishDrained();
        if (!inbox.isEmpty() && drainScheduled.compareAndSet(false, true)) {
            loop.execute(this::onDrain);
        }
    }

    private void match(Delivery delivery, Delivery.Item item, boolean alone) {
        stamp++;
        boolean atOnce = alone && audiences(item) == 1;
        boolean anyone = false;
        for (Topic topic : item.topics()) {
            Subscribers subscribers = index.get(topic);
            if (subscribers != null) {
                anyone = true;
                counters.matched += subscribers.size();
                offerToAll(subscribers, delivery, item, atOnce);
            }
        }
        counters.fanouts += anyone && item.isFirstFanout() ? 1 : 0;
    }

    /** How many topics of the event have subscribers here. */
    private int audiences(Delivery.Item item) {
        int audiences = 0;
        for (Topic topic : item.topics()) {
            audiences += index.containsKey(topic) ? 1 : 0;
        }
        return audiences;
    }

    /** From the last to the first: a flush may end its session, whose place the last one takes. */
    private void offerToAll(Subscribers subscribers, Delivery delivery, Delivery.Item item, boolean atOnce) {
        for (int i = subscribers.size() - 1; i >= 0; i--) {
            Outbound outbound = subscribers.at(i);
            boolean first = outbound.offer(delivery.frames(), item, stamp);
            if (first && atOnce) {
                outbound.flush();
            } else if (first) {
                onDirty(outbound);
            }
        }
    }

    private void onDirty(Outbound outbound) {
        if (dirtySize == dirty.length) {
            dirty = Arrays.copyOf(dirty, dirtySize * 2);
        }
        dirty[dirtySize++] = outbound;
    }

    private void flushDirty() {
        for (int i = 0; i < dirtySize; i++) {
            dirty[i].flush();
            dirty[i] = null;
        }
        dirtySize = 0;
    }

    private void finishDrained() {
        long nowNanos = nowNanos();
        for (Delivery delivery : draining) {
            counters.fanout.record(
                    nowNanos - delivery.routedNanos(), delivery.items().size());
            delivery.onShardDrained();
        }
        draining.clear();
    }

    /**
     * Makes a session of an authenticated connection and subscribes it. On the loop only.
     *
     * @param ctx context whose writes reach the socket without further encoding
     */
    public Session join(
            ChannelHandlerContext ctx, Endpoint endpoint, Principal principal, Admission.Slot slot, Set<Topic> topics) {
        var session = new Session(nextSessionId, this, ctx, endpoint, principal, slot);
        nextSessionId += Hub.MAX_SHARDS;
        counters().accepted++;
        session.onShardPosition(sessions.size());
        sessions.add(session);
        session.subscribe(topics);
        return session;
    }

    /** Counts a connection that was turned away. On the loop only. */
    public void onRefused(CloseReason reason) {
        counters().onRefused(reason);
    }

    /** There was no room for an event that waited for a slow client. */
    void onDropped(Session session, String type) {
        counters().onDropped(type);
        droppedSinceLog++;
        long nowNanos = nowNanos();
        if (nowNanos - nextDropLogNanos >= 0) {
            LOG.atInfo()
                    .addKeyValue("session", session.id())
                    .addKeyValue("endpoint", session.endpoint().name())
                    .addKeyValue("tenant", session.principal().tenant())
                    .addKeyValue("type", type)
                    .addKeyValue("dropped", droppedSinceLog)
                    .log("a client reads too slowly: events dropped");
            nextDropLogNanos = nowNanos + DROP_LOG_NANOS;
            droppedSinceLog = 0;
        }
    }

    Subscribers subscribersOf(Topic topic) {
        Subscribers subscribers = index.get(topic);
        if (subscribers == null) {
            subscribers = new Subscribers(topic);
            index.put(topic, subscribers);
            hub.directory().onFirstSubscriber(topic, number);
        }
        return subscribers;
    }

    void onLeave(Subscribers subscribers, int position) {
        subscribers.removeAt(position);
        if (subscribers.size() == 0) {
            index.remove(subscribers.topic());
            hub.directory().onLastSubscriberGone(subscribers.topic(), number);
        }
    }

    void onEnded(Session session, Progress atTheEnd) {
        departures.add(atTheEnd);
        Session last = sessions.removeLast();
        if (last != session) {
            sessions.set(session.shardPosition(), last);
            last.onShardPosition(session.shardPosition());
        }
    }

    private void onSweep() {
        long nowNanos = nowNanos();
        Instant now = hub.now();
        for (int i = sessions.size() - 1; i >= 0; i--) {
            sessions.get(i).onSweep(nowNanos, now);
        }
    }

    /** The open sessions, for operators; a copy. On the loop only. */
    List<Session> sessions() {
        assert loop.inEventLoop();
        return List.copyOf(sessions);
    }

    /** Who of a tenant is connected and who has left lately. On the loop only. */
    Attendance attendance(TenantId tenant) {
        assert loop.inEventLoop();
        List<Progress> present = sessions.stream()
                .filter(session -> session.principal().tenant().equals(tenant))
                .map(Session::progress)
                .toList();
        List<Progress> departed = departures.all(one -> one.principal().tenant().equals(tenant));
        return new Attendance(present, departed, departures.forgottenUntil());
    }

    /** Closes at most {@code most} sessions and returns how many are left. On the loop only. */
    int closeSome(int most, CloseReason reason) {
        for (int i = 0; i < most && !sessions.isEmpty(); i++) {
            sessions.getLast().close(reason);
        }
        return sessions.size();
    }

    /** A consistent copy of the counters. On the loop only, between two drains. */
    ShardSnapshot snapshot() {
        assert loop.inEventLoop();
        long nowNanos = nowNanos();
        long pending = 0;
        long oldestSilence = 0;
        long newestSilence = Long.MAX_VALUE;
        long silences = 0;
        var byEndpoint = new TreeMap<String, Integer>();
        for (Session session : sessions) {
            pending += session.outbound().pending();
            long silence = session.silentNanos(nowNanos);
            oldestSilence = Math.max(oldestSilence, silence);
            newestSilence = Math.min(newestSilence, silence);
            silences += silence;
            byEndpoint.merge(session.endpoint().name(), 1, Integer::sum);
        }
        var givenUp = counters.givenUp();
        var book = new DeliveryBook(
                counters.matched(),
                counters.sent,
                givenUp.conflated(),
                givenUp.dropped(),
                counters.duplicate,
                counters.closed,
                pending);
        return new ShardSnapshot(
                byEndpoint,
                book,
                givenUp,
                counters.fanouts,
                counters.fanoutsWithFailures,
                counters.clientMessages,
                counters.unknownClientMessages,
                counters.accepted,
                counters.closedByClient,
                counters.connectionsLost,
                counters.refusals(),
                counters.closes(),
                counters.latency.snapshot(),
                counters.fanout.snapshot(),
                counters.roundTrip.snapshot(),
                sessions.isEmpty()
                        ? ShardSnapshot.Silence.NONE
                        : new ShardSnapshot.Silence(oldestSilence / 1e9, newestSilence / 1e9, silences / 1e9));
    }
}
