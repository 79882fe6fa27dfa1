package io.atalaya.sdk;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.sdk.StateChange.State;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Follows one endpoint of the gateway until it is closed. Thread-safe: its state belongs to one thread of its own.
 *
 * <pre>
 *   IDLE ──connect()──► CONNECTING ──► OPEN ──lost──► WAITING ──► CONNECTING …
 *                            └────────────┴── refused for good, close() ──► STOPPED
 * </pre>
 *
 * <p>Each event is handed to the handlers once, in order, one at a time, on a second thread of its own; the cursor
 * moves on when they are done with it, so that whoever stores it continues exactly there.
 */
public final class AtalayaClient implements AutoCloseable {
    /** How long a gateway that asked for patience (1013) is left alone at least. */
    private static final Duration LATER = Duration.ofSeconds(1);

    /** However long a server wishes to be left alone: who reads the wish may have come by it wrongly. */
    private static final Duration LONGEST_WISH = Duration.ofHours(1);

    private final ClientOptions options;
    private final Surroundings surroundings;
    private final Handlers handlers = new Handlers();
    private final Backoff backoff;
    private final RecentIds seen;

    private volatile String position;
    private State state = State.IDLE;
    private @Nullable Transport transport;
    private @Nullable Heartbeat heartbeat;
    private @Nullable Acks acks;
    private Schedule.Timer timer = Schedule.Timer.none();
    private boolean opened;
    private long openedNanos;
    private boolean freshTokenTried;

    /**
     * What the client lives on. Immutable.
     *
     * @param own runs tasks on the client's thread
     * @param handlers runs tasks on the thread of the handlers, in order
     */
    record Surroundings(
            Schedule schedule,
            Executor own,
            Executor handlers,
            Transport.Connector connector,
            RandomGenerator random,
            Runnable end) {}

    AtalayaClient(ClientOptions options, Surroundings surroundings) {
        this.options = options;
        this.surroundings = surroundings;
        this.backoff = new Backoff(options.backoffBase(), options.backoffCap(), surroundings.random());
        this.seen = new RecentIds(options.rememberedIds());
        this.position = options.since();
    }

    /** A client on two threads of its own, not yet started. */
    public static AtalayaClient of(ClientOptions options) {
        var threads = new Threads();
        var http =
                HttpClient.newBuilder().connectTimeout(options.connectTimeout()).build();
        return new AtalayaClient(
                options,
                new Surroundings(
                        threads,
                        threads.own(),
                        threads.handlers(),
                        new JdkConnector(http),
                        RandomGenerator.getDefault(),
                        threads::close));
    }

    /** Hands events of a type to {@code handler}; {@code *} stands for every type. */
    public AtalayaClient on(String type, Consumer<GatewayEvent> handler) {
        handlers.onEvent(type, handler);
        return this;
    }

    /** Tells of every change of state, on the client's thread. */
    public AtalayaClient onState(Consumer<StateChange> watcher) {
        handlers.onState(watcher);
        return this;
    }

    /** Tells of events that cannot be had any more, on the thread of the handlers. */
    public AtalayaClient onGap(Consumer<Gap> watcher) {
        handlers.onGap(watcher);
        return this;
    }

    /** Tells of what a handler, a watcher or the token source threw. */
    public AtalayaClient onError(Consumer<Throwable> watcher) {
        handlers.onError(watcher);
        return this;
    }

    /** Starts following; does nothing when already started. */
    public AtalayaClient connect() {
        surroundings.own().execute(() -> {
            if (state == State.IDLE) {
                open();
            }
        });
        return this;
    }

    /** Where the log continues after the last event handled; empty before the first position is known. */
    public Optional<String> cursor() {
        return position.equals("now") ? Optional.empty() : Optional.of(position);
    }

    /** Sends a text message; it is dropped when the client is not connected. */
    public void send(String text) {
        surroundings.own().execute(() -> {
            Transport open = transport;
            if (state == State.OPEN && open != null) {
                open.send(text);
            }
        });
    }

    /**
     * Acknowledges an event; several of a moment go together. What does not reach the gateway need not be repeated: the
     * event comes again.
     */
    public void ack(GatewayEvent event) {
        surroundings.own().execute(() -> {
            Acks open = acks;
            if (open != null) {
                open.add(event.id());
            }
        });
    }

    /** Stops for good; handlers may still be busy with what has arrived. */
    @Override
    public void close() {
        surroundings.own().execute(() -> stop(1000, "closed by the client"));
    }

    // ---- on the client's thread ----------------------------------------------------------------------------------

    private void open() {
        become(new StateChange(State.CONNECTING, 0, "", Duration.ZERO));
        boolean refused = freshTokenTried;
        surroundings.handlers().execute(() -> {
            try {
                String token = options.token().token(refused);
                surroundings.own().execute(() -> connect(token));
            } catch (Exception none) {
                handlers.error(none);
                surroundings.own().execute(() -> onNoToken());
            }
        });
    }

    private void onNoToken() {
        if (state == State.CONNECTING) {
            pause(Duration.ZERO, 1006, "no token");
        }
    }

    private void connect(String token) {
        if (state != State.CONNECTING) {
            return;
        }
        var attempt = new Attempt();
        Transport started = surroundings.connector().connect(address(token), attempt);
        if (state == State.CONNECTING) {
            transport = started;
            timer = surroundings
                    .schedule()
                    .after(options.connectTimeout(), () -> started.close(After.HEARTBEAT_LOST, "connect timeout"));
        }
    }

