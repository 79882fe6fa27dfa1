package io.atalaya.bench;

import io.atalaya.client.ClientLoops;
import io.atalaya.client.ClientOptions;
import io.atalaya.client.CloseCode;
import io.atalaya.client.Connection;
import io.atalaya.client.GatewayClient;
import io.atalaya.client.Received;
import io.atalaya.client.ReconnectPolicy.Next;
import io.atalaya.client.Subscription;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.HdrHistogram.ConcurrentHistogram;
import org.jspecify.annotations.Nullable;

/**
 * Every session of the bench and what they received. Thread-safe: sessions write to the {@link Receipts} of their own
 * event loop.
 */
final class Audience {
    private static final String PING = "{\"type\":\"ping\"}";
    private static final int PRECISION_DIGITS = 3;

    private final BenchOptions options;
    private final BenchTarget target;
    private final GatewayClient client;
    private final LongSupplier nanoClock;

    private final ConcurrentHashMap<Thread, Receipts> byLoop = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Integer, byte[]> beginnings = new ConcurrentHashMap<>();
    private final List<Receipts> receipts = new CopyOnWriteArrayList<>();
    private final AtomicInteger connected = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger cut = new AtomicInteger();
    private volatile String firstFailure = "";
    private final ConcurrentHistogram connectTimes = new ConcurrentHistogram(PRECISION_DIGITS);
    private volatile long measureFrom = Long.MAX_VALUE;
    private volatile boolean leaving;

    Audience(BenchOptions options, BenchTarget target, ClientLoops loops, LongSupplier nanoClock) {
        this.options = options;
        this.target = target;
        this.nanoClock = nanoClock;
        var behaviour = ClientOptions.standard().withHeartbeat(Duration.ofSeconds(25), Duration.ofSeconds(20));
        this.client = new GatewayClient(loops, behaviour, new SecureRandom());
    }

    /** Starts the session with this index, from 0. */
    void connect(int index) {
        int session = 1 + index / options.audience();
        byte[] beginning = beginnings.computeIfAbsent(session, BenchEvents::beginning);
        client.connect(Subscription.to(target.diners(session)), new Seat(nanoClock.getAsLong(), beginning));
    }

    int connected() {
        return connected.get();
    }

    int failed() {
        return failed.get();
    }

    /** Sessions that ended although nobody asked. */
    int cut() {
        return cut.get();
    }

    String firstFailure() {
        return firstFailure;
    }

    /** From the dial to the first pong, in nanoseconds. */
    ConcurrentHistogram connectTimes() {
        return connectTimes;
    }

    List<Receipts> receipts() {
        return receipts;
    }

    long received() {
        return receipts.stream().mapToLong(Receipts::received).sum();
    }

    /** Events published from now on count as measured. */
    void measureFrom(long nanos) {
        measureFrom = nanos;
    }

    /** From now on ends of sessions are expected. */
    void leave() {
        leaving = true;
    }

    private Receipts ofThisLoop() {
        return byLoop.computeIfAbsent(Thread.currentThread(), _ -> {
            var fresh = new Receipts();
            receipts.add(fresh);
            return fresh;
        });
    }

    /** One session. Confined to its event loop. */
    private final class Seat implements Connection.Listener {
        private final long dialledNanos;
        private final SequenceWindow window = new SequenceWindow(options.window() * options.batch());
        private final byte[] beginning;
        private @Nullable Receipts mine;
        private boolean answered;

        Seat(long dialledNanos, byte[] beginning) {
            this.dialledNanos = dialledNanos;
            this.beginning = beginning;
        }

        @Override
        public void onOpen(Connection opened) {
            mine = ofThisLoop();
            opened.send(PING);
        }

        @Override
        public void onPong(Connection connection) {
            if (!answered) {
                answered = true;
                connectTimes.recordValue(Math.max(0, nanoClock.getAsLong() - dialledNanos));
                connected.incrementAndGet();
            }
        }

        @Override
        public void onEvent(Connection connection, Received event) {
            long now = nanoClock.getAsLong();
            Receipts receipts = mine;
            if (receipts == null) {
                throw new IllegalStateException("event before the session was open");
            }
            if (!event.startsWith(beginning)) {
                receipts.onForeign();
                return;
            }
            long published = BenchEvents.nanos(event, beginning);
            SequenceWindow.Verdict verdict = window.onSequence(BenchEvents.sequence(event, beginning));
            receipts.onReceived(verdict, now - published, published >= measureFrom);
        }

        @Override
        public void onClose(Connection connection, CloseCode code, String reason, Next next) {
            onEnd("closed with " + code + " " + reason + " (" + code.meaning() + ")");
        }

        @Override
        public void onFailure(Connection connection, String what, Next next) {
            onEnd(what);
        }

        private void onEnd(String why) {
            if (leaving) {
                return;
            }
            if (firstFailure.isEmpty()) {
                firstFailure = why;
            }
            (answered ? cut : failed).incrementAndGet();
        }
    }
}
