package io.atalaya.hub;

import static io.atalaya.hub.HubRig.all;
import static io.atalaya.hub.HubRig.event;
import static io.atalaya.hub.HubRig.room;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.log.EventLog;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.Wire;
import io.atalaya.slow.Origin;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What breaks while something is done for one session costs that session alone: everybody else gets everything, the
 * books balance after every step (the rig sees to that), and the router goes on.
 */
class FaultTest {
    private static final int PING = 0x9;
    private static final int WINDOW = 10;

    private final HubRig rig = new HubRig(1, config(), HubRig.routesWithAcks());
    private final TestSocket first = rig.socket();
    private final NativeTestSocket faulty = rig.nativeSocket();
    private final TestSocket last = rig.socket();

    private static HubConfig config() {
        HubConfig some = HubRig.limits(4_096, WINDOW, 0);
        return new HubConfig(
                some.eventLoops(),
                some.maxConnections(),
                some.maxPerUser(),
                some.maxPerTable(),
                some.messagesPerWindow(),
                some.messageWindow(),
                some.maxMessageBytes(),
                some.heartbeatTimeout(),
                Duration.ofSeconds(5),
                some.revalidationInterval(),
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

    /** The session in the middle, which what follows breaks. */
    private Session joined() {
        rig.join(first, all());
        Session broken = rig.join(faulty, all(), room("1"));
        rig.join(last, all());
        return broken;
    }

    private static Event[] events(String type, int count) {
        var events = new Event[count];
        Arrays.setAll(events, i -> event(type, "1", "e" + i));
        return events;
    }

    /** Also that events beyond the router's window come, which they do not while it waits for one that is lost. */
    private void assertOnlyThisOneEnded(Session broken) {
        assertThat(broken.hasEnded()).isTrue();
        assertThat(rig.snapshot().closes()).containsEntry(CloseReason.INTERNAL_ERROR, 1L);
        int before = first.texts().size();
        for (int i = 0; i < 3; i++) {
            rig.commit(events("ALL", WINDOW - 1));
        }
        rig.run();
        assertThat(first.texts()).hasSize(before + 3 * (WINDOW - 1)).isEqualTo(last.texts());
        assertThat(rig.hub.router().totals().onTheirWay()).isZero();
        assertThat(rig.hub.router().totals().failed()).isZero();
        assertThat(rig.snapshot().sessions()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"1,false", "1,true", "3,false", "3,true"})
    void whoeverAccompaniesASession(int events, boolean stillFaultyAtTheEnd) {
        Session broken = joined();
        broken.leaveDurableTo(new FaultyCompanion(stillFaultyAtTheEnd));
        broken.goLive(new Cursor(HubRig.EPOCH, 0));

        rig.publish(events("ALARM", events));

        assertThat(rig.book()).isEqualTo(HubRig.book(2L * events + 1, 2L * events, 0, 0, 0, 1, 0));
        assertThat(faulty.closeFrame()).isEqualTo(stillFaultyAtTheEnd ? "" : "1011 Internal error");
        assertThat(faulty.isOpen()).isEqualTo(!stillFaultyAtTheEnd);
        assertOnlyThisOneEnded(broken);
    }

    @EnabledOnOs(OS.LINUX)
    @ParameterizedTest
    @CsvSource({"ALL,1", "ALL,3", "BOTH,1", "BOTH,3"})
    void aSocketThatFailsUnlikeAnySocket(String type, int events) {
        Session broken = joined();
        rig.publish(event("ALL", "", "opens the direct way"));
        faulty.plant(new IllegalStateException("planted"));

        rig.publish(events(type, events));

        int duplicates = type.equals("BOTH") ? events : 0;
        assertThat(rig.book())
                .isEqualTo(HubRig.book(3 + 3L * events + duplicates, 3 + 2L * events, 0, 0, duplicates, events, 0));
        assertOnlyThisOneEnded(broken);
    }

    @EnabledOnOs(OS.LINUX)
    @Test
    void aRunThatFailsBetweenTwoOthers() {
        Session broken = joined();
        rig.publish(event("ALL", "", "opens the direct way"));
        faulty.plant(new IllegalStateException("planted"));
        String much = "x".repeat(3_000);

        rig.publish(event("ALL", "", much), event("ROOM", "2", "for nobody here"), event("ALL", "", "b"));

        assertThat(rig.book()).isEqualTo(HubRig.book(9, 7, 0, 0, 0, 2, 0));
        assertOnlyThisOneEnded(broken);
    }

    @Test
    void noMemoryForWhatHasWaited() {
        Session broken = joined();
        faulty.acceptOnly(0);
        rig.publish(event("ALL", "", "a"));
        rig.publish(event("ALL", "", "waits"), event("ALL", "", "too"));
        assertThat(rig.book()).isEqualTo(HubRig.book(9, 6, 0, 0, 0, 0, 3));
        faulty.config().setAllocator(new NoMemory());

        faulty.acceptEverything();

        assertThat(rig.book()).isEqualTo(HubRig.book(9, 7, 0, 0, 0, 2, 0));
        assertThat(faulty.isOpen())
                .as("there was no memory for a close frame either")
                .isFalse();
        assertOnlyThisOneEnded(broken);
    }

    @Test
    void noMemoryForAPing() {
        Session broken = joined();
        rig.hub.start();
        faulty.config().setAllocator(new NoMemory());

        rig.pass(Duration.ofSeconds(11), Duration.ofSeconds(1));

        assertThat(pings(first)).isEqualTo(2);
        assertThat(pings(last)).isEqualTo(2);
        assertThat(rig.snapshot().lives().sweptAtMillis())
                .isEqualTo(HubRig.START.plusSeconds(11).toEpochMilli());
        assertOnlyThisOneEnded(broken);
    }

    private static long pings(TestSocket socket) {
        return socket.frames().stream().filter(frame -> frame.opcode() == PING).count();
    }

    @SuppressWarnings("NullAway") // such an event there is not: it stands for a fault of ours
    @Test
    void anEventThatCannotBeMatchedIsCountedAndTheNextOnesCome() {
        joined();
        var item = new Delivery.Item(null, 0, 0, new Origin(0, "e", 0), 1, HubRig.EPOCH, null, null, null);
        var finished = new AtomicInteger();
        ByteBuf frames = Unpooled.buffer(1);

        rig.shard(0).offer(new Delivery(Wire.WEBSOCKET, frames, List.of(item), 0, 1, finished::incrementAndGet));
        rig.publish(event("ALL", "", "a"));

        assertThat(finished).hasValue(1);
        assertThat(frames.refCnt()).isZero();
        assertThat(rig.hub.router().totals().failed()).isEqualTo(1);
        assertThat(first.texts()).hasSize(1);
    }

    @Test
    void whatWaitsBehindAFaultyDeliveryIsFinishedToo() {
        joined();
        var finished = new AtomicInteger();
        Runnable broken = () -> {
            throw new IllegalStateException("planted");
        };

        for (Runnable whenDrained : List.of(broken, (Runnable) finished::incrementAndGet)) {
            rig.shard(0).offer(new Delivery(Wire.WEBSOCKET, Unpooled.buffer(1), List.of(), 0, 1, whenDrained));
        }
        rig.publish(event("ALL", "", "a"));

        assertThat(finished).hasValue(1);
        assertThat(last.texts()).hasSize(1);
    }

    private record FaultyCompanion(boolean stillAtTheEnd) implements Session.Companion {
        @Override
        public void onDelivered(EventLog.Entry entry) {
            throw new IllegalStateException("planted");
        }

        @Override
        public void onNothingPending() {}

        @Override
        public void onEnded() {
            if (stillAtTheEnd) {
                throw new IllegalStateException("planted again");
            }
        }
    }

    /** Has nothing left to give. */
    private static final class NoMemory extends AbstractByteBufAllocator {
        private NoMemory() {
            super(false);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            throw new OutOfMemoryError("planted");
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            throw new OutOfMemoryError("planted");
        }
    }
}
