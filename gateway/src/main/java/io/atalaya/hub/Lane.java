package io.atalaya.hub;

import io.atalaya.event.Topic;
import io.atalaya.metrics.CappedLabels;
import io.atalaya.protocol.Wire;
import io.atalaya.slow.Origin;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one shard that are reached in the same way: their topic index, and what is counted of them. Confined to
 * the shard's event loop.
 *
 * <p>A delivery is encoded for one wire and goes to one lane, so that nothing on the way to a socket has to ask.
 */
final class Lane {
    /** A delivery that took so long is worth an example: the bound of the objective of latency. */
    private static final long SLOW_NANOS = 200_000_000L;

    private final Shard shard;
    private final Wire wire;
    private final int mostUnflushedBytes;
    private final int maxOutboundBytes;
    private final long pingNanos;
    private final ShardCounters counters;
    private final Map<Topic, Subscribers> index = new HashMap<>();
    private final CappedLabels tenants;
    private long stamp;

    Lane(Shard shard, Wire wire, int mostUnflushedBytes) {
        this.shard = shard;
        this.wire = wire;
        this.mostUnflushedBytes = mostUnflushedBytes;
        this.counters = new ShardCounters(shard.types());
        this.tenants = shard.tenants();
        this.maxOutboundBytes = shard.config().maxOutboundBytes();
        this.pingNanos = shard.config().pingInterval(wire).toNanos();
    }

    Shard shard() {
        return shard;
    }

    Wire wire() {
        return wire;
    }

    /** What is counted of these sessions; to be touched on the shard's loop only. */
    ShardCounters counters() {
        assert shard.isCurrent() : "lane " + wire + " touched by " + Thread.currentThread();
        return counters;
    }

    /** What a session may collect before it is flushed: so much can wait when the socket takes nothing. */
    int mostUnflushedBytes() {
        return mostUnflushedBytes;
    }

    /** What may wait for the socket of one session. */
    int maxOutboundBytes() {
        return maxOutboundBytes;
    }

    /** How often each session is pinged; 0 never. */
    long pingNanos() {
        return pingNanos;
    }

    Instant now() {
        return shard.now();
    }

    long nowNanos() {
        return shard.nowNanos();
    }