    private URI address(String token) {
        var query = new StringBuilder();
        append(query, options.tokenParameter(), token);
        append(query, "since", position);
        options.clientId().ifPresent(id -> append(query, "client_id", id));
        String base = options.endpoint().toString();
        return URI.create(base + (base.contains("?") ? "&" : "?") + query);
    }

    private static void append(StringBuilder query, String name, String value) {
        query.append(query.length() == 0 ? "" : "&").append(name).append('=').append(URLEncoder.encode(value, UTF_8));
    }

    private void become(StateChange change) {
        state = change.state();
        handlers.state(change);
    }

    private void onOpen(Attempt attempt) {
        Transport open = transport;
        if (attempt.over || state != State.CONNECTING || open == null) {
            return;
        }
        timer.cancel();
        opened = true;
        openedNanos = surroundings.schedule().nanos();
        heartbeat = new Heartbeat(
                surroundings.schedule(),
                options.pingInterval(),
                options.pongTimeout(),
                () -> open.send("{\"type\":\"ping\"}"),
                () -> open.close(After.HEARTBEAT_LOST, "heartbeat timeout"));
        acks = new Acks(surroundings.schedule(), open::send);
        become(new StateChange(State.OPEN, 0, "", Duration.ZERO));
    }

    private void onHeard(Attempt attempt) {
        Heartbeat beating = heartbeat;
        if (!attempt.over && beating != null) {
            freshTokenTried = false; // who is told something was let in
            beating.heard();
        }
    }

    private void onEnd(Attempt attempt, int code, String reason, Duration retryAfter) {
        if (attempt.over) {
            return;
        }
        attempt.over = true;
        boolean stable = opened
                && surroundings.schedule().nanos() - openedNanos
                        >= options.stableAfter().toNanos();
        leaveConnection();
        if (stable) {
            backoff.reset();
            freshTokenTried = false;
        }
        if (state != State.STOPPED) {
            goOn(code, reason, retryAfter.compareTo(LONGEST_WISH) < 0 ? retryAfter : LONGEST_WISH);
        }
    }

    private void leaveConnection() {
        timer.cancel();
        Heartbeat beating = heartbeat;
        if (beating != null) {
            beating.stop();
        }
        heartbeat = null;
        Acks owed = acks;
        if (owed != null) {
            owed.stop();
        }
        acks = null;
        transport = null;
        opened = false;
    }

    private void goOn(int code, String reason, Duration retryAfter) {
        switch (After.close(code)) {
            case STOP -> stop(code, reason);
            case LATER -> pause(retryAfter.compareTo(LATER) > 0 ? retryAfter : LATER, code, reason);
            case RETRY -> pause(retryAfter, code, reason);
            case NEW_TOKEN -> {
                if (freshTokenTried || options.token() instanceof TokenSource.Fixed) {
                    stop(code, reason);
                } else {
                    freshTokenTried = true;
                    pause(retryAfter, code, reason);
                }
            }
        }
    }

    private void pause(Duration atLeast, int code, String reason) {
        Duration retryIn = backoff.next(atLeast);
        timer = surroundings.schedule().after(retryIn, this::open);
        become(new StateChange(State.WAITING, code, reason, retryIn));
    }

    private void stop(int code, String reason) {
        if (state == State.STOPPED) {
            return;
        }
        Transport open = transport;
        leaveConnection();
        become(new StateChange(State.STOPPED, code, reason, Duration.ZERO));
        if (open != null) {
            open.close(1000, "closed by the client");
        }
        surroundings.end().run();
    }

    // ---- on the thread of the handlers ---------------------------------------------------------------------------

    private void handle(String text) {
        Message.parse(text).ifPresent(message -> {
            switch (message.type()) {
                case "pong" -> {}
                case "position" -> moveTo(message.cursor());
                case "gap" -> {
                    handlers.gap(new Gap(
                            Optional.ofNullable(message.reason()).orElse(""),
                            Optional.ofNullable(message.cursor()),
                            text));
                    moveTo(message.cursor());
                }
                default -> handleEvent(message, text);
            }
        });
    }

    private void handleEvent(Message message, String text) {
        String id = message.id();
        if (id == null) {
            return;
        }
        var event = new GatewayEvent(
                message.type(), id, Optional.ofNullable(message.cursor()), message.redelivered(), text);
        if (seen.add(id)) {
            handlers.event(event);
        }
        if (options.autoAck().contains(Handlers.EVERY_TYPE) || options.autoAck().contains(event.type())) {
            ack(event);
        }
        if (!event.redelivered()) {
            moveTo(message.cursor());
        }
    }

    private void moveTo(@Nullable String cursor) {
        if (cursor != null) {
            position = cursor;
            try {
                options.onCursor().accept(cursor);
            } catch (RuntimeException broken) {
                handlers.error(broken);
            }
        }
    }

    /** Brings what is heard of one connection to the right threads. Its flag is confined to the client's thread. */
    private final class Attempt implements Transport.Listener {
        private boolean over;

        @Override
        public void onOpen() {
            surroundings.own().execute(() -> AtalayaClient.this.onOpen(this));
        }

        @Override
        public void onText(String text, Runnable handled) {
            surroundings.own().execute(() -> onHeard(this));
            surroundings.handlers().execute(() -> {
                handle(text);
                handled.run();
            });
        }

        @Override
        public void onEnd(int code, String reason, Duration retryAfter) {
            surroundings.own().execute(() -> AtalayaClient.this.onEnd(this, code, reason, retryAfter));
        }
    }
}
