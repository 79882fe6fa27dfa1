package io.atalaya.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import io.atalaya.protocol.Wire;
import io.atalaya.routing.EventRoutes;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A hub of one shard whose event loop runs when told to, with an event type {@code SECTOR} that is for the waiters of a
 * sector and the administrators of a branch. Confined to the benchmark's thread.
 */
final class BenchHub {
    static final TenantId TENANT = new TenantId("1");
    static final Topic SECTOR = new Topic(TENANT, "sector", List.of("3", "5"));

    private final EmbeddedChannel loop = new EmbeddedChannel();
    private final Hub hub;
    private long offset;

    BenchHub() {
        hub = new Hub(
                List.of(loop.eventLoop()),
                new EventRoutes(profile()),
                limits(),
                _ -> CompletableFuture.completedFuture(Standing.GOOD),
                InstantSource.system(),
                System::nanoTime);
    }

    private static HubConfig limits() {
        HubConfig some = HubConfig.defaults();
        return new HubConfig(
                1,
                1_000_000,
                1_000_000,
                1_000_000,
                some.messagesPerWindow(),
                some.messageWindow(),
                some.maxMessageBytes(),
                some.heartbeatTimeout(),
                Duration.ZERO,
                some.revalidationInterval(),
                some.maxOutboundBytes(),
                some.drain(),
                some.deliveryWindow(),
                0,
                0);
    }

    private static Profile profile() {
        var sector = new Audience("sector", List.of(new TopicShape("sector", List.of("branch_id", "sector_id"))));
        var branch = new Audience("branch", List.of(new TopicShape("branch", List.of("branch_id"))));
        return new Profile(
                "bench",
                new EventSchema(Map.of("type", member("type"), "tenant_id", member("tenant_id")), 0),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of("SECTOR", EventType.plain("SECTOR", true, List.of(branch, sector))),
                Optional.empty(),
                Map.of(),
                Profile.HttpServices.NONE);
    }

    private static EventSchema.Member member(String name) {
        return new EventSchema.Member(name, EventSchema.Kind.ANY, true, 0, false, false, false);
    }

    /** Subscribes that many sessions to {@link #SECTOR}. */
    void join(int sessions) {
        var scheme = new AuthenticationScheme(
                "staff", AuthenticationScheme.Kind.STAFF_JWT, "token", "sub", Map.of("branch_id", "branch_ids"));
        var endpoint = new Endpoint(
                "staff", "/ws/staff", scheme, Set.of(), false, Endpoint.SessionsPer.USER, List.of(), Set.of());
        Shard shard = hub.shardOf(loop.eventLoop());
        for (int i = 0; i < sessions; i++) {
            var who = new Principal(TENANT, "user " + i, "staff", Set.of(), Map.of(), null, Instant.EPOCH, Instant.MAX);
            var granted = (Admission.Outcome.Granted) hub.admission().ask(endpoint, who);
            shard.join(Wire.WEBSOCKET, SinkChannel.on(loop.eventLoop()), endpoint, who, granted.slot(), Set.of(SECTOR));
        }
        loop.runPendingTasks();
    }

    /** An event of about 200 bytes on the wire. */
    static Event event() {
        String open =
                "{\"type\":\"SECTOR\",\"tenant_id\":1,\"branch_id\":3,\"sector_id\":5,\"entity\":{\"round_id\":17,"
                        + "\"note\":\"" + "x".repeat(40)
                        + "\"},\"ts\":\"2020-01-01T00:00:00Z\",\"id\":\"0123456789abcdef\"";
        return new Event(
                TENANT,
                new EventId("0123456789abcdef"),
                "SECTOR",
                Map.of("branch_id", "3", "sector_id", "5"),
                new Event.Body(open.getBytes(UTF_8)),
                Instant.EPOCH,
                System.nanoTime(),
                true);
    }

    /** The next {@code count} entries of the log. */
    List<EventLog.Entry> entries(int count) {
        var entries = new ArrayList<EventLog.Entry>(count);
        for (int i = 0; i < count; i++) {
            entries.add(new EventLog.Entry(new Cursor(7, ++offset), 1_000, event()));
        }
        return entries;
    }

    /** Routes, and lets the shard drain until nothing is left. */
    long deliver(List<EventLog.Entry> entries) {
        hub.router().onCommitted(entries);
        loop.runPendingTasks();
        return hub.router().totals().onTheirWay();
    }

    /** Deliveries that the sockets have accepted. */
    long sent() {
        return hub.snapshot().join().book().sent();
    }
}
