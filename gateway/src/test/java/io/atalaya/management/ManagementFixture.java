package io.atalaya.management;

import io.atalaya.assignment.AssignmentStore;
import io.atalaya.auth.Authenticator.Standing;
import io.atalaya.auth.InMemoryRevocationList;
import io.atalaya.auth.Principal;
import io.atalaya.console.SessionPages;
import io.atalaya.event.TenantId;
import io.atalaya.exposition.Vocabulary;
import io.atalaya.http.Route;
import io.atalaya.hub.Admission;
import io.atalaya.hub.Hub;
import io.atalaya.hub.HubConfig;
import io.atalaya.hub.Session;
import io.atalaya.log.EventLog;
import io.atalaya.log.InMemoryEventLog;
import io.atalaya.log.LogConfig;
import io.atalaya.metrics.ProcessProbe;
import io.atalaya.operator.Logins;
import io.atalaya.operator.OperatorGate;
import io.atalaya.operator.OperatorToken;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.Profile;
import io.atalaya.profile.ProfileOutcome;
import io.atalaya.profile.ProfileReader;
import io.atalaya.profile.ProfileSource;
import io.atalaya.protocol.Wire;
import io.atalaya.query.QueryConfig;
import io.atalaya.query.Reads;
import io.atalaya.routing.EventRoutes;
import io.atalaya.routing.SessionTopics;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A gateway without ports in one thread: an embedded event loop, the restaurant profile, and sessions on request.
 * Confined to the test's thread.
 */
public final class ManagementFixture implements AutoCloseable {
    public static final Instant NOW = Instant.parse("2030-06-01T12:00:00Z");

    public final Profile profile = restaurant();
    public final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
    public final Hub hub = new Hub(
            List.of(channel.eventLoop()),
            new EventRoutes(profile),
            HubConfig.defaults(),
            _ -> CompletableFuture.completedFuture(Standing.GOOD),
            InstantSource.fixed(NOW),
            () -> 0);
    public final EventLog log = new InMemoryEventLog(LogConfig.defaults(), 1, () -> Instant.EPOCH, hub.router());
    final InMemoryRevocationList revocations = new InMemoryRevocationList(InstantSource.fixed(NOW), 100);
    final AssignmentStore store =
            new AssignmentStore(List.of(), Clock.fixed(NOW, ZoneOffset.UTC), AssignmentStore.Keeper.none());
    final List<String> forgotten = new ArrayList<>();
    private final List<EmbeddedChannel> sockets = new ArrayList<>();
    public final GatewayView view = new GatewayView(
            new GatewayView.Sources(
                    profile,
                    hub,
                    HubConfig.defaults(),
                    log,
                    () -> Samples.busy().intake(),
                    () -> Samples.busy().recovery(),
                    () -> Samples.busy().acknowledgements(),
                    DependencyStatus.Source.disabled(),
                    Optional::empty,
                    new ProcessProbe(Path.of("/proc/self")),
                    () -> new Sample.LogLines(0, 0),
                    () -> Samples.busy().times(),
                    () -> Samples.busy().ingest()),
            new Sample.Identity("ws-gateway", "1.2.3", "test", profile.name()),
            InstantSource.fixed(NOW),
            Runnable::run);

    /** A session of a waiter or diner of branch 1, on a channel of its own. */
    public Session join(String endpointName, String tenant, String subject, String tokenId) {
        Endpoint endpoint = Objects.requireNonNull(profile.endpoints().get(endpointName));
        var principal = new Principal(
                new TenantId(tenant),
                subject,
                endpoint.authentication().name(),
                Set.of("WAITER"),
                Map.of("branch_id", List.of("1"), "sector_id", List.of("5"), "session_id", List.of("9")),
                tokenId,
                NOW.minusSeconds(60),
                Instant.MAX);
        var own = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
        sockets.add(own);
        var slot = ((Admission.Outcome.Granted) hub.admission().ask(endpoint, principal)).slot();
        return hub.shardOf(channel.eventLoop())
                .join(
                        Wire.WEBSOCKET,
                        own.pipeline().firstContext(),
                        endpoint,
                        principal,
                        slot,
                        SessionTopics.of(endpoint, principal, List.of()));
    }

    /** Releases what the sessions were sent. */
    @Override
    public void close() {
        sockets.forEach(EmbeddedChannel::finishAndReleaseAll);
        channel.finishAndReleaseAll();
    }

    public List<Route> routes() {
        return routes(new ManagementConfig("127.0.0.1", 0, Optional.empty(), Set.of()), this);
    }

    static List<Route> routes(ManagementConfig config) {
        return routes(config, new ManagementFixture());
    }

    private static List<Route> routes(ManagementConfig config, ManagementFixture gateway) {
        var pages = new ManagementRoutes.Pages(
                new MetricsPages(gateway.view::sample, Vocabulary.views(MetricSnapshots::new)),
                new HealthPages(gateway.view::sample, gateway.view::probes),
                new BooksPages(gateway.view::books, List::of),
                new SessionsApi(
                        gateway.hub,
                        gateway.revocations,
                        principal ->
                                gateway.revocations.settledStatus(principal).thenApply(Standing::of),
                        InstantSource.fixed(NOW)),
                new AssignmentsApi(
                        gateway.store, (tenant, user) -> gateway.forgotten.add(tenant + "/" + user), Runnable::run),
                Map.of("profile", "restaurant"),
                new SessionPages(
                                gateway.hub,
                                gateway.profile,
                                new Reads(
                                        new QueryConfig(4, Duration.ofSeconds(5), 1, Duration.ofSeconds(1)),
                                        Runnable::run))
                        .pages(),
                List.of());
        return new ManagementRoutes(config, gate(config), pages).routes();
    }

    /** Who is an operator of a port. */
    public static OperatorGate gate(ManagementConfig config) {
        return new OperatorGate(
                new OperatorToken(config.token()),
                config.names(),
                new Logins(InstantSource.fixed(NOW), new SecureRandom()));
    }

    private static Profile restaurant() {
        var source = ProfileSource.of("restaurant", Path.of(""));
        return switch (ProfileReader.read(source, ProfileReader.Switches.NONE)) {
            case ProfileOutcome.Valid valid -> valid.profile();
            case ProfileOutcome.Invalid invalid ->
                throw new AssertionError(invalid.problems().toString());
        };
    }
}
