package io.atalaya.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.ack.AckBounds;
import io.atalaya.ack.InMemoryAckStore;
import io.atalaya.assignment.Assignment;
import io.atalaya.assignment.Assignments;
import io.atalaya.auth.AuthOutcome;
import io.atalaya.auth.Authenticator;
import io.atalaya.auth.Principal;
import io.atalaya.command.CommandDesk;
import io.atalaya.event.TenantId;
import io.atalaya.hub.Hub;
import io.atalaya.hub.HubConfig;
import io.atalaya.hub.Session;
import io.atalaya.ingest.Intake;
import io.atalaya.ingest.IntakeConfig;
import io.atalaya.log.InMemoryEventLog;
import io.atalaya.log.LogConfig;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.Profile;
import io.atalaya.profile.ProfileOutcome;
import io.atalaya.profile.ProfileReader;
import io.atalaya.profile.ProfileSource;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.Wire;
import io.atalaya.recovery.Recovery;
import io.atalaya.recovery.RecoveryConfig;
import io.atalaya.routing.EventRoutes;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What may happen between the check of a credential and the session that it opens. */
class ConnectingTest {
    private static final Instant NOW = Instant.parse("2030-06-01T12:00:00Z");

    private final Profile profile = restaurant();
    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
    private final CompletableFuture<AuthOutcome> checked = new CompletableFuture<>();
    private final List<Principal> askedAgain = new ArrayList<>();
    private final List<CloseReason> refusals = new ArrayList<>();
    private boolean turnedAway;
    private Authenticator.Standing standing = Authenticator.Standing.GOOD;
    private final Hub hub = new Hub(
            List.of(channel.eventLoop()),
            new EventRoutes(profile),
            HubConfig.defaults(),
            principal -> {
                askedAgain.add(principal);
                return CompletableFuture.completedFuture(standing);
            },
            () -> NOW,
            () -> 0);

    @AfterEach
    void release() {
        channel.finishAndReleaseAll();
        assertThat(hub.admission().total()).isZero();
    }

    @Test
    void aRevocationBetweenCheckAndJoinEndsTheSessionThatSlippedThrough() {
        connect("diner");
        checked.complete(new AuthOutcome.Accepted(guest()));
        standing = Authenticator.Standing.REVOKED;
        hub.onRevoked();

        channel.runPendingTasks();

        assertThat(hub.snapshot().join().closes()).containsEntry(CloseReason.TOKEN_ENDED, 1L);
        assertThat(hub.snapshot().join().sessions()).isZero();
    }

    @Test
    void aRevocationOfSomebodyElseEndsNothing() {
        connect("diner");
        hub.onRevoked();
        checked.complete(new AuthOutcome.Accepted(guest()));

        channel.runPendingTasks();

        assertThat(askedAgain).containsExactly(guest());
        assertThat(hub.snapshot().join().sessions()).isEqualTo(1);
    }

    @Test
    void withoutARevocationNobodyIsAskedTwice() {
        hub.onRevoked();
        connect("diner");
        checked.complete(new AuthOutcome.Accepted(guest()));

        channel.runPendingTasks();

        assertThat(askedAgain).isEmpty();
        assertThat(hub.snapshot().join().sessions()).isEqualTo(1);
    }

    @Test
    void whoIsStillAtTheDoorWhenTheGatewayStopsIsToldSo() {
        connect("diner");
        hub.drain();
        checked.complete(new AuthOutcome.Accepted(guest()));

        channel.runPendingTasks();

        assertThat(refusals).containsExactly(CloseReason.SHUTDOWN);
        assertThat(hub.snapshot().join().sessions()).isZero();
        assertThat(hub.admission().total()).isZero();
    }

    @Test
    void whoWasTurnedAwayMeanwhileGetsNoSession() {
        connect("diner");
        turnedAway = true;
        checked.complete(new AuthOutcome.Accepted(guest()));

        channel.runPendingTasks();

        assertThat(hub.snapshot().join().sessions()).isZero();
        assertThat(hub.admission().total()).isZero();
    }

    private void connect(String endpointName) {
        Endpoint endpoint = Objects.requireNonNull(profile.endpoints().get(endpointName));
        var head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, endpoint.path());
        var request = ConnectRequest.of(head, new QueryStringDecoder(head.uri()));
        new Entrance(context(endpoint))
                .enter(channel.pipeline().firstContext(), endpoint, request, new Entrance.Target() {
                    @Override
                    public Wire wire() {
                        return Wire.WEBSOCKET;
                    }

                    @Override
                    public void onAccepted() {
                        assertThat(hub.admission().total()).isEqualTo(1);
                    }

                    @Override
                    public void onJoined(Session session) {
                        channel.closeFuture().addListener(_ -> session.onInactive());
                    }

                    @Override
                    public void onRefused(CloseReason reason) {
                        refusals.add(reason);
                    }

                    @Override
                    public boolean isTurnedAway() {
                        return turnedAway;
                    }
                });
    }

    private EdgeContext context(Endpoint endpoint) {
        var config = new EdgeConfig("127.0.0.1", 0, Set.of(), true, 0, Duration.ZERO, Duration.ofSeconds(10));
        Authenticator slow = new Authenticator() {
            @Override
            public CompletionStage<AuthOutcome> authenticate(String credential) {
                return checked;
            }

            @Override
            public CompletionStage<Standing> standing(Principal principal) {
                return CompletableFuture.completedFuture(Standing.GOOD);
            }
        };
        return new EdgeContext(
                profile,
                Map.of(endpoint.authentication().name(), slow),
                nothingAssigned(),
                hub,
                recovery(),
                new CommandDesk(profile, intake()),
                HubConfig.defaults(),
                config,
                () -> 0);
    }

    private Intake intake() {
        var log = new InMemoryEventLog(LogConfig.defaults(), 1, () -> NOW, _ -> {});
        var keys = new IntakeConfig(Map.of(), Map.of(), 65_536, 1 << 20, 100, 100);
        return new Intake(keys, profile, log, _ -> {}, () -> NOW, () -> 0);
    }

    private Recovery recovery() {
        var log = new InMemoryEventLog(LogConfig.defaults(), 1, () -> NOW, _ -> {});
        var pace = new Recovery.Pace(Runnable::run, (_, _) -> {}, () -> 0, () -> NOW);
        return new Recovery(
                RecoveryConfig.defaults(),
                new Recovery.Stores(log, new InMemoryAckStore(AckBounds.of(10))),
                new EventRoutes(profile),
                1 << 20,
                pace);
    }

    private static Assignments nothingAssigned() {
        return new Assignments() {
            @Override
            public CompletionStage<List<Assignment>> of(TenantId tenant, String subject) {
                return CompletableFuture.completedFuture(List.of());
            }

            @Override
            public CompletionStage<List<Assignment>> refresh(TenantId tenant, String subject) {
                return of(tenant, subject);
            }
        };
    }

    private static Principal guest() {
        return new Principal(
                new TenantId("1"),
                "9",
                "table",
                Set.of(),
                Map.of("branch_id", List.of("1"), "session_id", List.of("9")),
                "token",
                NOW.minusSeconds(60),
                Instant.MAX);
    }

    private static Profile restaurant() {
        return switch (ProfileReader.read(ProfileSource.of("restaurant", Path.of("")), ProfileReader.Switches.NONE)) {
            case ProfileOutcome.Valid valid -> valid.profile();
            case ProfileOutcome.Invalid invalid ->
                throw new AssertionError(invalid.problems().toString());
        };
    }
}
