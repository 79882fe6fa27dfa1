package io.atalaya.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class HubDrainTest {
    private static HubConfig draining(Duration drain) {
        HubConfig some = HubRig.limits();
        return new HubConfig(
                1,
                some.maxConnections(),
                some.maxPerUser(),
                some.maxPerTable(),
                some.messagesPerWindow(),
                some.messageWindow(),
                some.maxMessageBytes(),
                some.heartbeatTimeout(),
                Duration.ZERO,
                some.revalidationInterval(),
                some.maxOutboundBytes(),
                drain,
                some.deliveryWindow(),
                0,
                0);
    }

    private static List<TestSocket> connect(HubRig rig, int sessions, int shards) {
        var sockets = new ArrayList<TestSocket>();
        for (int i = 0; i < sessions; i++) {
            TestSocket socket = rig.socket();
            var who = HubRig.principal(HubRig.TENANT, "user " + i, Instant.MAX);
            rig.join(socket, i % shards, who, HubRig.all());
            sockets.add(socket);
        }
        return sockets;
    }

    @Test
    void sessionsAreClosedEvenlyOverTheDrain() {
        try (var rig = new HubRig(2, draining(Duration.ofSeconds(1)))) {
            List<TestSocket> sockets = connect(rig, 200, 2);

            CompletableFuture<Void> drained = rig.hub.drain();

            assertThat(rig.snapshot().sessions()).isEqualTo(190);
            for (int step = 1; step < 20; step++) {
                assertThat(drained).isNotDone();
                assertThat(rig.snapshot().sessions()).isEqualTo(200 - 10 * step);
                rig.pass(Duration.ofMillis(50));
            }
            assertThat(drained).isCompleted();
            assertThat(sockets)
                    .allSatisfy(socket -> assertThat(socket.closeFrame()).isEqualTo("1001 Server shutdown"));
        }
    }

    @Test
    void withoutSessionsTheDrainIsOverAtOnce() {
        try (var rig = new HubRig(3, draining(Duration.ofSeconds(10)))) {
            assertThat(rig.hub.drain()).isCompleted();
        }
    }

    @Test
    void withoutTimeEverySessionIsClosedAtOnce() {
        try (var rig = new HubRig(2, draining(Duration.ZERO))) {
            connect(rig, 50, 2);

            CompletableFuture<Void> drained = rig.hub.drain();

            assertThat(drained).isCompleted();
            rig.assertNothingLeft();
        }
    }

    @Test
    void aSessionThatJoinsDuringTheDrainIsClosedToo() {
        try (var rig = new HubRig(1, draining(Duration.ofSeconds(1)))) {
            connect(rig, 40, 1);
            CompletableFuture<Void> drained = rig.hub.drain();
            rig.pass(Duration.ofMillis(500), Duration.ofMillis(50));
            TestSocket late = rig.socket();
            rig.join(late, HubRig.all());

            rig.pass(Duration.ofMillis(600), Duration.ofMillis(50));

            assertThat(drained).isCompleted();
            assertThat(late.closeFrame()).isEqualTo("1001 Server shutdown");
        }
    }

    @Test
    void eventsStillReachTheSessionsThatAreLeft() {
        try (var rig = new HubRig(1, draining(Duration.ofSeconds(1)))) {
            List<TestSocket> sockets = connect(rig, 20, 1);
            rig.hub.drain();

            rig.publish(HubRig.event("ALL", "", "a"));

            assertThat(sockets.stream().filter(one -> one.texts().size() == 1)).hasSize(19);
        }
    }
}
