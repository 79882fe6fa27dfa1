package io.atalaya.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.auth.Authenticator.Standing;
import io.atalaya.auth.Principal;
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.event.Topic;
import io.atalaya.log.EventLog;
import io.atalaya.profile.Audience;
import io.atalaya.profile.AuthenticationScheme;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.EventSchema;
import io.atalaya.profile.EventType;
import io.atalaya.profile.EventType.SlowPolicy.Conflate;
import io.atalaya.profile.EventType.SlowPolicy.DropOldest;
import io.atalaya.profile.Profile;
import io.atalaya.profile.TopicShape;
import io.atalaya.protocol.Wire;
import io.atalaya.routing.EventRoutes;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A hub whose event loops run when the test says so and whose time moves by hand. Confined to the test's thread.
 *
 * <p>Its profile knows the events {@code ALL} (everyone of the tenant), {@code ROOM} (the event's room), {@code BOTH}
 * (both audiences), {@code NOBODY}, and for everyone {@code LATEST} (conflated by room) and {@code OLDEST} (dropped).
 */
public final class HubRig implements AutoCloseable {
    public static final long EPOCH = 7;
    public static final TenantId TENANT = new TenantId("1");
    public static final Instant START = Instant.parse("2020-01-01T00:00:00Z");
    static final Endpoint STAFF = endpoint("staff", Endpoint.SessionsPer.USER);
    static final Endpoint TABLE = endpoint("table", Endpoint.SessionsPer.TABLE);

    private static final TopicShape ALL = new TopicShape("all", List.of());
    private static final TopicShape ROOM = new TopicShape("room", List.of("room_id"));

    public final MockTicker ticker = Ticker.newMockTicker();
    public final Hub hub;
    Hub.Standings standings = _ -> CompletableFuture.completedFuture(Standing.GOOD);

    private final List<EmbeddedChannel> loops = new ArrayList<>();
    private final List<TestSocket> sockets = new ArrayList<>();
    private long offset;
    private int subjects;

    public HubRig(int shards, HubConfig config) {
        this(shards, config, routes());
    }

    public HubRig(int shards, HubConfig config, EventRoutes routes) {
        var executors = new ArrayList<EventExecutor>();
        for (int i = 0; i < shards; i++) {
            EmbeddedChannel loop = EmbeddedChannel.builder().ticker(ticker).build();
            loops.add(loop);
            executors.add(loop.eventLoop());
        }
        hub = new Hub(
                executors,
                routes,
                config,
                principal -> standings.of(principal),
                () -> START.plusNanos(ticker.nanoTime()),
                ticker::nanoTime);
    }

    /** The defaults without pings, with the bounds that tests vary. */
    public static HubConfig limits(int maxOutboundBytes, int deliveryWindow, int broadcastsPerSecond) {
        HubConfig some = HubConfig.defaults();
        return new HubConfig(
                some.eventLoops(),
                some.maxConnections(),
                some.maxPerUser(),
                some.maxPerTable(),
                some.messagesPerWindow(),
                some.messageWindow(),
                some.maxMessageBytes(),
                some.heartbeatTimeout(),
                Duration.ZERO,
                some.revalidationInterval(),
                maxOutboundBytes,
                some.drain(),
                deliveryWindow,
                broadcastsPerSecond,
                0);
    }

    public static HubConfig limits() {
        return limits(1 << 20, 50_000, 0);
    }

    /** Types without acknowledgements. */
    public static EventRoutes routes() {
        return routes(Map.of());
    }

    /** As {@link #routes()}, and {@code ALARM}: for everyone, to be acknowledged within 30 s, awaited for 100 s. */
    public static EventRoutes routesWithAcks() {
        var all = new Audience("all", List.of(ALL));
        var ack = new EventType.Ack(Duration.ofSeconds(30), Duration.ofSeconds(100));
        return routes(Map.of(
                "ALARM",
                new EventType("ALARM", true, List.of(all), new EventType.SlowPolicy.Close(), Optional.of(ack))));
    }

    private static EventRoutes routes(Map<String, EventType> more) {
        var all = new Audience("all", List.of(ALL));
        var room = new Audience("room", List.of(ROOM));
        var events = new HashMap<>(more);
        events.putAll(Map.of(
                "LATEST", new EventType("LATEST", true, List.of(all), new Conflate("room_id"), Optional.empty()),
                "OLDEST", new EventType("OLDEST", true, List.of(all), new DropOldest(), Optional.empty()),
                "ALL", EventType.plain("ALL", true, List.of(all)),
                "ROOM", EventType.plain("ROOM", true, List.of(room)),
                "BOTH", EventType.plain("BOTH", true, List.of(all, room)),
                "NOBODY", EventType.plain("NOBODY", true, List.of())));
        return new EventRoutes(new Profile(
                "test",
                new EventSchema(Map.of("type", member("type"), "tenant_id", member("tenant_id")), 0),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                events,
                Optional.empty(),
                Map.of(),
                Profile.HttpServices.NONE));
    }

    private static EventSchema.Member member(String name) {
        return new EventSchema.Member(name, EventSchema.Kind.ANY, true, 0, false, false, false);
    }

    private static Endpoint endpoint(String name, Endpoint.SessionsPer per) {
        var scheme = new AuthenticationScheme(
                name, AuthenticationScheme.Kind.STAFF_JWT, "token", "sub", Map.of("room_id", "rooms"));
        return new Endpoint(name, "/ws/" + name, scheme, Set.of(), false, per, List.of(), Set.of());
    }

    public static Principal principal(TenantId tenant, String subject, Instant expiresAt) {
        return new Principal(tenant, subject, "staff", Set.of(), Map.of(), null, Instant.EPOCH, expiresAt);
    }

    public static Topic all() {
        return all(TENANT);
    }

    public static Topic all(TenantId tenant) {
        return new Topic(tenant, "all", List.of());
    }

    public static Topic room(String room) {
        return room(TENANT, room);
    }

    public static Topic room(TenantId tenant, String room) {
        return new Topic(tenant, "room", List.of(room));
    }

    static Event event(String type, String room, String name) {
        return event(TENANT, type, room, "{\"n\":\"" + name + "\"");
    }

    static Event event(TenantId tenant, String type, String room, String open) {
        Map<String, String> scope = room.isEmpty() ? Map.of() : Map.of("room_id", room);
        var body = new Event.Body(open.getBytes(UTF_8));
        return new Event(tenant, new EventId("e"), type, scope, body, START, 0, true);
    }

    public TestSocket socket() {
        return added(new TestSocket(ticker));
    }

    public NativeTestSocket nativeSocket() {
        return added(new NativeTestSocket(ticker));
    }

    private <S extends TestSocket> S added(S socket) {
        sockets.add(socket);
        return socket;
    }

    public Session join(TestSocket socket, Topic... topics) {
        return join(socket, 0, principal(TENANT, "user-" + subjects++, Instant.MAX), topics);
    }

    public Session join(TestSocket socket, int shard, Principal principal, Topic... topics) {
        return join(Wire.WEBSOCKET, socket, shard, principal, topics);
    }

    public Session join(Wire wire, TestSocket socket, int shard, Principal principal, Topic... topics) {
        var granted = (Admission.Outcome.Granted) hub.admission().ask(STAFF, principal);
        Session session = shard(shard).join(wire, socket.context(), STAFF, principal, granted.slot(), Set.of(topics));
        socket.onJoined(session);
        return session;
    }

    public Shard shard(int number) {
        return hub.shardOf(loops.get(number).eventLoop());
    }

    /** Commits events to the router, without letting any loop run. */
    List<EventLog.Entry> commit(Event... events) {
        List<EventLog.Entry> entries = Arrays.stream(events)
                .map(event -> new EventLog.Entry(new Cursor(EPOCH, ++offset), 1_000, event))
                .toList();
        hub.router().onCommitted(entries);
        return entries;
    }

    /** Commits events and lets every loop run until it has nothing to do. */
    List<EventLog.Entry> publish(Event... events) {
        List<EventLog.Entry> entries = commit(events);
        run();
        return entries;
    }

    /** The text that a session gets for an entry. */
    static String text(EventLog.Entry entry) {
        return new String(entry.event().body().open(), UTF_8) + ",\"cursor\":\"" + entry.cursor() + "\"}";
    }

    public void run() {
        boolean busy = true;
        while (busy) {
            loops.forEach(EmbeddedChannel::runPendingTasks);
            busy = loops.stream().anyMatch(EmbeddedChannel::hasPendingTasks);
        }
        assertBalanced();
    }

    /** Lets time pass in steps, so that periodic tasks run as often as they should. */
    public void pass(Duration time, Duration step) {
        for (long left = time.toNanos(); left > 0; left -= step.toNanos()) {
            ticker.advance(Math.min(left, step.toNanos()), TimeUnit.NANOSECONDS);
            loops.forEach(EmbeddedChannel::runScheduledPendingTasks);
            sockets.forEach(EmbeddedChannel::runScheduledPendingTasks);
            run();
        }
    }

    public void pass(Duration time) {
        pass(time, time);
    }

    public ShardSnapshot snapshot() {
        return hub.snapshot().join();
    }

    /** A book of live deliveries. */
    static DeliveryBook book(
            long matched, long sent, long conflated, long dropped, long duplicate, long closed, long pending) {
        return new DeliveryBook(
                new DeliveryBook.Matched(matched, 0, 0), sent, conflated, dropped, duplicate, closed, pending);
    }

    public DeliveryBook book() {
        return snapshot().book();
    }

    public void assertBalanced() {
        hub.ask(Shard::snapshot)
                .join()
                .forEach(part -> assertThat(part.book()).matches(DeliveryBook::balanced, "balanced"));
        assertThat(hub.account().join())
                .as("what is gathered for the books alone")
                .isEqualTo(new ShardSnapshot.Account(book(), snapshot().givenUp()));
    }

    /** Nothing of any session is left, whatever way they ended. */
    void assertNothingLeft() {
        assertBalanced();
        assertThat(hub.topics()).isEmpty();
        assertThat(snapshot().sessions()).isZero();
        assertThat(book().pending()).isZero();
        assertThat(hub.admission().total()).isZero();
        assertThat(hub.admission().subjects()).isZero();
        assertThat(hub.router().totals().onTheirWay()).isZero();
    }

    /** Ends every connection and checks that all is given back. */
    @Override
    public void close() {
        run();
        sockets.forEach(TestSocket::reset);
        run();
        assertNothingLeft();
        sockets.forEach(TestSocket::assertReleased);
        loops.forEach(EmbeddedChannel::close);
    }
}