    /** Offers an event to everyone here that it is for. */
    void match(Delivery delivery, Delivery.Item item, boolean alone) {
        stamp++;
        boolean atOnce = alone && audiences(item) == 1;
        boolean anyone = false;
        for (Topic topic : item.topics()) {
            Subscribers subscribers = index.get(topic);
            if (subscribers != null) {
                anyone = true;
                if (tenants.isOn()) {
                    counters.onMatched(tenants.of(topic.tenant().value()), subscribers.size());
                }
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

    /**
     * From the last to the first: a flush may end its session, whose place the last one takes. What breaks here costs the
     * session that it broke for, and nobody behind it.
     */
    private void offerToAll(Subscribers subscribers, Delivery delivery, Delivery.Item item, boolean atOnce) {
        for (int i = subscribers.size() - 1; i >= 0; i--) {
            Outbound outbound = subscribers.at(i);
            try {
                boolean first = outbound.offer(delivery.frames(), item, stamp);
                if (first && atOnce) {
                    outbound.flush();
                } else if (first) {
                    shard.onDirty(outbound);
                }
            } catch (RuntimeException | OutOfMemoryError fault) {
                onFault(outbound, fault);
            }
        }
    }

    /** What the session has taken ends with it; what it has not yet taken ends here. */
    private void onFault(Outbound outbound, Throwable fault) {
        counters.closed += outbound.hasTaken(stamp) ? 0 : 1;
        outbound.session().onFault(fault);
    }

    /**
     * Deliveries have taken until {@code nowNanos} to be accepted by a socket.
     *
     * @param origin of the oldest of them; null when their latency is not measured
     */
    void measure(@Nullable Origin origin, int events, long nowNanos) {
        if (origin == null) {
            return;
        }
        long nanos = nowNanos - origin.acceptedNanos();
        counters().latency.record(origin.type(), nanos, events);
        if (nanos > SLOW_NANOS) {
            counters().onSlow(origin, nanos, now().toEpochMilli());
        }
    }

    /** There was no room for an event that waited for a slow client. */
    void onDropped(Session session, String type) {
        counters().onDropped(type);
        shard.onDropped(session, type);
    }

    Subscribers subscribersOf(Topic topic) {
        Subscribers subscribers = index.get(topic);
        if (subscribers == null) {
            subscribers = new Subscribers(topic);
            index.put(topic, subscribers);
            shard.directory(wire).onFirstSubscriber(topic, shard.number());
        }
        return subscribers;
    }

    /** How many sessions here are subscribed to a topic. */
    int subscribers(Topic topic) {
        Subscribers subscribers = index.get(topic);
        return subscribers == null ? 0 : subscribers.size();
    }

    void onLeave(Subscribers subscribers, int position) {
        subscribers.removeAt(position);
        if (subscribers.size() == 0) {
            index.remove(subscribers.topic());
            shard.directory(wire).onLastSubscriberGone(subscribers.topic(), shard.number());
        }
    }

    /**
     * The sessions of one topic, as a dense array: delivery walks it, joining appends, leaving moves the last one into the
     * gap. Confined to the shard's event loop.
     */
    static final class Subscribers {
        private final Topic topic;
        private Outbound[] members = new Outbound[2];
        private int size;

        Subscribers(Topic topic) {
            this.topic = topic;
        }

        Topic topic() {
            return topic;
        }

        int size() {
            return size;
        }

        Outbound at(int position) {
            return members[position];
        }

        /** Adds a member and returns its position, which changes only through {@link Session#onMoved}. */
        int add(Outbound member) {
            if (size == members.length) {
                members = Arrays.copyOf(members, size + (size >> 1) + 1);
            }
            members[size] = member;
            return size++;
        }

        /** Removes the member at {@code position} and tells the one that takes its place. */
        void removeAt(int position) {
            Outbound last = members[--size];
            members[size] = null;
            if (position != size) {
                members[position] = last;
                last.session().onMoved(this, position);
            }
            if (size < members.length / 4 && members.length > 8) {
                members = Arrays.copyOf(members, members.length / 2);
            }
        }
    }

    /** The topics of one session and its place in each one's list. Confined to the shard's event loop. */
    static final class Subscriptions {
        private final Lane lane;
        private final Outbound member;
        private Subscribers[] topics = {};
        private int[] positions = {};

        Subscriptions(Lane lane, Outbound member) {
            this.lane = lane;
            this.member = member;
        }

        Set<Topic> topics() {
            var set = new LinkedHashSet<Topic>();
            for (Subscribers subscribers : topics) {
                set.add(subscribers.topic());
            }
            return set;
        }

        /**
         * Leaves what is not in {@code wanted}, joins what is new.
         *
         * @return whether that changed anything for somebody who had topics already
         */
        boolean change(Set<Topic> wanted) {
            Set<Topic> missing = new LinkedHashSet<>(wanted);
            int before = topics.length;
            for (int i = topics.length - 1; i >= 0; i--) {
                if (!missing.remove(topics[i].topic())) {
                    leave(i);
                }
            }
            int next = topics.length;
            boolean changed = before > 0 && (next < before || !missing.isEmpty());
            topics = Arrays.copyOf(topics, next + missing.size());
            positions = Arrays.copyOf(positions, topics.length);
            for (Topic topic : missing) {
                Subscribers subscribers = lane.subscribersOf(topic);
                topics[next] = subscribers;
                positions[next] = subscribers.add(member);
                next++;
            }
            return changed;
        }

        void leaveAll() {
            for (int i = topics.length - 1; i >= 0; i--) {
                leave(i);
            }
        }

        private void leave(int index) {
            lane.onLeave(topics[index], positions[index]);
            int last = topics.length - 1;
            topics[index] = topics[last];
            positions[index] = positions[last];
            topics = Arrays.copyOf(topics, last);
            positions = Arrays.copyOf(positions, last);
        }

        /** The array of {@code subscribers} has moved the member to {@code position}. */
        void onMoved(Subscribers subscribers, int position) {
            for (int i = 0; i < topics.length; i++) {
                if (topics[i] == subscribers) {
                    positions[i] = position;
                    return;
                }
            }
        }
    }
}
