package io.atalaya.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Event;
import io.atalaya.event.Topic;
import io.atalaya.log.EventLog;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.Wire;
import io.netty.channel.epoll.Epoll;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random joins over either wire, subscriptions, ends, events and stalls against a model that keeps plain lists: who is there gets
 * exactly what is for it, once, in log order; who ends early got a beginning of that; the books balance at every step.
 */
class ShardModelTest {
    private static final int STEPS = 400;

    private final List<Member> members = new ArrayList<>();
    private long matched;
    private long duplicate;

    /** What may or may not have been matched of events in whose midst a session ended. */
    private long uncertain;

    /** One session with what it must get. */
    private static final class Member {
        private final TestSocket socket;
        private final Session session;
        private final List<String> expected = new ArrayList<>();
        private Set<Topic> topics;

        private Member(TestSocket socket, Session session, Set<Topic> topics) {
            this.socket = socket;
            this.session = session;
            this.topics = topics;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void everySessionGetsExactlyWhatIsForIt(long seed) {
        var random = new Random(seed);
        try (var rig = new HubRig(2, HubRig.limits(2_000, 64, 0))) {
            for (int step = 0; step < STEPS; step++) {
                step(rig, random);
                rig.assertBalanced();
                check(rig, "seed %d, step %d".formatted(seed, step));
            }
            members.stream().filter(ShardModelTest::isOpen).forEach(one -> one.socket.acceptEverything());
            rig.run();
            for (Member one : members) {
                assertReceived(one, "seed " + seed);
            }
            assertThat(rig.book().matched().total()).as("seed %d", seed).isBetween(matched, matched + uncertain);
            assertThat(rig.book().duplicate()).as("seed %d", seed).isBetween(duplicate, duplicate + uncertain);
            assertThat(uncertain).as("seed %d", seed).isLessThan(matched / 20);
        }
    }

    private void step(HubRig rig, Random random) {
        int choice = random.nextInt(100);
        if (choice < 20 || members.isEmpty()) {
            join(rig, random);
        } else if (choice < 65) {
            publish(rig, random);
        } else {
            touch(members.get(random.nextInt(members.size())), random, choice);
        }
    }

    private static void touch(Member one, Random random, int choice) {
        if (choice < 75) {
            Set<Topic> topics = someTopics(random);
            one.session.subscribe(topics);
            one.topics = topics;
        } else if (choice < 92) {
            one.socket.acceptOnly(random.nextInt(600));
        } else {
            end(one, random.nextInt(4));
        }
    }

    private static void end(Member one, int way) {
        switch (way) {
            case 0 -> one.session.close(CloseReason.DISCONNECTED);
            case 1 -> leave(one);
            case 2 -> one.socket.reset();
            default -> one.socket.breakDown();
        }
    }

    private static void leave(Member one) {
        switch (one.session.wire()) {
            case WEBSOCKET -> one.session.onClientClose(1000);
            case SSE -> one.session.onEndOfInput();
        }
    }

    private void join(HubRig rig, Random random) {
        TestSocket socket = random.nextBoolean() && Epoll.isAvailable() ? rig.nativeSocket() : rig.socket();
        Set<Topic> topics = someTopics(random);
        var who = HubRig.principal(HubRig.TENANT, "member " + members.size(), Instant.MAX);
        Wire wire = random.nextInt(3) == 0 ? Wire.SSE : Wire.WEBSOCKET;
        Session session = rig.join(wire, socket, random.nextInt(2), who, topics.toArray(Topic[]::new));
        members.add(new Member(socket, session, topics));
    }

    private static Set<Topic> someTopics(Random random) {
        var topics = new HashSet<Topic>();
        if (random.nextInt(3) == 0) {
            topics.add(HubRig.all());
        }
        for (int room = 0; room < 4; room++) {
            if (random.nextInt(3) == 0) {
                topics.add(HubRig.room("" + room));
            }
        }
        return topics;
    }

    private void publish(HubRig rig, Random random) {
        var events = new Event[1 + random.nextInt(6)];
        for (int i = 0; i < events.length; i++) {
            String type = List.of("ALL", "ROOM", "BOTH", "NOBODY").get(random.nextInt(4));
            events[i] = HubRig.event(type, "" + random.nextInt(4), "x".repeat(random.nextInt(150)));
        }
        List<Member> open = members.stream().filter(ShardModelTest::isOpen).toList();
        for (EventLog.Entry entry : rig.publish(events)) {
            open.forEach(one -> expect(one, entry));
        }
    }

    private void expect(Member one, EventLog.Entry entry) {
        long times =
                topicsOf(entry.event()).stream().filter(one.topics::contains).count();
        if (isOpen(one)) {
            matched += times;
            duplicate += Math.max(0, times - 1);
        } else {
            uncertain += times;
        }
        if (times > 0) {
            one.expected.add(HubRig.text(entry));
        }
    }

    private static List<Topic> topicsOf(Event event) {
        Topic room = HubRig.room(event.scope().getOrDefault("room_id", ""));
        return switch (event.type()) {
            case "ALL" -> List.of(HubRig.all());
            case "ROOM" -> List.of(room);
            case "BOTH" -> List.of(HubRig.all(), room);
            default -> List.of();
        };
    }

    private static boolean isOpen(Member one) {
        return !one.session.hasEnded();
    }

    private void check(HubRig rig, String when) {
        var topics = new HashSet<Topic>();
        members.stream().filter(ShardModelTest::isOpen).forEach(one -> {
            topics.addAll(one.topics);
            assertThat(one.session.topics()).as(when).isEqualTo(one.topics);
        });
        assertThat(rig.hub.topics()).as(when).isEqualTo(topics);
        assertThat(rig.snapshot().sessions()).as(when).isEqualTo((int)
                members.stream().filter(ShardModelTest::isOpen).count());
    }

    private static void assertReceived(Member one, String when) {
        List<String> texts = one.socket.texts();
        if (isOpen(one)) {
            assertThat(texts).as(when).isEqualTo(one.expected);
        } else {
            int most = Math.min(texts.size(), one.expected.size());
            assertThat(texts).as(when).isEqualTo(one.expected.subList(0, most));
        }
    }
}
