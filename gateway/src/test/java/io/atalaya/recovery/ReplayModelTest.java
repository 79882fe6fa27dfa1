package io.atalaya.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Event;
import io.atalaya.event.Topic;
import io.atalaya.hub.HubRig;
import io.atalaya.hub.Session;
import io.atalaya.hub.TestSocket;
import io.atalaya.log.EventLog;
import io.netty.channel.epoll.Epoll;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random publishing, disconnecting, stalling and resuming of several clients, with loops and workers that run a bit now
 * and then, against a model that keeps plain lists: over all its connections a client gets every durable event that is
 * for it exactly once and in order, and an ephemeral one at most once. The books balance at every step.
 */
class ReplayModelTest {
    private static final int STEPS = 500;
    private static final Pattern CURSOR = Pattern.compile("\"cursor\":\"([^\"]+)\"");

    private final List<Client> clients = new ArrayList<>();
    private final List<Ephemeral> ephemerals = new ArrayList<>();

    private record Ephemeral(String text, String type, String room) {}

    /** One client with what its connections have brought it so far. */
    private static final class Client {
        private final Set<Topic> topics;
        private final List<String> expected = new ArrayList<>();
        private final List<String> received = new ArrayList<>();
        private String cursor = "now";
        private TestSocket socket;
        private Session session;

        private Client(RecoveryRig rig, Random random) {
            this.topics = someTopics(random);
            this.socket = socket(rig, random);
            this.session = connect(rig, random);
        }

        private static TestSocket socket(RecoveryRig rig, Random random) {
            return random.nextBoolean() && Epoll.isAvailable() ? rig.hub.nativeSocket() : rig.hub.socket();
        }

        private Session connect(RecoveryRig rig, Random random) {
            return rig.join(socket, random.nextInt(2), cursor, topics.toArray(Topic[]::new));
        }

        private boolean isOpen() {
            return !session.hasEnded();
        }

        private void end(int way) {
            switch (way) {
                case 0 -> session.onClientClose(1000);
                case 1 -> socket.breakDown();
                default -> socket.reset();
            }
        }

        /** Takes what the connection has brought into account; to be called when it is over. */
        private void keep() {
            for (String text : socket.texts()) {
                Matcher matcher = CURSOR.matcher(text);
                if (matcher.find()) {
                    cursor = matcher.group(1);
                }
                if (!text.contains("\"position\"")) {
                    received.add(text);
                }
            }
        }

        private void reconnect(RecoveryRig rig, Random random) {
            keep();
            socket = socket(rig, random);
            session = connect(rig, random);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void everyClientGetsEveryDurableEventOnceAndInOrder(long seed) {
        var random = new Random(seed);
        var limits = HubRig.limits(2_000 + random.nextInt(4_000), 64, 0);
        try (var rig = new RecoveryRig(limits, RecoveryRig.bounds(100_000), new RecoveryConfig(2, 5_000))) {
            for (int step = 0; step < STEPS; step++) {
                step(rig, random);
                rig.hub.assertBalanced();
            }
            finish(rig, random, "seed " + seed);
        }
    }

    private void step(RecoveryRig rig, Random random) {
        int choice = random.nextInt(100);
        if (clients.size() < 6 && choice < 10) {
            clients.add(new Client(rig, random));
        } else if (choice < 40) {
            publish(rig, random);
        } else if (choice < 55) {
            rig.work();
        } else if (choice < 70) {
            rig.hub.run();
        } else if (choice < 75) {
            rig.pass(Duration.ofMillis(random.nextInt(50)));
        } else if (!clients.isEmpty()) {
            touch(rig, clients.get(random.nextInt(clients.size())), random);
        }
    }

    private static void touch(RecoveryRig rig, Client one, Random random) {
        if (!one.isOpen()) {
            one.reconnect(rig, random);
        } else if (random.nextInt(3) > 0) {
            one.socket.acceptOnly(random.nextInt(400));
        } else {
            one.end(random.nextInt(3));
        }
    }

    private void publish(RecoveryRig rig, Random random) {
        int count = 1 + random.nextInt(30);
        for (int i = 0; i < count; i++) {
            String type = List.of("ALL", "ROOM", "BOTH", "NOBODY").get(random.nextInt(4));
            String room = "" + random.nextInt(3);
            if (random.nextInt(5) == 0) {
                Event event = rig.publishEphemeral(type, room);
                ephemerals.add(new Ephemeral(RecoveryRig.text(event), type, room));
            } else {
                EventLog.Entry entry = rig.commit(type, room);
                clients.stream()
                        .filter(one -> isFor(one, type, room))
                        .forEach(one -> one.expected.add(RecoveryRig.text(entry)));
            }
        }
    }

    private static boolean isFor(Client one, String type, String room) {
        boolean all = one.topics.contains(HubRig.all());
        boolean ofRoom = one.topics.contains(HubRig.room(room));
        return switch (type) {
            case "ALL" -> all;
            case "ROOM" -> ofRoom;
            case "BOTH" -> all || ofRoom;
            default -> false;
        };
    }

    /** Those on their way when a client comes may reach it. */
    private Set<String> ephemeralFor(Client one) {
        return ephemerals.stream()
                .filter(event -> isFor(one, event.type(), event.room()))
                .map(Ephemeral::text)
                .collect(Collectors.toSet());
    }

    private static Set<Topic> someTopics(Random random) {
        var topics = new HashSet<Topic>();
        if (random.nextInt(2) == 0) {
            topics.add(HubRig.all());
        }
        for (int room = 0; room < 3; room++) {
            if (random.nextInt(2) == 0) {
                topics.add(HubRig.room("" + room));
            }
        }
        return topics;
    }

    /** Everybody comes back once more, reads everything, and must be complete. */
    private void finish(RecoveryRig rig, Random random, String when) {
        for (Client one : clients) {
            if (one.isOpen()) {
                one.end(2);
            }
            rig.run();
            one.reconnect(rig, random);
        }
        rig.settle();
        assertThat(clients).as(when).isNotEmpty();
        assertThat(rig.recovery.totals().active()).as(when).isZero();
        for (Client one : clients) {
            one.keep();
            List<String> durable = one.received.stream()
                    .filter(text -> text.contains("cursor"))
                    .toList();
            assertThat(durable).as(when).isEqualTo(one.expected);
            List<String> others = one.received.stream()
                    .filter(text -> !text.contains("cursor"))
                    .toList();
            assertThat(others).as(when).doesNotHaveDuplicates().isSubsetOf(ephemeralFor(one));
        }
    }
}
