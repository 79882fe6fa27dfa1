package io.atalaya.hub;

import static io.atalaya.hub.HubRig.TENANT;
import static io.atalaya.hub.HubRig.all;
import static io.atalaya.hub.HubRig.event;
import static io.atalaya.hub.HubRig.principal;
import static io.atalaya.hub.HubRig.room;
import static io.atalaya.hub.HubRig.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Topic;
import io.atalaya.log.EventLog;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.Wire;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions that are event streams, beside those that are sockets. */
class EventStreamTest {
    private static final int BOUND = 4_096;

    private final HubRig rig = new HubRig(2, HubRig.limits(BOUND, 50_000, 0));
    private final TestSocket stream = rig.socket();
    private final TestSocket socket = rig.socket();
    private int readers;

    @BeforeEach
    void start() {
        rig.hub.start();
    }

    @AfterEach
    void everythingIsGivenBack() {
        rig.close();
    }

    private Session join(Topic... topics) {
        return join(stream, 0, Instant.MAX, topics);
    }

    private Session join(TestSocket reader, int shard, Instant expiresAt, Topic... topics) {
        return rig.join(Wire.SSE, reader, shard, principal(TENANT, "reader " + readers++, expiresAt), topics);
    }

    private DeliveryBook book(Wire wire) {
        return rig.snapshot().share(wire).book();
    }

