package io.atalaya.redis;

import io.atalaya.breaker.Backoff;
import io.atalaya.breaker.Breaker;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.RedisPubSubListener;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one pattern subscription alive for as long as the process lives. Thread-safe: the connection belongs to the
 * thread {@value #THREAD}, which alone changes the published {@link Status}; messages pass from Lettuce's I/O thread
 * straight into the pump.
 *
 * <pre>
 *   attempt ── breaker refuses ──► pause (jitter, at most until the breaker's probe) ──► attempt
 *      │ ╲
 *      │  failed ──► pause (jitter, growing) ──► attempt
 *      ▼
 *   subscribed: silent for a while? ask for a sign of life ── lost or no sign ──► pause ──► attempt
 * </pre>
 *
 * <p>The sign of life is the confirmation of a repeated PSUBSCRIBE: it is answered in every protocol version, it proves
 * the subscription rather than the server, and it finds a Redis that hangs with its sockets open.
 *
 * <p>What was published while there was no subscription is lost; that is what Pub/Sub is. Nothing ends the attempts
 * but {@link #close}.
 */
public final class RedisSubscriber implements AutoCloseable {
    /** Name of the subscriber's thread. */
    public static final String THREAD = "redis-subscriber";

    private static final Logger log = LoggerFactory.getLogger(RedisSubscriber.class);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

    private final RedisConnections connections;
    private final ChannelPatterns patterns;
    private final MessagePump pump;
    private final RedisContext context;
    private final Breaker breaker;
    private final Backoff backoff;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private volatile Link link;

    /**
     * Makes a subscriber; {@link #start} starts it.
     *
     * @param patterns what to subscribe to
     * @param pump where messages go
     */
    public RedisSubscriber(
            RedisConnections connections, ChannelPatterns patterns, MessagePump pump, RedisContext context) {
        this.connections = connections;
        this.patterns = patterns;
        this.pump = pump;
        this.context = context;
        this.breaker = new Breaker("redis", context.timings().subscriberOpen(), 1, context.nanoClock());
        this.backoff = context.backoff();
        this.link = new Link(false, context.clock().instant(), 0, "");
        this.thread = Thread.ofPlatform().name(THREAD).unstarted(this::run);
    }

    /** Starts subscribing; returns at once, whether Redis is there or not. */
    public void start() {
        thread.start();
    }

    /** Whether the subscription is up: not merely whether Redis answers. */
    public boolean healthy() {
        return link.connected();
    }

    /** The subscription, its breaker and its messages at this moment. */
    public Status status() {
        Link now = link;
        MessagePump.Ledger ledger = pump.ledger();
        return new Status(
                now.connected(),
                now.since(),
                Math.max(0, now.subscriptions() - 1),
                now.lastError(),
                breaker.snapshot(),
                ledger.received(),
                ledger.droppedTotal());
    }

    /** Ends the subscription; waits a few seconds at most for the thread to end. */
    @Override
    public void close() {
        closing.countDown();
        thread.interrupt();
        try {
            if (!thread.join(CLOSE_PATIENCE)) {
                log.atWarn().log("the Redis subscriber did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (closing.getCount() > 0) {
                Duration pause = breaker.tryAcquire() ? attempt() : shorter(backoff.next(), breaker.untilProbe());
                closing.await(pause.toNanos(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            log.atDebug().log("Redis subscriber interrupted");
        }
        link = link.lost(context.clock().instant(), "closed");
    }

    /** One subscription from beginning to end; answers how long to wait before the next. */
    private Duration attempt() throws InterruptedException {
        boolean subscribed = false;
        try (Subscription subscription = new Subscription(connections.connectPubSub())) {
            subscription.begin();
            subscribed = true;
            breaker.onSuccess();
            backoff.reset();
            onSubscribed();
            onLost(subscription.awaitEnd());
        } catch (InterruptedException e) {
            // the permission must be answered even now, or a probing breaker would wait for it
            if (!subscribed) {
                breaker.onFailure(e);
            }
            throw e;
        } catch (ExecutionException | TimeoutException | RuntimeException | Error e) {
            if (!subscribed) {
                breaker.onFailure(e);
            }
            onLost(RedisConnections.describe(e));
        }
        return backoff.next();
    }

    private void onSubscribed() {
        link = new Link(true, context.clock().instant(), link.subscriptions() + 1, link.lastError());
        log.atInfo()
                .addKeyValue("patterns", patterns.patterns().size())
                .addKeyValue("subscriptions", link.subscriptions())
                .log("subscribed to Redis");
    }

    private void onLost(String error) {
        // one line an outage; the attempts that follow are counted by the breaker
        boolean first = link.connected() || link.lastError().isEmpty();
        link = link.lost(context.clock().instant(), error);
        (first ? log.atWarn() : log.atDebug())
                .addKeyValue("error", error)
                .log("not subscribed to Redis; trying again for ever");
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    /**
     * @param connected whether every pattern is subscribed
     * @param since when that became so
     * @param reconnects subscriptions after the first
     * @param lastError the latest failure; empty when there was none
     * @param breaker the breaker around the attempts to subscribe
     * @param received messages that came, each publication once
     * @param dropped messages lost on the way to the intake, for any reason
     */
    public record Status(
            boolean connected,
            Instant since,
            long reconnects,
            String lastError,
            Breaker.Snapshot breaker,
            long received,
            long dropped) {}

    /** The part of the status that the subscriber's thread publishes. Immutable. */
    private record Link(boolean connected, Instant since, long subscriptions, String lastError) {
        Link lost(Instant now, String error) {
            return new Link(false, connected ? now : since, subscriptions, error);
        }
    }

    /** What the I/O thread tells the subscriber's thread. */
    private sealed interface Signal {
        /** One pattern is subscribed. */
        record Confirmed() implements Signal {}

        /** The subscription is over. */
        record Ended(String why) implements Signal {}
    }

    /**
     * One connection with the subscription on it. The I/O thread calls the listener; the subscriber's thread everything
     * else.
     */
    private final class Subscription extends RedisPubSubAdapter<String, byte[]>
            implements RedisConnectionStateListener, AutoCloseable {
        private final StatefulRedisPubSubConnection<String, byte[]> connection;
        private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();

        Subscription(StatefulRedisPubSubConnection<String, byte[]> connection) {
            this.connection = connection;
        }

        /** Subscribes and waits until Redis has confirmed every pattern. */
        void begin() throws InterruptedException, TimeoutException {
            connection.addListener((RedisConnectionStateListener) this);
            connection.addListener((RedisPubSubListener<String, byte[]>) this);
            subscribe(patterns.patterns().toArray(String[]::new));
            if (!connection.isOpen()) {
                throw new IllegalStateException("connection lost before the subscription");
            }
        }

        /** Waits until the subscription is lost or gives no sign of life; answers why. */
        String awaitEnd() throws InterruptedException {
            Duration interval = context.timings().probeInterval();
            while (true) {
                if (signals.poll(interval.toNanos(), TimeUnit.NANOSECONDS) instanceof Signal.Ended(String why)) {
                    return why;
                }
                try {
                    subscribe(patterns.patterns().getFirst());
                } catch (TimeoutException e) {
                    return RedisConnections.describe(e);
                }
            }
        }

        private void subscribe(String... wanted) throws InterruptedException, TimeoutException {
            connection.async().psubscribe(wanted).whenComplete((_, failure) -> {
                if (failure != null) {
                    signals.add(new Signal.Ended(RedisConnections.describe(failure)));
                }
            });
            Duration patience = context.timings().probeTimeout();
            long deadlineNanos = context.nanoClock().getAsLong() + patience.toNanos();
            for (int missing = wanted.length; missing > 0; missing--) {
                long leftNanos = deadlineNanos - context.nanoClock().getAsLong();
                switch (signals.poll(leftNanos, TimeUnit.NANOSECONDS)) {
                    case Signal.Confirmed _ -> {}
                    case Signal.Ended(String why) -> throw new IllegalStateException(why);
                    case null -> throw new TimeoutException("no sign of life within " + patience);
                }
            }
        }

        @Override
        public void message(String pattern, String channel, byte[] message) {
            if (patterns.isFirstMatch(pattern, channel)) {
                pump.offer(channel, message);
            }
        }

        @Override
        public void psubscribed(String pattern, long count) {
            signals.add(new Signal.Confirmed());
        }

        @Override
        public void onRedisDisconnected(RedisChannelHandler<?, ?> lost) {
            signals.add(new Signal.Ended("connection lost"));
        }

        @Override
        public void close() {
            connection.close();
        }
    }
}
