package io.atalaya.hub;

import io.atalaya.auth.Principal;
import io.atalaya.event.TenantId;
import io.atalaya.event.Topic;
import io.atalaya.metrics.CappedLabels;
import io.atalaya.metrics.LabelSet;
import io.atalaya.profile.Endpoint;
import io.atalaya.progress.Attendance;
import io.atalaya.progress.Departures;
import io.atalaya.progress.Progress;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.Wire;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions of one event loop, in a {@link Lane} for each wire. Confined to that loop; the doors for other threads are
 * {@link #offer} and {@link #execute}.
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
    private final Lane sockets;
    private final Lane streams;

    private final Queue<Delivery> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean drainScheduled = new AtomicBoolean();

    private final List<Session> sessions = new ArrayList<>();
    private final Departures departures = new Departures(REMEMBERED_DEPARTURES);
    private final List<Delivery> draining = new ArrayList<>();
    private Outbound[] dirty = new Outbound[64];
    private int dirtySize;
    private long drainsWithFailures;
    private long nextSessionId;
    private long nextDropLogNanos;
    private long droppedSinceLog;

    Shard(int number, EventLoop loop, Hub hub, HubConfig config) {
        this.number = number;
        this.loop = loop;
        this.hub = hub;
        this.config = config;
        int mostUnflushedBytes = Math.min(MOST_UNFLUSHED_BYTES, config.maxOutboundBytes() / 2);
        this.sockets = new Lane(this, Wire.WEBSOCKET, mostUnflushedBytes);
        this.streams = new Lane(this, Wire.SSE, mostUnflushedBytes);
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

    HubConfig config() {
        return config;
    }

    Hub.Standings standings() {
        return hub.standings();
    }

    long nowNanos() {
        return hub.nowNanos();
    }

    /** The event types whose latencies are told apart. */
    LabelSet types() {
        return hub.types();
    }

    /** The tenants that are counted by name. */
    CappedLabels tenants() {
        return hub.tenants();
    }

    /** Whether the caller runs on the shard's loop. */
    boolean isCurrent() {
        return loop.inEventLoop();
    }

    TopicDirectory directory(Wire wire) {
        return hub.directory(wire);
    }

    private Lane lane(Wire wire) {
        return switch (wire) {
            case WEBSOCKET -> sockets;
            case SSE -> streams;
        };
    }

    Instant now() {
        return hub.now();
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
        long closedBefore = closedPairs();
        int events = 0;
        while (events < EVENTS_PER_DRAIN) {
            Delivery delivery = inbox.poll();
            if (delivery == null) {
                break;
            }
            draining.add(delivery);
            events += delivery.items().size();
            boolean alone = events == 1 && inbox.isEmpty();
            Lane lane = lane(delivery.wire());
            for (Delivery.Item item : delivery.items()) {
                match(lane, delivery, item, alone);
            }
        }
        flushDirty();
        drainsWithFailures += closedPairs() > closedBefore ? 1 : 0;
        finishDrained();
        if (!inbox.isEmpty() && drainScheduled.compareAndSet(false, true)) {
            loop.execute(this::onDrain);
        }
    }

    /** An event that cannot be matched is one that was not routed here: the next one is. */
    private void match(Lane lane, Delivery delivery, Delivery.Item item, boolean alone) {
        try {
            lane.match(delivery, item, alone);
        } catch (RuntimeException | OutOfMemoryError fault) {
            hub.router().onUnmatched(fault);
        }
    }

    private long closedPairs() {
        return sockets.counters().closed + streams.counters().closed;
    }

    /** Something waits to be flushed when everything is matched. */
    void onDirty(Outbound outbound) {
        if (dirtySize == dirty.length) {
            dirty = Arrays.copyOf(dirty, dirtySize * 2);
        }
        dirty[dirtySize++] = outbound;
    }

    private void flushDirty() {
        for (int i = 0; i < dirtySize; i++) {
            Outbound outbound = dirty[i];
            dirty[i] = null;
            try {
                outbound.flush();
            } catch (RuntimeException | OutOfMemoryError fault) {
                outbound.session().onFault(fault);
            }
        }
        dirtySize = 0;
    }

    private void finishDrained() {
        long nowNanos = nowNanos();
        for (Delivery delivery : draining) {
            lane(delivery.wire())
                    .counters()
                    .fanout
                    .record(nowNanos - delivery.routedNanos(), delivery.items().size());
            finish(delivery);
        }
        draining.clear();
    }

    /** The last shard to finish lets the router go on here, whose faults must not keep others waiting. */
    private static void finish(Delivery delivery) {
        try {
            delivery.onShardDrained();
        } catch (RuntimeException | OutOfMemoryError fault) {
            LOG.atError().setCause(fault).log("what waited behind a delivery could not be routed");
        }
    }

    /**
     * Makes a session of an authenticated connection and subscribes it. On the loop only.
     *
     * @param wire how the client is reached
     * @param ctx context whose writes reach the socket without further encoding
     */
    public Session join(
            Wire wire,
            ChannelHandlerContext ctx,
            Endpoint endpoint,
            Principal principal,
            Admission.Slot slot,
            Set<Topic> topics) {
        Lane lane = lane(wire);
        var session = new Session(nextSessionId, lane, ctx, endpoint, principal, slot);
        nextSessionId += Hub.MAX_SHARDS;
        lane.counters().onAccepted(session.role());
        session.onShardPosition(sessions.size());
        sessions.add(session);
        session.subscribe(topics);
        return session;
    }

    /** Counts a connection that was turned away. On the loop only. */
    public void onRefused(Wire wire, CloseReason reason) {
        lane(wire).counters().onRefused(reason);
    }

    /** There was no room for an event that waited for a slow client. */
    void onDropped(Session session, String type) {
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

    /** Something broke for one session, which has ended with it. */
    void onFault(Session session, Throwable fault) {
        LOG.atError()
                .setCause(fault)
                .addKeyValue("session", session.id())
                .addKeyValue("endpoint", session.endpoint().name())
                .addKeyValue("tenant", session.principal().tenant())
                .log("a session ended by a fault of the gateway");
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
            Session session = sessions.get(i);
            try {
                session.onSweep(nowNanos, now);
            } catch (RuntimeException | OutOfMemoryError fault) {
                session.onFault(fault);
            }
        }
        sockets.counters().sweptAtMillis = now.toEpochMilli();
        streams.counters().sweptAtMillis = now.toEpochMilli();
    }

    /** The open sessions, for operators; a copy. On the loop only. */
    public List<Session> sessions() {
        assert loop.inEventLoop();
        return List.copyOf(sessions);
    }

    /** Who of a tenant is connected and who has left lately. On the loop only. */
    Attendance attendance(TenantId tenant) {
        assert loop.inEventLoop();
        List<Progress> present = sessions.stream()
                .filter(session -> session.principal().tenant().equals(tenant))
                .map(session -> SessionView.progress(session, Optional.empty()))
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

    /** How many sessions are subscribed to a topic. On the loop only. */
    public int subscribers(Topic topic) {
        assert loop.inEventLoop();
        return sockets.subscribers(topic) + streams.subscribers(topic);
    }

    /** Who is there, by tenant and endpoint. On the loop only. */
    List<ShardSnapshot.Crowd> crowds() {
        return Stream.of(sockets, streams)
                .flatMap(lane -> lane.counters().crowds().stream())
                .toList();
    }

    /** What the counters alone tell. On the loop only, between two drains. */
    ShardSnapshot.Pulse pulse() {
        return sockets.counters().pulse().plus(streams.counters().pulse());
    }

    /** The deliveries' book; of each session it takes a look at what is pending. On the loop only, between two drains. */
    ShardSnapshot.Account account() {
        assert loop.inEventLoop();
        long pending = 0;
        for (Session session : sessions) {
            pending += session.outbound().pending();
        }
        return sockets.counters().account(pending).plus(streams.counters().account(0));
    }

    /** A consistent copy of the counters. On the loop only, between two drains. */
    ShardSnapshot snapshot() {
        assert loop.inEventLoop();
        var atSockets = new Population();
        var atStreams = new Population();
        long nowNanos = nowNanos();
        long oldestSilence = 0;
        long newestSilence = Long.MAX_VALUE;
        long silences = 0;
        for (Session session : sessions) {
            (session.wire() == Wire.SSE ? atStreams : atSockets).add(session);
            long silence = session.silentNanos(nowNanos);
            oldestSilence = Math.max(oldestSilence, silence);
            newestSilence = Math.min(newestSilence, silence);
            silences += silence;
        }
        return atSockets
                .of(sockets)
                .plus(atStreams.of(streams))
                .plus(ShardSnapshot.ofShard(
                        drainsWithFailures,
                        sessions.isEmpty()
                                ? ShardSnapshot.Silence.NONE
                                : new ShardSnapshot.Silence(oldestSilence / 1e9, newestSilence / 1e9, silences / 1e9)));
    }

    /** The sessions of one wire, while they are counted. Confined to the shard's event loop. */
    private static final class Population {
        private final Map<String, Integer> byEndpoint = new TreeMap<>();
        private long pending;

        void add(Session session) {
            byEndpoint.merge(session.endpoint().name(), 1, Integer::sum);
            pending += session.outbound().pending();
        }

        ShardSnapshot of(Lane lane) {
            return lane.counters().snapshot(lane.wire(), byEndpoint, pending);
        }
    }
}
