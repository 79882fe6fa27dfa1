package io.atalaya.hub;

import static io.atalaya.hub.HubRig.all;
import static io.atalaya.hub.HubRig.event;
import static io.atalaya.hub.HubRig.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.log.EventLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of events for a client that reads too slowly. */
class SlowClientTest {
    private static final int BOUND = 4_096;
    private static final Pattern DROPPED = Pattern.compile("\"dropped\":(\\d+)");

    private final HubRig rig = new HubRig(1, HubRig.limits(BOUND, 50_000, 0));
    private final TestSocket socket = rig.socket();

    @AfterEach
    void everythingIsGivenBack() {
        rig.close();
    }

    private List<EventLog.Entry> publish(String type, String room, int from, int to) {
        var entries = new ArrayList<EventLog.Entry>();
        for (int i = from; i < to; i++) {
            entries.addAll(rig.publish(event(type, room, type + i)));
        }
        return entries;
    }

    private static List<String> texts(List<EventLog.Entry> entries) {
        return entries.stream().map(HubRig::text).toList();
    }

    @Test
    void aClientThatKeepsUpGetsEverythingWhateverThePolicy() {
        rig.join(socket, all());

        var entries = publish("LATEST", "1", 0, 50);
        entries.addAll(publish("OLDEST", "", 0, 50));

        assertThat(socket.texts()).isEqualTo(texts(entries));
        assertThat(rig.book()).isEqualTo(HubRig.book(100, 100, 0, 0, 0, 0, 0));
    }

    @Test
    void ofConflatedEventsOnlyTheLatestOfEachValueWaits() {
        rig.join(socket, all());
        socket.acceptOnly(10);
        var first = publish("ALL", "", 0, 1).getFirst();

        publish("LATEST", "1", 0, 500);
        var latestOfTwo = publish("LATEST", "2", 0, 500).getLast();
        var between = publish("ALL", "", 1, 2).getFirst();
        var latestOfOne = publish("LATEST", "1", 500, 501).getFirst();
        var withoutRoom = publish("LATEST", "", 0, 2);

        assertThat(rig.book()).isEqualTo(HubRig.book(1_005, 0, 999, 0, 0, 0, 6));
        assertThat(rig.snapshot().givenUp().conflatedByType()).containsEntry("LATEST", 999L);
        socket.acceptEverything();
        var expected = new ArrayList<>(List.of(text(first), text(latestOfTwo), text(between), text(latestOfOne)));
        expected.addAll(texts(withoutRoom));
        assertThat(socket.texts()).isEqualTo(expected);
        assertThat(rig.book().sent()).isEqualTo(6);
    }

    @Test
    void theOldestAreDroppedWithinTheBoundAndTheClientIsTold() {
        Session session = rig.join(socket, all());
        socket.acceptOnly(10);
        var first = publish("ALL", "", 0, 1).getFirst();

        var entries = publish("OLDEST", "", 0, 500);

        DeliveryBook book = rig.book();
        assertThat(session.hasEnded()).isFalse();
        assertThat(book.dropped()).isBetween(400L, 499L);
        assertThat(rig.snapshot().givenUp().droppedByType()).containsEntry("OLDEST", book.dropped());
        socket.acceptEverything();
        int dropped = (int) book.dropped();
        var expected = new ArrayList<String>();
        expected.add(text(first));
        expected.add("{\"type\":\"gap\",\"reason\":\"slow\",\"dropped\":" + dropped + ",\"cursor\":\""
                + entries.get(dropped - 1).cursor() + "\"}");
        expected.addAll(texts(entries.subList(dropped, 500)));
        assertThat(socket.texts()).isEqualTo(expected);
        assertThat(rig.book().pending()).isZero();
    }

    @Test
    void whatMayNotBeGivenUpEndsTheSessionWhenItIsTooMuchAlone() {
        Session session = rig.join(socket, all());
        socket.acceptOnly(10);
        publish("ALL", "", 0, 1);
        publish("OLDEST", "", 0, 100);
        assertThat(session.hasEnded()).isFalse();

        publish("ALL", "", 1, 100);
        socket.acceptEverything();

        assertThat(session.hasEnded()).isTrue();
        assertThat(socket.closeFrame()).isEqualTo("1013 Reading too slowly");
        assertThat(rig.book().pending()).isZero();
        assertThat(rig.book().dropped()).as("first all that may be given up").isEqualTo(100);
    }

    @Test
    void aBurstInOneDrainIsBoundedToo() {
        Session session = rig.join(socket, all());
        socket.acceptOnly(1_000);
        String filler = "y".repeat(800);
        for (int i = 0; i < 400; i++) {
            rig.commit(event("OLDEST", "", filler + i));
        }

        rig.run();

        assertThat(session.hasEnded()).isFalse();
        assertThat(rig.book().dropped()).isGreaterThan(380);
        socket.acceptEverything();
        assertThat(socket.texts().getLast()).contains("y399");
    }

    /** Random events, policies and stalls: what arrives is in order, once, and the rest is accounted for. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyDeliveryHasOneFate(long seed) {
        var random = new Random(seed);
        TestSocket slow = random.nextBoolean() ? socket : rig.nativeSocket();
        Session session = rig.join(slow, all());
        var published = new ArrayList<String>();
        for (int step = 0; step < 1_000; step++) {
            if (random.nextInt(3) == 0) {
                slow.acceptOnly(random.nextInt(1_500));
            } else {
                String type =
                        List.of("ALL", "OLDEST", "OLDEST", "LATEST", "LATEST").get(random.nextInt(5));
                String name = "n" + step + "x".repeat(random.nextInt(100));
                published.addAll(texts(rig.publish(event(type, "" + random.nextInt(3), name))));
            }
            rig.assertBalanced();
        }
        slow.acceptEverything();
        rig.run();

        var events = slow.texts().stream().filter(text -> !text.contains("gap")).toList();
        assertThat(published).as("seed %d", seed).containsSubsequence(events);
        long told = slow.texts().stream()
                .flatMap(text -> DROPPED.matcher(text).results())
                .mapToLong(match -> Long.parseLong(match.group(1)))
                .sum();
        DeliveryBook book = rig.book();
        assertThat(book.pending()).isZero();
        if (!session.hasEnded()) {
            assertThat(told).as("seed %d", seed).isEqualTo(book.dropped());
            assertThat(events).as("seed %d", seed).hasSize((int) book.sent());
        }
    }
}
