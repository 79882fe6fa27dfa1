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
import io.atalaya.profile.Profile;
import io.atalaya.profile.TopicShape;
import io.atalaya.routing.EventRoutes;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
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
 * (both audiences) and {@code NOBODY}.
 */
final class HubRig implements AutoCloseable {
    static final long EPOCH = 7;
    static final TenantId TENANT = new TenantId("1");
    static final Instant START = Instant.parse("2020-01-01T00:00:00Z");
    static final Endpoint STAFF = endpoint("staff", Endpoint.SessionsPer.USER);
    static final Endpoint TABLE = endpoint("table", Endpoint.SessionsPer.TABLE);

    private static final TopicShape ALL = new TopicShape("all", List.of());
    private static final TopicShape ROOM = new TopicShape("room", List.of("room_id"));

    final MockTicker ticker = Ticker.newMockTicker();
    final Hub hub;
    Hub.Standings standings = _ -> CompletableFuture.completedFuture(Standing.GOOD);

    private final List<EmbeddedChannel> loops = new ArrayList<>();
    private final List<TestSocket> sockets = new ArrayList<>();
    private long offset;
    private int subjects;

    HubRig(int shards, HubConfig config) {
        var executors = new ArrayList<EventExecutor>();
        for (int i = 0; i < shards; i++) {
            EmbeddedChannel loop = EmbeddedChannel.builder().ticker(ticker).build();
            loops.add(loop);
            executors.add(loop.eventLoop());
        }
        hub = new Hub(
                executors,
                routes(),
                config,
                principal -> standings.of(principal),
                () -> START.plusNanos(ticker.nanoTime()),
                ticker::nanoTime);
    }

    /** The defaults without pings, with the bounds that tests vary. */
    static HubConfig limits(int maxOutboundBytes, int deliveryWindow, int broadcastsPerSecond) {
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
                broadcastsPerSecond);
    }

    static HubConfig limits() {
        return limits(1 << 20, 50_000, 0);
    }

    static EventRoutes routes() {
        var all = new Audience("all", List.of(ALL));
        var room = new Audience("room", List.of(ROOM));
        var events = Map.of(
                "ALL", new EventType("ALL", true, List.of(all)),
                "ROOM", new EventType("ROOM", true, List.of(room)),
                "BOTH", new EventType("BOTH", true, List.of(all, room)),
                "NOBODY", new EventType("NOBODY", true, List.of()));
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

    static Principal principal(TenantId tenant, String subject, Instant expiresAt) {
        return new Principal(tenant, subject, "staff", Set.of(), Map.of(), null, Instant.EPOCH, expiresAt);
    }

    static Topic all() {
        return all(TENANT);
    }

    static Topic all(TenantId tenant) {
        return new Topic(tenant, "all", List.of());
    }

    static Topic room(String room) {
        return room(TENANT, room);
    }

    static Topic room(TenantId tenant, String room) {
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

    TestSocket socket() {
        return added(new TestSocket(ticker));
    }

    NativeTestSocket nativeSocket() {
        return added(new NativeTestSocket(ticker));
    }

    private <S extends TestSocket> S added(S socket) {
        sockets.add(socket);
        return socket;
    }

    Session join(TestSocket socket, Topic... topics) {
        return join(socket, 0, principal(TENANT, "user-" + subjects++, Instant.MAX), topics);
    }

    Session join(TestSocket socket, int shard, Principal principal, Topic... topics) {
        var granted = (Admission.Outcome.Granted) hub.admission().ask(STAFF, principal);
        Session session = shard(shard).join(socket.context(), STAFF, principal, granted.slot(), Set.of(topics));
        socket.onJoined(session);
        return session;
    }

    Shard shard(int number) {
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

    void run() {
        boolean busy = true;
        while (busy) {
            loops.forEach(EmbeddedChannel::runPendingTasks);
            busy = loops.stream().anyMatch(EmbeddedChannel::hasPendingTasks);
        }
        assertBalanced();
    }

    /** Lets time pass in steps, so that periodic tasks run as often as they should. */
    void pass(Duration time, Duration step) {
        for (long left = time.toNanos(); left > 0; left -= step.toNanos()) {
            ticker.advance(Math.min(left, step.toNanos()), TimeUnit.NANOSECONDS);
            loops.forEach(EmbeddedChannel::runScheduledPendingTasks);
            sockets.forEach(EmbeddedChannel::runScheduledPendingTasks);
            run();
        }
    }

    void pass(Duration time) {
        pass(time, time);
    }

    ShardSnapshot snapshot() {
        return hub.snapshot().join();
    }

    DeliveryBook book() {
        return snapshot().book();
    }

    void assertBalanced() {
        hub.ask(Shard::snapshot)
                .join()
                .forEach(part -> assertThat(part.book()).matches(DeliveryBook::balanced, "balanced"));
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
