package io.atalaya.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.breaker.FakeTime;
import io.atalaya.event.EventId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyIdentityTest {
    private static final int AMPLE = 100_000;

    private final FakeTime time = new FakeTime();
    private BodyIdentity identity = new BodyIdentity(AMPLE);

    @Test
    void copiesOnOtherChannelsAreTheSameEvent() {
        List<EventId> ids = identifyAll("A", "B", "C");

        assertThat(ids).containsOnly(ids.getFirst());
    }

    @Test
    void repetitionOnTheSameChannelIsANewEvent() {
        List<EventId> ids = identifyAll("A", "A", "A");

        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void repeatedRoundOverAllChannelsIsOneNewEvent() {
        List<EventId> ids = identifyAll("A", "B", "C", "A", "B", "C");

        assertThat(ids.subList(0, 3)).containsOnly(ids.getFirst());
        assertThat(ids.subList(3, 6)).containsOnly(ids.get(3));
        assertThat(ids.get(3)).isNotEqualTo(ids.getFirst());
    }

    @Test
    void interleavedRoundsAreAsManyEventsAsEachChannelSaw() {
        List<EventId> ids = identifyAll("A", "A", "B", "B", "C", "C");

        assertThat(ids.get(2)).isEqualTo(ids.get(0));
        assertThat(ids.get(3)).isEqualTo(ids.get(1));
        assertThat(new HashSet<>(ids)).hasSize(2);
    }

    @Test
    void copyAtTheEndOfTheWindowIsStillTheSameEvent() {
        EventId first = identify("A", "x");
        time.advance(BodyIdentity.WINDOW);

        EventId copy = identify("B", "x");

        assertThat(copy).isEqualTo(first);
    }

    @Test
    void copyAfterTheWindowIsANewEvent() {
        EventId first = identify("A", "x");
        time.advance(BodyIdentity.WINDOW.plusMillis(1));

        EventId late = identify("B", "x");

        assertThat(late).isNotEqualTo(first);
    }

    @Test
    void repetitionLongAfterEverythingIsForgottenIsANewEvent() {
        EventId first = identify("A", "x");
        time.advance(Duration.ofHours(1));

        EventId late = identify("A", "x");

        assertThat(late).isNotEqualTo(first);
    }

    @Test
    void otherBodiesAreOtherEvents() {
        EventId one = identify("A", "x");

        EventId other = identify("A", "y");

        assertThat(other).isNotEqualTo(one);
    }

    @Test
    void gatewaysThatHearTheSameMessagesGiveTheSameIds() {
        BodyIdentity other = new BodyIdentity(AMPLE);
        List<EventId> here = new ArrayList<>();
        List<EventId> there = new ArrayList<>();

        for (String channel : List.of("A", "B", "A", "C", "B")) {
            here.add(identify(channel, "x"));
            there.add(
                    other.identify(channel, "x".getBytes(UTF_8), time.instant().plusMillis(7)));
        }

        assertThat(there).isEqualTo(here);
    }

    @Test
    void clockSetBackALittleKeepsTheWindow() {
        Instant now = time.instant();
        EventId first = identity.identify("A", bytes("x"), now);

        EventId copy = identity.identify("B", bytes("x"), now.minusSeconds(2));

        assertThat(copy).isEqualTo(first);
    }

    @Test
    void clockSetBackFarStartsAfresh() {
        Instant now = time.instant();
        EventId first = identity.identify("A", bytes("x"), now);

        EventId later = identity.identify("B", bytes("x"), now.minusSeconds(600));

        assertThat(later).isNotEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 1_000})
    void memoryStaysWithinItsCapacity(int capacity) {
        identity = new BodyIdentity(capacity);
        Random random = new Random(capacity);

        for (int i = 0; i < 5_000; i++) {
            identify("channel" + random.nextInt(50), "body" + random.nextInt(2_000));
            assertThat(identity.weight()).isBetween(0, capacity);
            time.advance(Duration.ofMillis(random.nextInt(5)));
        }
    }

    @Test
    void memoryOfManyRepetitionsOfOneBodyIsBoundedToo() {
        identity = new BodyIdentity(100);

        for (int i = 0; i < 1_000; i++) {
            identify("A", "x");
            assertThat(identity.weight()).isLessThanOrEqualTo(100);
        }
    }

    @Test
    void memoryIsReleasedWithTime() {
        for (int i = 0; i < 1_000; i++) {
            identify("A", "body" + i);
        }
        time.advance(Duration.ofMinutes(2));

        identify("A", "last");

        assertThat(identity.weight()).isEqualTo(2);
    }

    @Test
    void uselessCapacityIsRefused() {
        assertThatThrownBy(() -> new BodyIdentity(0)).hasMessage("capacity: 0 (expected: at least 1)");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void groupsMessagesAsTheNaiveModelDoes(long seed) {
        Random random = new Random(seed);
        NaiveModel model = new NaiveModel();
        List<EventId> ids = new ArrayList<>();
        List<Integer> expected = new ArrayList<>();

        for (int i = 0; i < 1_500; i++) {
            String channel = "channel" + random.nextInt(4);
            String body = "body" + random.nextInt(3);
            ids.add(identify(channel, body));
            expected.add(model.eventOf(channel, body, time.instant().toEpochMilli()));
            time.advance(Duration.ofMillis(random.nextInt(random.nextInt(20) == 0 ? 20_000 : 900)));
        }

        assertThat(groups(ids)).as("seed %d", seed).isEqualTo(groups(expected));
    }

    private List<EventId> identifyAll(String... channels) {
        List<EventId> ids = new ArrayList<>();
        for (String channel : channels) {
            ids.add(identify(channel, "{\"type\":\"X\"}"));
            time.advance(Duration.ofMillis(3));
        }
        return ids;
    }

    private EventId identify(String channel, String body) {
        return identity.identify(channel, bytes(body), time.instant());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** Each name replaced by the position of its first use, so that only "same or not" is compared. */
    private static <T> List<Integer> groups(List<T> names) {
        List<T> seen = new ArrayList<>();
        List<Integer> groups = new ArrayList<>();
        for (T name : names) {
            if (!seen.contains(name)) {
                seen.add(name);
            }
            groups.add(seen.indexOf(name));
        }
        return groups;
    }

    /** Remembers everything and looks through all of it. */
    private static final class NaiveModel {
        private record Known(int number, String body, long beganMillis, Set<String> channels) {}

        private final List<Known> known = new ArrayList<>();

        int eventOf(String channel, String body, long nowMillis) {
            for (Known event : known) {
                boolean recent = nowMillis - event.beganMillis() <= 5_000;
                if (recent && event.body().equals(body) && event.channels().add(channel)) {
                    return event.number();
                }
            }
            known.add(new Known(known.size(), body, nowMillis, new HashSet<>(Set.of(channel))));
            return known.size() - 1;
        }
    }
}
