package io.atalaya.hub;

import static io.atalaya.hub.HubRig.all;
import static io.atalaya.hub.HubRig.event;
import static io.atalaya.hub.HubRig.room;
import static io.atalaya.hub.HubRig.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.log.EventLog;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.WebSocketFrames;
import io.atalaya.protocol.Wire;
import io.atalaya.slow.Origin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The way past the outbound buffer; {@link OutboundTest} has what holds for every socket. */
@EnabledOnOs(OS.LINUX)
class DirectWriteTest {
    private static final String LONG = "x".repeat(200);

    private final HubRig rig = new HubRig(1, HubRig.limits(4_096, 50_000, 0));
    private final NativeTestSocket socket = rig.nativeSocket();

    @AfterEach
    void everythingIsGivenBack() {
        rig.close();
    }

    /** A session whose first event has found the outbound buffer empty, so that later ones go past it. */
    private Session joined() {
        Session session = rig.join(socket, all());
        rig.publish(event("ALL", "", "first"));
        assertThat(socket.directWrites()).isEmpty();
        return session;
    }

    private static ByteBuf pong(Session session) {
        return WebSocketFrames.text(session.allocator(), "pong".getBytes(UTF_8));
    }

    @Test
    void whileNothingWaitsEventsGoPastTheOutboundBuffer() {
        joined();

        var alone = rig.publish(event("ALL", "", "a")).getFirst();
        var together = rig.publish(event("ALL", "", "b"), event("ALL", "", "c"));

        assertThat(socket.directWrites())
                .containsExactly(length(alone), length(together.get(0)) + length(together.get(1)));
        assertThat(socket.texts()).hasSize(4);
        assertThat(rig.book()).isEqualTo(HubRig.book(4, 4, 0, 0, 0, 0, 0));
    }

    private static int length(EventLog.Entry entry) {
        return 2 + text(entry).length();
    }

    @Test
    void aSocketThatNeverSentAnythingIsAskedTheOrdinaryWayFirst() {
        rig.join(socket, all());
        socket.write(Unpooled.copiedBuffer(new byte[] {(byte) 0x81, 2, 'h', 'i'}));

        var entry = rig.publish(event("ALL", "", "a")).getFirst();

        assertThat(socket.directWrites()).isEmpty();
        assertThat(socket.texts()).containsExactly("hi", text(entry));
    }

    @Test
    void whatTheSocketDoesNotTakeFollowsInOrderAndIsSentWhenItsLastByteIsAccepted() {
        joined();
        socket.acceptOnly(5);
        var first = rig.publish(event("ALL", "", "a")).getFirst();
        var second = rig.publish(event("ALL", "", "b")).getFirst();

        assertThat(rig.book()).isEqualTo(HubRig.book(3, 1, 0, 0, 0, 0, 2));
        socket.acceptOnly(length(first) - 5);
        assertThat(rig.book().sent()).isEqualTo(2);
        socket.acceptEverything();

        assertThat(socket.directWrites()).containsExactly(length(first));
        assertThat(socket.texts()).endsWith(text(first), text(second));
        assertThat(rig.book()).isEqualTo(HubRig.book(3, 3, 0, 0, 0, 0, 0));
    }

    @Test
    void theDirectWayOpensAgainWhenNothingWaitsAnyMore() {
        joined();
        socket.acceptOnly(0);
        rig.publish(event("ALL", "", "a"));
        socket.acceptEverything();
        rig.publish(event("ALL", "", "b"));
        int before = socket.directWrites().size();

        rig.publish(event("ALL", "", "c"));

        assertThat(socket.directWrites()).hasSize(before + 1);
        assertThat(socket.texts()).extracting(text -> text.charAt(6)).containsExactly('f', 'a', 'b', 'c');
    }

    @Test
    void theFirstStallAlreadyHoldsACopyAndNotTheSharedBuffer() {
        joined();
        socket.acceptOnly(3);
        ByteBuf slab = Unpooled.directBuffer();
        WebSocketFrames.writeTextHeader(slab, 5);
        slab.writeBytes("later".getBytes(UTF_8));
        var item = new Delivery.Item(
                List.of(all()), 0, slab.writerIndex(), new Origin(0, "e", 0), 1, HubRig.EPOCH, null, null, null);
        rig.shard(0).offer(new Delivery(Wire.WEBSOCKET, slab, List.of(item), 0, 1, () -> {}));

        rig.run();

        assertThat(slab.refCnt()).isZero();
        assertThat(rig.book().pending()).isEqualTo(1);
        socket.acceptEverything();
        assertThat(socket.texts()).last().isEqualTo("later");
    }

