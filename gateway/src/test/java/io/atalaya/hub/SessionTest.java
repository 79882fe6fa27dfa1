package io.atalaya.hub;

import static io.atalaya.hub.HubRig.all;
import static io.atalaya.hub.HubRig.event;
import static io.atalaya.hub.HubRig.principal;
import static io.atalaya.hub.HubRig.room;
import static io.atalaya.hub.HubRig.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.auth.Authenticator.Standing;
import io.atalaya.protocol.CloseReason;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SessionTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int PING = 0x9;

    private final HubRig rig = new HubRig(1, limits(Duration.ZERO));
    private final TestSocket socket = rig.socket();

    /** A heartbeat that outlasts three revalidations, so that tests of the one do not meet the other. */
    private static HubConfig limits(Duration pingInterval) {
        HubConfig some = HubRig.limits();
        return new HubConfig(
                1,
                some.maxConnections(),
                some.maxPerUser(),
                some.maxPerTable(),
                some.messagesPerWindow(),
                some.messageWindow(),
                some.maxMessageBytes(),
                Duration.ofSeconds(60),
                pingInterval,
                Duration.ofSeconds(10),
                some.maxOutboundBytes(),
                some.drain(),
                some.deliveryWindow(),
                some.broadcastsPerSecond(),
                0);
    }

    @AfterEach
    void everythingIsGivenBack() {
        rig.close();
    }

    @Test
    void aSessionIsCountedByWhatItDoesAndHowLongItLasts() {
        Session session = rig.join(socket);
        assertThat(rig.snapshot().lives().roles()).containsExactly(Map.entry("none", 1));

        rig.ticker.advance(3, TimeUnit.SECONDS);
        session.onInitialStateSent();
        rig.ticker.advance(4, TimeUnit.SECONDS);
        session.onInitialStateSent();
        long sinceNanos = session.onCommand("order");
        session.onCommandFailed("order");
        rig.ticker.advance(2, TimeUnit.SECONDS);
        session.onCommandAnswered("order", sinceNanos);
        session.close(CloseReason.DISCONNECTED);

        var lives = rig.snapshot().lives();
        assertThat(lives.initialState().count()).isEqualTo(1);
        assertThat(lives.initialState().sumSeconds()).isEqualTo(3);
        assertThat(lives.commands().get("order"))
                .satisfies(
                        order -> assertThat(order.received() + order.failed()).isEqualTo(2))
                .satisfies(order -> assertThat(order.answered().sumSeconds()).isEqualTo(2));
        assertThat(lives.lifetime().count()).isEqualTo(1);
        assertThat(lives.lifetime().sumSeconds()).isEqualTo(9);
        assertThat(lives.roles()).containsExactly(Map.entry("none", 0));
    }

    @Test
    void theSweepLeavesItsTime() {
        rig.hub.start();
        assertThat(rig.snapshot().lives().sweptAtMillis()).isZero();

        rig.pass(SECOND);

        assertThat(rig.snapshot().lives().sweptAtMillis())
                .isEqualTo(HubRig.START.plus(SECOND).toEpochMilli());
    }

    @Test
    void theFirstMessageBeyondTheLimitEndsTheSession() {
        Session session = rig.join(socket);
        for (int i = 0; i < 20; i++) {
            assertThat(session.onMessage()).isTrue();
        }

        boolean allowed = session.onMessage();

        assertThat(allowed).isFalse();
        assertThat(socket.closeFrame()).isEqualTo("4029 Rate limit exceeded");
        assertThat(session.onMessage()).isFalse();
        assertThat(rig.snapshot().clientMessages()).isEqualTo(21);
    }

    @Test
    void aMessageIsAllowedAgainWhenTheWindowHasPassed() {
        Session session = rig.join(socket);
        rig.hub.start();
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < 20; i++) {
                assertThat(session.onMessage()).isTrue();
            }
            rig.pass(SECOND);
        }
        assertThat(session.hasEnded()).isFalse();
    }

    @Test
    void theSweepForgetsNothingThatStillCounts() {
        Session session = rig.join(socket);
        rig.hub.start();
        rig.ticker.advance(500, TimeUnit.MILLISECONDS);
        for (int i = 0; i < 20; i++) {
            assertThat(session.onMessage()).isTrue();
        }
        rig.pass(Duration.ofMillis(500));

        assertThat(session.onMessage()).isFalse();
    }

    @Test
    void aSilentSessionIsClosedWhenTheHeartbeatTimesOut() {
        rig.join(socket);
        rig.hub.start();
        rig.pass(Duration.ofSeconds(59), SECOND);
        assertThat(socket.closeFrame()).isEmpty();

        rig.pass(SECOND);

        assertThat(socket.closeFrame()).isEqualTo("1001 Heartbeat timeout");
    }

    @Test
    void everyMessageProlongsTheSession() {
        Session session = rig.join(socket);
        rig.hub.start();
        for (int i = 0; i < 5; i++) {
            rig.pass(Duration.ofSeconds(40), SECOND);
            session.onMessage();
        }
        assertThat(session.hasEnded()).isFalse();
        assertThat(rig.snapshot().oldestHeartbeatSeconds()).isZero();
    }

    @Test
    void theSnapshotTellsHowLongSessionsHaveBeenSilent() {
        assertThat(rig.snapshot().newestHeartbeatSeconds()).isZero();
        assertThat(rig.snapshot().averageHeartbeatSeconds()).isZero();
        rig.join(socket);
        rig.pass(Duration.ofSeconds(10));
        rig.join(rig.socket());
        rig.pass(Duration.ofSeconds(2));

        ShardSnapshot snapshot = rig.snapshot();

        assertThat(snapshot.oldestHeartbeatSeconds()).isEqualTo(12);
        assertThat(snapshot.newestHeartbeatSeconds()).isEqualTo(2);
        assertThat(snapshot.averageHeartbeatSeconds()).isEqualTo(7);
    }

    @Test
    void pongsMeasureTheRoundTripButAreNoActivity() {
        try (var own = new HubRig(1, limits(Duration.ofSeconds(30)))) {
            TestSocket pinged = own.socket();
            Session session = own.join(pinged);
            own.hub.start();
            own.pass(Duration.ofSeconds(30), SECOND);
            TestSocket.Frame ping = pinged.frames().getFirst();
            assertThat(ping.opcode()).isEqualTo(PING);
            own.ticker.advance(70, TimeUnit.MILLISECONDS);
            long payload = ping.payload().getLong(0);
            session.onPong(payload + 1);
            assertThat(own.snapshot().roundTrip().count()).isZero();

            session.onPong(payload);

            session.onPong(payload);
            assertThat(own.snapshot().roundTrip().count()).isEqualTo(1);
            assertThat(own.snapshot().roundTrip().sumSeconds()).isEqualTo(0.07);
            assertThat(own.snapshot().oldestHeartbeatSeconds()).isGreaterThan(30);
        }
    }

    @Test
    void aCredentialThatEndsEndsTheSession() {
        rig.join(socket, 0, principal(HubRig.TENANT, "7", HubRig.START.plusSeconds(5)), all());
        rig.hub.start();
        rig.pass(Duration.ofSeconds(4), SECOND);
        assertThat(socket.closeFrame()).isEmpty();

        rig.pass(SECOND);

        assertThat(socket.closeFrame()).isEqualTo("4001 Token expired or revoked");
        assertThat(rig.hub.topics()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"EXPIRED", "REVOKED"})
    void aStandingThatIsLostEndsTheSessionAtTheNextRevalidation(Standing lost) {
        rig.join(socket);
        rig.hub.start();
        rig.standings = _ -> CompletableFuture.completedFuture(lost);
        rig.pass(Duration.ofSeconds(9), SECOND);
        assertThat(socket.closeFrame()).isEmpty();

        rig.pass(SECOND);

        assertThat(socket.closeFrame()).isEqualTo("4001 Token expired or revoked");
    }

    @Test
    void aGoodStandingIsAskedForOnceAnInterval() {
        var asked = new AtomicInteger();
        rig.standings = _ -> {
            asked.incrementAndGet();
            return CompletableFuture.completedFuture(Standing.GOOD);
        };
        Session session = rig.join(socket);
        rig.hub.start();

        rig.pass(Duration.ofSeconds(35), SECOND);

        assertThat(asked).hasValue(3);
        assertThat(session.hasEnded()).isFalse();
    }

    @Test
    void aListThatCannotBeAskedCostsTheSessionOneIntervalLater() {
        rig.join(socket);
        rig.hub.start();
        rig.standings = _ -> CompletableFuture.completedFuture(Standing.UNKNOWN);
        rig.pass(Duration.ofSeconds(19), SECOND);
        assertThat(socket.closeFrame()).isEmpty();

        rig.pass(SECOND);

        assertThat(socket.closeFrame()).isEqualTo("1013 Cannot check the token now");
    }

    @Test
    void aGoodAnswerBetweenTwoUnknownOnesSavesTheSession() {
        Session session = rig.join(socket);
        rig.hub.start();
        var answers = new AtomicInteger();
        rig.standings = _ -> CompletableFuture.completedFuture(
                answers.getAndIncrement() % 2 == 0 ? Standing.UNKNOWN : Standing.GOOD);

        rig.pass(Duration.ofSeconds(55), SECOND);

        assertThat(answers).hasValue(5);
        assertThat(session.hasEnded()).isFalse();
    }

    @Test
    void commandsDuringAnOutageOfTheListDoNotShortenTheInterval() {
        Session session = rig.join(socket);
        rig.standings = _ -> CompletableFuture.completedFuture(Standing.UNKNOWN);
        var ran = new AtomicInteger();

        for (int i = 0; i < 5; i++) {
            session.recheck(ran::incrementAndGet);
        }

        assertThat(ran).hasValue(5);
        assertThat(session.hasEnded()).isFalse();
    }

    @Test
    void aStandingThatFailsCountsAsUnknown() {
        rig.join(socket);
        rig.hub.start();
        rig.standings = _ -> CompletableFuture.failedFuture(new IllegalStateException("planted"));

        rig.pass(Duration.ofSeconds(20), SECOND);

        assertThat(socket.closeFrame()).isEqualTo("1013 Cannot check the token now");
    }

    @Test
    void aStandingThatThrowsCountsAsUnknownAndTheSweepGoesOn() {
        rig.join(socket);
        rig.hub.start();
        rig.standings = _ -> {
            throw new IllegalStateException("planted");
        };

        rig.pass(Duration.ofSeconds(20), SECOND);

        assertThat(socket.closeFrame()).isEqualTo("1013 Cannot check the token now");
    }

    @Test
    void anAnswerThatComesAfterTheEndChangesNothing() {
        var answer = new CompletableFuture<Standing>();
        rig.standings = _ -> answer;
        Session session = rig.join(socket);
        session.recheck(() -> {
            throw new AssertionError("ran for a session that has ended");
        });
        session.close(CloseReason.DISCONNECTED);

        answer.complete(Standing.REVOKED);

        assertThat(socket.closeFrame()).isEqualTo("1000 Disconnected by operator");
        assertThat(rig.snapshot().closes()).containsEntry(CloseReason.TOKEN_ENDED, 0L);
    }

    @Test
    void subscribingLeavesWhatIsNotWantedAndJoinsWhatIsNew() {
        Session session = rig.join(socket, room("1"), room("2"), room("3"));

        session.subscribe(Set.of(room("2"), room("4")));

        assertThat(session.topics()).containsExactlyInAnyOrder(room("2"), room("4"));
        assertThat(rig.hub.topics()).containsExactlyInAnyOrder(room("2"), room("4"));
        var entries = rig.publish(event("ROOM", "1", "a"), event("ROOM", "2", "b"), event("ROOM", "4", "c"));
        assertThat(socket.texts()).containsExactly(text(entries.get(1)), text(entries.get(2)));
    }

    @Test
    void aSessionThatHasEndedSubscribesToNothing() {
        Session session = rig.join(socket, all());
        session.close(CloseReason.DISCONNECTED);

        session.subscribe(Set.of(room("1")));

        assertThat(session.topics()).isEmpty();
        assertThat(rig.hub.topics()).isEmpty();
    }

    @Test
    void onlyTheFirstWayOfEndingCounts() {
        Session session = rig.join(socket, all());

        session.close(CloseReason.SHUTDOWN);
        session.close(CloseReason.DISCONNECTED);
        session.onClientClose(1000);
        session.onInactive();

        var counted = rig.snapshot();
        assertThat(counted.closes().values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(1);
        assertThat(counted.closedByClient()).isZero();
        assertThat(counted.connectionsLost()).isZero();
        rig.assertNothingLeft();
    }

    @Test
    void aCloseByTheClientIsEchoedAndEndsTheChannel() {
        Session session = rig.join(socket, all());

        session.onClientClose(1001);

        assertThat(socket.closeFrame()).isEqualTo("1001 ");
        assertThat(socket.isOpen()).isFalse();
        assertThat(rig.snapshot().closedByClient()).isEqualTo(1);
        assertThat(rig.snapshot().connectionsLost()).isZero();
        rig.assertNothingLeft();
    }

    @Test
    void aCloseWithoutCodeIsEchoedWithoutCode() {
        Session session = rig.join(socket, all());

        session.onClientClose(-1);

        assertThat(socket.closeFrame()).isEqualTo("without code");
    }

    @Test
    void theClientsAnswerToOurCloseEndsTheChannelAtOnce() {
        Session session = rig.join(socket, all());
        session.close(CloseReason.SHUTDOWN);

        session.onClientClose(1001);

        assertThat(socket.isOpen()).isFalse();
        assertThat(rig.snapshot().closedByClient()).isZero();
    }

    @Test
    void aLostConnectionLeavesNothingBehind() {
        rig.join(socket, all(), room("1"));

        socket.reset();

        assertThat(rig.snapshot().connectionsLost()).isEqualTo(1);
        rig.assertNothingLeft();
    }

    @Test
    void operatorsSeeAndCloseTheSessionsThatTheyMean() {
        Session wanted = rig.join(socket, all());
        TestSocket other = rig.socket();
        rig.join(other, all());

        int closed = rig.hub
                .close(view -> view.id() == wanted.id(), CloseReason.DISCONNECTED)
                .join();

        assertThat(closed).isEqualTo(1);
        assertThat(rig.hub.sessions(_ -> true).join())
                .singleElement()
                .satisfies(view -> assertThat(view.topics()).containsExactly(all()));
        assertThat(other.closeFrame()).isEmpty();
    }

    @Test
    void theSweepSurvivesThatItClosesAlmostEverySession() {
        for (int i = 0; i < 20; i++) {
            Instant expiresAt = i % 3 == 0 ? Instant.MAX : HubRig.START.plusSeconds(1);
            rig.join(rig.socket(), 0, principal(HubRig.TENANT, "user " + i, expiresAt), all());
        }
        rig.hub.start();

        rig.pass(SECOND);

        assertThat(rig.snapshot().sessions()).isEqualTo(7);
        assertThat(rig.snapshot().closes()).containsEntry(CloseReason.TOKEN_ENDED, 13L);
        EmbeddedChannel untouched = socket;
        assertThat(untouched.isOpen()).isTrue();
    }
}
