package io.atalaya.hub;

import static io.atalaya.hub.HubRig.all;
import static io.atalaya.hub.HubRig.event;
import static io.atalaya.hub.HubRig.room;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.TenantId;
import io.atalaya.progress.Attendance;
import io.atalaya.progress.Progress;
import io.atalaya.protocol.CloseReason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How far sessions have got, whichever way their bytes leave. */
class ProgressTest {
    private static final int BOUND = 4_096;

    private final HubRig rig = new HubRig(1, HubRig.limits(BOUND, 50_000, 0));

    @AfterEach
    void everythingIsGivenBack() {
        rig.close();
    }

    private Attendance attendance() {
        return rig.hub.attendance(HubRig.TENANT).getFirst().join();
    }

    private Progress only() {
        return attendance().present().getFirst();
    }

    private TestSocket socket(boolean direct) {
        return direct ? rig.nativeSocket() : rig.socket();
    }

    private long publish(String type, int count) {
        long offset = 0;
        for (int i = 0; i < count; i++) {
            offset = rig.publish(event(type, "1", "x" + i)).getLast().cursor().offset();
        }
        return offset;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatTheSocketTakesIsThrough(boolean direct) {
        rig.pass(Duration.ofSeconds(5));
        rig.join(socket(direct), all());
        assertThat(only().through()).isZero();
        assertThat(only().flushedAt()).isEmpty();
        assertThat(only().lifetime().joined()).isEqualTo(HubRig.START.plusSeconds(5));

        long last = publish("ALL", 3);
        rig.pass(Duration.ofSeconds(7));
        publish("ROOM", 1);

        assertThat(only().through()).isEqualTo(last);
        assertThat(only().flushedAt()).contains(HubRig.START.plusSeconds(5));
        assertThat(only().pending()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofASlowReaderItIsKnownHowFarItHasCome(boolean direct) {
        TestSocket socket = socket(direct);
        rig.join(socket, all());
        long accepted = publish("ALL", 2);
        socket.acceptOnly(10);
        long cut = publish("ALL", 1);
        publish("ALL", 5);

        assertThat(only().through()).isEqualTo(accepted);
        assertThat(only().pending()).isEqualTo(6);

        socket.acceptEverything();
        rig.run();
        assertThat(only().through()).isEqualTo(cut + 5);
        assertThat(only().pending()).isZero();
    }

    @Test
    void eventsThatAreNotLoggedHaveNoPosition() {
        rig.join(rig.socket(), all());
        long last = publish("ALL", 1);

        rig.hub.router().onEphemeral(List.of(event("ALL", "1", "e")));
        rig.run();

        assertThat(only().through()).isEqualTo(last);
    }

    @Test
    void whatASlowReaderIsSparedIsCounted() {
        TestSocket socket = rig.socket();
        rig.join(socket, all());
        socket.acceptOnly(10);
        publish("ALL", 1);
        publish("LATEST", 4);

        assertThat(only().givenUp()).isEqualTo(3);
        socket.acceptEverything();
    }

    @Test
    void itIsKnownSinceWhenTheTopicsAreWhatTheyAre() {
        Session session = rig.join(rig.socket(), all());
        Instant joined = only().lifetime().subscribed();
        rig.pass(Duration.ofSeconds(3));
        session.subscribe(java.util.Set.of(all()));
        assertThat(only().lifetime().subscribed()).as("nothing has changed").isEqualTo(joined);

        session.subscribe(java.util.Set.of(all(), room("1")));

        assertThat(only().lifetime().subscribed()).isEqualTo(joined.plusSeconds(3));
        assertThat(only().topics()).containsExactlyInAnyOrder(all(), room("1"));
        assertThat(only().lifetime().joined()).isEqualTo(joined);
    }

    @Test
    void whoLeavesIsRememberedAsItWas() {
        TestSocket socket = rig.socket();
        Session session = rig.join(socket, all());
        long accepted = publish("ALL", 1);
        socket.acceptOnly(10);
        publish("ALL", 2);

        session.close(CloseReason.TOKEN_ENDED);

        assertThat(attendance().present()).isEmpty();
        Progress left = attendance().departed().getFirst();
        assertThat(left.topics()).containsExactly(all());
        assertThat(left.through()).isEqualTo(accepted);
        assertThat(left.pending()).isEqualTo(2);
        assertThat(left.lifetime().end().orElseThrow().reason()).isEqualTo("token_ended");
        socket.acceptEverything();
    }

    @Test
    void theMemoryOfThoseWhoLeftIsBounded() {
        var sessions = new ArrayList<Session>();
        for (int i = 0; i < 600; i++) {
            sessions.add(rig.join(rig.socket(), all()));
        }
        sessions.forEach(session -> session.close(CloseReason.SHUTDOWN));

        assertThat(attendance().departed()).hasSizeBetween(100, 599);
        assertThat(attendance().forgottenUntil()).isPresent();
    }

    @Test
    void nobodySeesWhoIsOfAnotherTenant() {
        Session session = rig.join(rig.socket(), all());

        assertThat(rig.hub.attendance(new TenantId("2")).getFirst().join().present())
                .isEmpty();
        session.close(CloseReason.SHUTDOWN);
        assertThat(rig.hub.attendance(new TenantId("2")).getFirst().join().departed())
                .isEmpty();
    }
}