    @Test
    void aReplyBetweenTwoEventsStaysBetweenThem() {
        Session session = joined();
        var before = rig.publish(event("ALL", "", "a")).getFirst();

        session.reply(pong(session));
        var after = rig.publish(event("ALL", "", "b")).getFirst();

        assertThat(socket.texts()).endsWith(text(before), "pong", text(after));
        assertThat(socket.directWrites()).hasSize(2);
    }

    @Test
    void anEventBehindAnUnsentReplyWaitsForIt() {
        Session session = joined();
        socket.acceptOnly(1);
        session.reply(pong(session));

        var entry = rig.publish(event("ALL", "", "a")).getFirst();

        assertThat(socket.directWrites()).isEmpty();
        socket.acceptEverything();
        assertThat(socket.texts()).endsWith("pong", text(entry));
        assertThat(rig.book().sent()).isEqualTo(2);
    }

    @Test
    void runsThatAreNotNeighboursKeepTheirOrder() {
        rig.join(socket, room("1"));
        rig.join(rig.socket(), room("2"));
        rig.publish(event("ROOM", "1", "first"));

        var entries = rig.publish(event("ROOM", "1", "a"), event("ROOM", "2", "b"), event("ROOM", "1", "c"));

        assertThat(socket.texts()).endsWith(text(entries.get(0)), text(entries.get(2)));
    }

    @Test
    void anEventOfTwoTopicsThatIsAloneIsSentOnce() {
        rig.join(socket, all(), room("1"));
        rig.publish(event("ALL", "", "first"));

        var entry = rig.publish(event("BOTH", "1", "a")).getFirst();

        assertThat(socket.texts()).hasSize(2).last().isEqualTo(text(entry));
        assertThat(rig.book()).isEqualTo(HubRig.book(3, 2, 0, 0, 1, 0, 0));
    }

    @Test
    void aConnectionThatBreaksClosesTheOrdinaryWayAndTheOthersGetTheirs() {
        joined();
        TestSocket before = rig.nativeSocket();
        rig.join(before, all());
        socket.breakDown();

        rig.publish(event("ALL", "", "a"));
        rig.publish(event("ALL", "", "b"));

        assertThat(socket.isOpen()).isFalse();
        assertThat(rig.snapshot().connectionsLost()).isEqualTo(1);
        assertThat(before.texts()).hasSize(2);
        assertThat(rig.book()).isEqualTo(HubRig.book(4, 3, 0, 0, 0, 1, 0));
    }

    @Test
    void nothingIsWrittenToADescriptorThatIsClosedWhileTheSessionDoesNotKnowYet() throws IOException {
        joined();
        socket.closeDescriptor();

        rig.publish(event("ALL", "", "a"));

        assertThat(socket.directWrites()).isEmpty();
    }

    @Test
    void nothingFollowsACloseFrame() {
        Session session = joined();
        session.close(CloseReason.DISCONNECTED);

        rig.publish(event("ALL", "", "a"));

        assertThat(socket.texts()).hasSize(1);
        assertThat(socket.directWrites()).isEmpty();
    }

    @Test
    void readersThatAreTooSlowLeaveInTheMiddleOfAnEventThatIsAlone() {
        joined();
        socket.acceptOnly(0);
        TestSocket slow = rig.nativeSocket();
        TestSocket fast = rig.nativeSocket();
        rig.join(slow, all());
        rig.join(fast, all());
        slow.acceptOnly(0);

        for (int i = 0; i < 30; i++) {
            rig.publish(event("ALL", "", LONG + i));
        }

        assertThat(fast.texts()).hasSize(30);
        assertThat(rig.snapshot().closes()).containsEntry(CloseReason.SLOW_CONSUMER, 2L);
        assertThat(rig.book()).matches(book -> book.sent() == 31 && book.pending() == 0 && book.closed() > 0);
    }
}
