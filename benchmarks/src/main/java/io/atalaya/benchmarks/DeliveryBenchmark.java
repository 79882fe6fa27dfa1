package io.atalaya.benchmarks;

import io.atalaya.auth.Authenticator.Standing;
import io.atalaya.auth.Principal;
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.event.Topic;
import io.atalaya.hub.Admission;
import io.atalaya.hub.Hub;
import io.atalaya.hub.HubConfig;
import io.atalaya.log.EventLog;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.Profile;
import io.atalaya.profile.ProfileOutcome;
import io.atalaya.profile.ProfileReader;
import io.atalaya.profile.ProfileSource;
import io.atalaya.protocol.EventFrames;
import io.atalaya.protocol.Wire;
import io.atalaya.routing.EventRoutes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one event costs before the socket: its topics, its frame, and the way through router and inbox to a session whose
 * socket takes everything. One event loop, driven by the benchmark thread. Confined to it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DeliveryBenchmark {
    private static final TenantId TENANT = new TenantId("1");

    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
    private final ByteBuf frame = ByteBufAllocator.DEFAULT.directBuffer(1024);
    private final Cursor cursor = new Cursor(7, 123_456);
    private final Event heard = event(9);
    private final List<EventLog.Entry> toNobody = List.of(new EventLog.Entry(cursor, 500, event(10)));
    private final List<EventLog.Entry> toOne = List.of(new EventLog.Entry(cursor, 500, heard));
    private EventRoutes routes = new EventRoutes(restaurant());
    private Hub hub = hub(routes);

    /** A guest at table session 9 is there. */
    @Setup
    public void connect() {
        Profile profile = restaurant();
        routes = new EventRoutes(profile);
        hub = hub(routes);
        Endpoint endpoint = Objects.requireNonNull(profile.endpoints().get("diner"));
        var guest = new Principal(TENANT, "9", "table", Set.of(), Map.of(), "t", Instant.EPOCH, Instant.MAX);
        var granted = (Admission.Outcome.Granted) hub.admission().ask(endpoint, guest);
        hub.shardOf(channel.eventLoop())
                .join(
                        Wire.WEBSOCKET,
                        channel.pipeline().firstContext(),
                        endpoint,
                        guest,
                        granted.slot(),
                        Set.of(new Topic(TENANT, "table-session", List.of("9"))));
    }

    /** Gives everything back. */
    @TearDown
    public void release() {
        channel.finishAndReleaseAll();
        frame.release();
    }

    /** The topics of an event. */
    @Benchmark
    public List<Topic> topics() {
        return routes.topicsOf(heard);
    }

    /** Its frame. */
    @Benchmark
    public ByteBuf encode() {
        frame.clear();
        EventFrames.encode(heard, cursor, frame);
        return frame;
    }

    /** The router with an event that nobody is there for. */
    @Benchmark
    public Hub routeToNobody() {
        hub.router().onCommitted(toNobody);
        return hub;
    }

    /** The router, the inbox and a shard with one session, up to the channel. */
    @Benchmark
    public boolean deliverToOne() {
        hub.router().onCommitted(toOne);
        channel.runPendingTasks();
        return channel.releaseOutbound();
    }

    private Hub hub(EventRoutes events) {
        return new Hub(
                List.of(channel.eventLoop()),
                events,
                HubConfig.defaults(),
                _ -> CompletableFuture.completedFuture(Standing.GOOD),
                InstantSource.system(),
                System::nanoTime);
    }

    private static Event event(int session) {
        String open = "{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":3,\"session_id\":" + session
                + ",\"entity\":{\"round_id\":7,\"round_number\":2,\"items\":[{\"id\":1,\"name\":\"provoleta\"}]}";
        var body = new Event.Body(open.getBytes(StandardCharsets.UTF_8));
        var scope = Map.of("branch_id", "3", "session_id", Integer.toString(session));
        return new Event(TENANT, new EventId("e"), "ROUND_READY", scope, body, Instant.EPOCH, 0, true);
    }

    private static Profile restaurant() {
        return switch (ProfileReader.read(ProfileSource.of("restaurant", Path.of("")), ProfileReader.Switches.NONE)) {
            case ProfileOutcome.Valid valid -> valid.profile();
            case ProfileOutcome.Invalid invalid ->
                throw new IllegalStateException(invalid.problems().toString());
        };
    }
}