    @Test
    void anEventReachesSocketsAndStreamsAlike() {
        join(all());
        rig.join(socket, all());

        List<EventLog.Entry> entries = rig.publish(event("ALL", "", "a"), event("BOTH", "1", "b"));

        List<String> texts = entries.stream().map(HubRig::text).toList();
        assertThat(stream.texts()).isEqualTo(texts);
        assertThat(socket.texts()).isEqualTo(texts);
        assertThat(stream.blocks().getFirst()).isEqualTo("id: 7-1\ndata: " + texts.getFirst());
        assertThat(book(Wire.SSE)).isEqualTo(HubRig.book(2, 2, 0, 0, 0, 0, 0));
        assertThat(book(Wire.WEBSOCKET)).isEqualTo(HubRig.book(2, 2, 0, 0, 0, 0, 0));
        assertThat(rig.snapshot().fanouts()).as("of events, not of wires").isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void anEventForBothWiresIsOneOnItsWay(int shards) {
        try (var other = new HubRig(shards, HubRig.limits())) {
            other.join(Wire.SSE, other.socket(), 0, principal(TENANT, "a", Instant.MAX), all());
            other.join(other.socket(), shards - 1, principal(TENANT, "b", Instant.MAX), all());

            other.commit(event("ALL", "", "a"), event("ALL", "", "b"));

            assertThat(other.hub.router().totals().onTheirWay()).isEqualTo(2);
            other.run();
            assertThat(other.hub.router().totals().onTheirWay()).isZero();
            assertThat(other.snapshot().fanouts()).isEqualTo(2);
        }
    }

    @Test
    void aStreamThatMatchesTwiceGetsTheEventOnce() {
        join(all(), room("1"));

        EventLog.Entry entry = rig.publish(event("BOTH", "1", "a")).getFirst();

        assertThat(stream.texts()).containsExactly(text(entry));
        assertThat(book(Wire.SSE)).isEqualTo(HubRig.book(2, 1, 0, 0, 1, 0, 0));
    }

    @Test
    void aSlowReaderIsToldWhatWasDropped() {
        join(all());
        rig.join(socket, all());
        stream.acceptOnly(10);
        rig.publish(event("ALL", "", "first"));

        for (int i = 0; i < 500; i++) {
            rig.publish(event("OLDEST", "", "n" + i));
        }

        stream.acceptEverything();
        long dropped = book(Wire.SSE).dropped();
        assertThat(dropped).isPositive();
        assertThat(stream.texts())
                .anyMatch(
                        text -> text.startsWith("{\"type\":\"gap\",\"reason\":\"slow\",\"dropped\":" + dropped + ","));
        assertThat(socket.texts()).as("nobody else waits").hasSize(501);
        assertThat(book(Wire.WEBSOCKET).dropped()).isZero();
    }

    @Test
    void aReaderTooSlowForWhatMustBeKeptIsClosed() {
        Session session = join(all());
        stream.acceptOnly(10);

        for (int i = 0; i < 500 && !session.hasEnded(); i++) {
            rig.publish(event("ALL", "", "n" + i));
        }

        assertThat(rig.snapshot().share(Wire.SSE).closes()).containsEntry(CloseReason.SLOW_CONSUMER, 1L);
        assertThat(rig.snapshot().share(Wire.WEBSOCKET).closes()).containsEntry(CloseReason.SLOW_CONSUMER, 0L);
    }

    @Test
    void aStreamIsNeverSilentForLong() {
        join(all());

        rig.pass(Duration.ofSeconds(61), Duration.ofSeconds(1));

        assertThat(stream.blocks()).containsExactly(": hb", ": hb", ": hb", ": hb");
    }

    @Test
    void aReaderThatTakesWhatItIsSentNeedsToSayNothing() {
        Session session = join(all());

        rig.pass(Duration.ofMinutes(10), Duration.ofSeconds(1));

        assertThat(session.hasEnded()).isFalse();
        assertThat(rig.snapshot().oldestHeartbeatSeconds()).isLessThan(2);
    }

    @Test
    void aReaderThatTakesNothingIsGivenUp() {
        Session session = join(all());
        stream.acceptOnly(0);

        rig.pass(Duration.ofSeconds(14), Duration.ofSeconds(1));
        assertThat(session.hasEnded()).as("nothing was sent yet").isFalse();
        rig.pass(Duration.ofSeconds(62), Duration.ofSeconds(1));

        assertThat(session.hasEnded()).isTrue();
        assertThat(rig.snapshot().closes()).containsEntry(CloseReason.HEARTBEAT_TIMEOUT, 1L);
    }

    @Test
    void aReaderThatTakesSomethingNowAndThenIsKept() {
        Session session = join(all());
        stream.acceptOnly(0);

        for (int i = 0; i < 6; i++) {
            rig.publish(event("ALL", "", "n" + i));
            rig.pass(Duration.ofSeconds(40), Duration.ofSeconds(1));
            stream.acceptOnly(300);
        }

        assertThat(session.hasEnded()).isFalse();
    }

    @Test
    void aCloseSaysWhyAndEndsTheConnection() {
        Session session = join(all());

        session.close(CloseReason.DISCONNECTED);
        rig.run();

        assertThat(stream.closeFrame()).isEqualTo("1000 Disconnected by operator");
        assertThat(stream.isOpen()).isFalse();
    }

    @Test
    void aCredentialThatEndsEndsTheStream() {
        join(stream, 1, HubRig.START.plusSeconds(30), all());

        rig.pass(Duration.ofSeconds(31), Duration.ofSeconds(1));

        assertThat(stream.closeFrame()).isEqualTo("4001 Token expired or revoked");
    }

    @Test
    void aReaderThatLeavesIsNoLostConnection() {
        Session session = join(all());

        session.onEndOfInput();

        ShardSnapshot.Share streams = rig.snapshot().share(Wire.SSE);
        assertThat(streams.closedByClient()).isEqualTo(1);
        assertThat(streams.connectionsLost()).isZero();
    }

    @Test
    void aGracefulStopEndsStreamsToo() {
        join(all());
        join(socket, 1, Instant.MAX, all());

        var drained = rig.hub.drain();
        rig.pass(Duration.ofSeconds(11), Duration.ofMillis(50));

        assertThat(drained).isCompleted();
        assertThat(stream.closeFrame()).isEqualTo("1001 Server shutdown");
        assertThat(socket.closeFrame()).isEqualTo("1001 Server shutdown");
    }
}
