package io.atalaya.hub;

import static io.atalaya.hub.HubRig.all;
import static io.atalaya.hub.HubRig.event;
import static io.atalaya.hub.HubRig.room;
import static io.atalaya.hub.HubRig.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Event;
import io.atalaya.metrics.Histogram;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.WebSocketFrames;
import io.atalaya.protocol.Wire;
import io.atalaya.slow.Origin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutboundTest {
    private static final String LONG = "x".repeat(200);

    private final HubRig rig = new HubRig(1, HubRig.limits(4_096, 50_000, 0));
    private final TestSocket socket = rig.socket();

    @AfterEach
    void everythingIsGivenBack() {
        rig.close();
    }

    @Test
    void neighbouringFramesLeaveAsOneSliceInOneWrite() {
        rig.join(socket, all());

        var entries = rig.publish(event("ALL", "", "a"), event("ALL", "", "b"), event("ALL", "", "c"));

        assertThat(socket.texts()).isEqualTo(entries.stream().map(HubRig::text).toList());
        assertThat(socket.writes()).containsExactly(socket.receivedBytes());
        assertThat(rig.book()).isEqualTo(HubRig.book(3, 3, 0, 0, 0, 0, 0));
    }

    @Test
    void framesThatAreNotNeighboursKeepTheirOrder() {
        TestSocket other = rig.socket();
        rig.join(socket, room("1"));
        rig.join(other, room("2"));

        var entries = rig.publish(
                event("ROOM", "1", "a"), event("ROOM", "2", "b"), event("ROOM", "1", "c"), event("ROOM", "1", "d"));

        assertThat(socket.texts()).containsExactly(text(entries.get(0)), text(entries.get(2)), text(entries.get(3)));
        assertThat(socket.writes()).hasSize(2);
        assertThat(other.texts()).containsExactly(text(entries.get(1)));
    }

    @Test
    void eventsOfSeveralCommitsBeforeOneDrainLeaveInLogOrder() {
        rig.join(socket, all());

        rig.commit(event("ALL", "", "a"));
        rig.commit(event("ALL", "", "b"));
        rig.publish(event("ALL", "", "c"));

        assertThat(socket.texts()).extracting(text -> text.charAt(6)).containsExactly('a', 'b', 'c');
    }

    @Test
    void anEventThatMatchesTwiceIsSentOnceAndCountedAsDuplicateOnce() {
        rig.join(socket, all(), room("1"));

        var entries = rig.publish(event("BOTH", "1", "a"), event("BOTH", "1", "b"));

        assertThat(socket.texts()).containsExactly(text(entries.get(0)), text(entries.get(1)));
        assertThat(socket.writes()).hasSize(1);
        assertThat(rig.book()).isEqualTo(HubRig.book(4, 2, 0, 0, 2, 0, 0));
    }

    @Test
    void anEventIsSentOnlyWhenItsLastByteIsAccepted() {
        rig.join(socket, all());
        socket.acceptOnly(0);

        rig.publish(event("ALL", "", "a"));

        assertThat(rig.book()).isEqualTo(HubRig.book(1, 0, 0, 0, 0, 0, 1));
        int length = frameLength("a");
        socket.acceptOnly(length - 1);
        rig.assertBalanced();
        assertThat(rig.book().sent()).isZero();
        socket.acceptOnly(1);
        assertThat(rig.book()).isEqualTo(HubRig.book(1, 1, 0, 0, 0, 0, 0));
    }

    private static int frameLength(String name) {
        return 2 + "{\"n\":\"%s\",\"cursor\":\"7-1\"}".formatted(name).length();
    }

    @Test
    void everyFlushHasItsOwnMarker() {
        rig.join(socket, all());
        socket.acceptOnly(0);
        rig.publish(event("ALL", "", "a"));
        rig.publish(event("ALL", "", "b"), event("ALL", "", "c"));

        socket.acceptOnly(frameLength("a"));

        assertThat(rig.book()).isEqualTo(HubRig.book(3, 1, 0, 0, 0, 0, 2));
        socket.acceptOnly(frameLength("b"));
        assertThat(rig.book().sent()).isEqualTo(1);
        socket.acceptEverything();
        assertThat(rig.book().sent()).isEqualTo(3);
        assertThat(socket.texts()).hasSize(3);
    }

    @Test
    void latencyEndsWhenTheSocketAcceptsTheLastByte() {
        rig.join(socket, all());
        socket.acceptOnly(0);
        rig.publish(event("ALL", "", "a"));

        rig.ticker.advance(2, TimeUnit.SECONDS);
        socket.acceptEverything();

        var latency = rig.snapshot().latency();
        assertThat(latency.count()).isEqualTo(1);
        assertThat(latency.sumSeconds()).isBetween(2.0, 2.1);
    }

    private static Histogram.Snapshot of(Map<String, Histogram.Snapshot> latencies, String type) {
        return Objects.requireNonNull(latencies.get(type));
    }

    @Test
    void latenciesAreToldApartByTypeWhateverLeavesTogether() {
        rig.join(socket, all(), room("1"));
        rig.ticker.advance(3, TimeUnit.SECONDS);

        rig.publish(event("ALL", "", "a"), event("ALL", "", "b"), event("ROOM", "1", "c"), event("ALL", "", "d"));

        var latencies = rig.snapshot().latencies();
        assertThat(of(latencies, "ALL").count()).isEqualTo(3);
        assertThat(of(latencies, "ROOM").count()).isEqualTo(1);
        assertThat(of(latencies, "ROOM").sumSeconds()).isBetween(3.0, 3.1);
        assertThat(of(latencies, "BOTH").count()).isZero();
    }

    @Test
    void whatHasWaitedKeepsItsTypeAndItsStart() {
        rig.join(socket, all(), room("1"));
        socket.acceptOnly(0);
        rig.publish(event("ALL", "", "a"));
        rig.publish(event("ROOM", "1", "b"), event("ALL", "", "c"));

        rig.ticker.advance(2, TimeUnit.SECONDS);
        socket.acceptEverything();

        var latencies = rig.snapshot().latencies();
        assertThat(of(latencies, "ALL").count()).isEqualTo(2);
        assertThat(of(latencies, "ALL").sumSeconds()).isBetween(4.0, 4.2);
        assertThat(of(latencies, "ROOM").sumSeconds()).isBetween(2.0, 2.1);
    }

    @Test
    void aDeliveryThatTookLongIsRemembered() {
        rig.join(socket, all());
        rig.publish(event("ALL", "", "quick"));
        assertThat(rig.snapshot().slowest()).isEmpty();
        socket.acceptOnly(0);
        rig.publish(event("ALL", "", "a"));

        rig.ticker.advance(2, TimeUnit.SECONDS);
        socket.acceptEverything();

        assertThat(rig.snapshot().slowest()).singleElement().satisfies(example -> {
            assertThat(example.eventId()).isEqualTo("e");
            assertThat(example.nanos()).isGreaterThanOrEqualTo(2_000_000_000L);
        });
    }

    @Test
    void aSlowReaderHoldsCopiesAndNotTheSharedBuffer() {
        TestSocket fast = rig.socket();
        rig.join(socket, all());
        rig.join(fast, all());
        socket.acceptOnly(0);
        rig.publish(event("ALL", "", "a"));
        ByteBuf slab = offer("later");

        rig.run();

        assertThat(slab.refCnt()).isZero();
        assertThat(rig.book().pending()).isEqualTo(2);
        socket.acceptEverything();
        assertThat(socket.texts()).last().isEqualTo("later");
        assertThat(fast.texts()).last().isEqualTo("later");
    }

    @Test
    void aReaderThatKeepsUpHoldsNoCopyAndNoSlab() {
        rig.join(socket, all());
        ByteBuf slab = offer("now");

        rig.run();

        assertThat(slab.refCnt()).isZero();
        assertThat(socket.texts()).containsExactly("now");
    }

    private ByteBuf offer(String text) {
        ByteBuf slab = Unpooled.directBuffer();
        WebSocketFrames.writeTextHeader(slab, text.length());
        slab.writeBytes(text.getBytes(UTF_8));
        var item = new Delivery.Item(
                List.of(all()), 0, slab.writerIndex(), new Origin(0, "e", 0), 1, HubRig.EPOCH, null, null, null);
        rig.shard(0).offer(new Delivery(Wire.WEBSOCKET, slab, List.of(item), 0, 1, () -> {}));
        return slab;
    }

    @Test
    void aReaderThatIsTooSlowIsClosedAndItsPendingEventsAreCounted() {
        TestSocket fast = rig.socket();
        rig.join(socket, all());
        rig.join(fast, all());
        socket.acceptOnly(0);

        for (int i = 0; i < 30; i++) {
            rig.publish(event("ALL", "", LONG + i));
        }

        var book = rig.book();
        assertThat(book.closed()).isPositive();
        assertThat(book.pending()).isZero();
        assertThat(book.sent()).isEqualTo(30);
        assertThat(rig.snapshot().closes()).containsEntry(CloseReason.SLOW_CONSUMER, 1L);
        assertThat(rig.snapshot().fanoutsWithFailures()).isEqualTo(1);
        assertThat(fast.texts()).hasSize(30);
        socket.acceptEverything();
        assertThat(socket.closeFrame()).isEqualTo("1013 Reading too slowly");
        assertThat(rig.book()).isEqualTo(book);
    }

    @Test
    void aReaderIsJudgedByWhatItHasNotTakenAndNotByTheSizeOfABurst() {
        rig.join(socket, all(), room("1"));
        TestSocket other = rig.socket();
        rig.join(other, room("2"));
        socket.acceptOnly(12_000);
        var burst = new Event[60];
        for (int i = 0; i < burst.length; i++) {
            burst[i] = event("ROOM", i % 2 == 0 ? "1" : "2", LONG + LONG);
        }

        rig.publish(burst);

        assertThat(socket.closeFrame()).isEmpty();
        assertThat(rig.book().closed()).isZero();
        socket.acceptEverything();
        assertThat(socket.texts()).hasSize(30);
    }

    @Test
    void aReaderThatTakesSomethingNowAndThenStaysWithinTheBound() {
        rig.join(socket, all());
        socket.acceptOnly(0);

        for (int i = 0; i < 200; i++) {
            rig.publish(event("ALL", "", LONG));
            socket.acceptOnly(230);
        }

        assertThat(rig.snapshot().closes()).containsEntry(CloseReason.SLOW_CONSUMER, 0L);
        socket.acceptEverything();
        assertThat(rig.book()).isEqualTo(HubRig.book(200, 200, 0, 0, 0, 0, 0));
    }

    @Test
    void aReplyStandsBehindWhatWasSentBefore() {
        Session session = rig.join(socket, all());
        socket.acceptOnly(1);
        rig.publish(event("ALL", "", "a"));
        session.reply(WebSocketFrames.text(session.allocator(), "pong".getBytes(UTF_8)));
        var entry = rig.publish(event("ALL", "", "b")).getFirst();

        socket.acceptEverything();

        assertThat(socket.texts()).hasSize(3).element(1).isEqualTo("pong");
        assertThat(socket.texts()).last().isEqualTo(text(entry));
        assertThat(rig.book().sent()).isEqualTo(2);
    }

    @Test
    void anEventBehindAnUnsentReplyIsPendingUntilItsOwnBytesAreAccepted() {
        Session session = rig.join(socket, all());
        socket.acceptOnly(0);
        session.reply(WebSocketFrames.text(session.allocator(), "pong".getBytes(UTF_8)));

        rig.publish(event("ALL", "", "a"));

        socket.acceptOnly(6);
        assertThat(rig.book()).isEqualTo(HubRig.book(1, 0, 0, 0, 0, 0, 1));
        socket.acceptEverything();
        assertThat(rig.book().sent()).isEqualTo(1);
    }

    @Test
    void aClientThatAsksForRepliesAndNeverReadsThemIsClosed() {
        Session session = rig.join(socket);
        socket.acceptOnly(0);

        for (int i = 0; i < 1_000 && !session.hasEnded(); i++) {
            session.reply(WebSocketFrames.text(session.allocator(), LONG.getBytes(UTF_8)));
        }

        assertThat(session.hasEnded()).isTrue();
        socket.acceptEverything();
        assertThat(socket.closeFrame()).isEqualTo("1013 Reading too slowly");
    }

    @Test
    void aReplyToASessionThatHasEndedIsReleased() {
        Session session = rig.join(socket);
        session.close(CloseReason.DISCONNECTED);
        ByteBuf reply = WebSocketFrames.text(session.allocator(), "pong".getBytes(UTF_8));

        session.reply(reply);

        assertThat(reply.refCnt()).isZero();
        assertThat(socket.texts()).isEmpty();
    }

    @Test
    void aConnectionThatBreaksInAFlushLeavesNoneOfItsEventsPending() {
        TestSocket healthy = rig.socket();
        rig.join(socket, all());
        rig.join(healthy, all());
        socket.breakDown();

        rig.publish(event("ALL", "", "a"), event("ALL", "", "b"));
        rig.publish(event("ALL", "", "c"));

        assertThat(rig.book()).isEqualTo(HubRig.book(5, 3, 0, 0, 0, 2, 0));
        assertThat(rig.snapshot().connectionsLost()).isEqualTo(1);
        assertThat(healthy.texts()).hasSize(3);
    }

    @Test
    void aLaggingConnectionThatIsResetLeavesNoneOfItsEventsPending() {
        rig.join(socket, all());
        socket.acceptOnly(3);
        rig.publish(event("ALL", "", "a"));
        rig.publish(event("ALL", "", "b"));

        socket.reset();

        assertThat(rig.book()).isEqualTo(HubRig.book(2, 0, 0, 0, 0, 2, 0));
    }

    @Test
    void aSessionClosedBetweenCommitAndDrainGetsNothingAndMatchesNothing() {
        Session session = rig.join(socket, all());
        rig.commit(event("ALL", "", "a"));

        session.close(CloseReason.DISCONNECTED);
        rig.run();

        assertThat(socket.texts()).isEmpty();
        assertThat(rig.book()).isEqualTo(DeliveryBook.EMPTY);
    }

    @Test
    void bytesTakenAfterTheCloseDoNotCountAsSent() {
        Session session = rig.join(socket, all());
        socket.acceptOnly(0);
        rig.publish(event("ALL", "", "a"));
        session.close(CloseReason.DISCONNECTED);

        socket.acceptEverything();

        assertThat(socket.texts()).hasSize(1);
        assertThat(rig.book()).isEqualTo(HubRig.book(1, 0, 0, 0, 0, 1, 0));
    }

    @Test
    void theChannelIsClosedAfterTheGracePeriod() {
        Session session = rig.join(socket, all());
        session.close(CloseReason.SHUTDOWN);
        assertThat(socket.isOpen()).isTrue();

        rig.pass(Duration.ofSeconds(2));

        assertThat(socket.isOpen()).isFalse();
    }
}
