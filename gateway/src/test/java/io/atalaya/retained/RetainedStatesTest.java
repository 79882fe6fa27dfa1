package io.atalaya.retained;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.event.Topic;
import io.atalaya.log.InMemoryEventLog;
import io.atalaya.log.LogConfig;
import io.atalaya.profile.Endpoint.FirstMessage;
import io.atalaya.profile.Endpoint.Section;
import io.atalaya.profile.Profile;
import io.atalaya.profile.ProfileOutcome;
import io.atalaya.profile.ProfileReader;
import io.atalaya.routing.EventRoutes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RetainedStatesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final TenantId ONE = new TenantId("1");
    private static final int ROOMY = 1 << 20;
    private static final String PROFILE = """
            profile: rooms
            members:
              type:      {kind: string, required: true}
              tenant_id: {kind: string, required: true}
              room:      {kind: string, routing: true}
              thing:     {kind: string, routing: true}
            authentication:
              staff: {kind: staff-jwt, parameter: token, subject: sub, scope: {room: rooms}}
            topics: {everyone: [], room: [room]}
            audiences: {room: [room, everyone]}
            endpoints:
              all: {path: /all, authentication: staff, joins: [{topics: [everyone, room]}]}
            events:
              SEEN: {to: [room]}
              GONE: {to: [room]}
              SAID: {to: [room]}
            """;

    private static final FirstMessage MESSAGE = new FirstMessage(
            "init",
            List.of(
                    new Section("things", Set.of("SEEN"), "thing", Set.of("GONE"), 3, false),
                    new Section("words", Set.of("SAID"), "", Set.of(), 2, false),
                    new Section("last", Set.of("SAID"), "thing", Set.of(), 1, true)));

    private final InMemoryEventLog log = new InMemoryEventLog(
            new LogConfig(1_000_000, 1L << 30, Duration.ofDays(1), Duration.ofDays(1), 1_000_000, false),
            7,
            () -> NOW,
            _ -> {});
    private final RetainedStates states = new RetainedStates(log, new EventRoutes(profile()), () -> NOW);
    private int events;

    private static Profile profile() {
        var outcome = ProfileReader.read("rooms.yaml", PROFILE, ProfileReader.Switches.NONE);
        return ((ProfileOutcome.Valid) outcome).profile();
    }

    private static Topic room(String room) {
        return new Topic(ONE, "room", List.of(room));
    }

    private String append(TenantId tenant, String type, String room, String thing, String padding) {
        String id = "e" + events++;
        var body = new Event.Body(("{\"id\":\"" + id + "\",\"pad\":\"" + padding + "\"").getBytes(UTF_8));
        var event = new Event(tenant, new EventId(id), type, Map.of("room", room, "thing", thing), body, NOW, 0, true);
        log.append(List.of(event)).toCompletableFuture().join();
        return id;
    }

    private String append(String type, String room, String thing) {
        return append(ONE, type, room, thing, "");
    }

    private JsonNode state(TenantId tenant, int maxBytes, Topic... topics) {
        RetainedStates.State state = states.of(MESSAGE, tenant, Set.of(topics), maxBytes);
        assertThat(state.position()).isEqualTo(log.head(tenant));
        JsonNode json = JsonMapper.shared().readTree(state.json());
        assertThat(json.path("cursor").stringValue()).isEqualTo(state.position().toString());
        return json;
    }

    private static List<String> ids(JsonNode list) {
        var ids = new ArrayList<String>();
        list.forEach(one -> ids.add(one.path("id").stringValue()));
        return ids;
    }

    @Test
    void ofNothingThereIsNothing() {
        JsonNode json = state(ONE, ROOMY, room("1"));

        assertThat(json.path("type").stringValue()).isEqualTo("init");
        assertThat(json.path("things").size()).isZero();
        assertThat(json.path("last").isNull()).isTrue();
        assertThat(json.path("timestamp").asLong()).isEqualTo(NOW.toEpochMilli());
        assertThat(json.has("truncated")).isFalse();
    }

    @Test
    void theLatestOfEachThingIsThereUntilItIsGone() {
        append("SEEN", "1", "a");
        String b = append("SEEN", "1", "b");
        String a = append("SEEN", "1", "a");
        append("SEEN", "1", "c");
        append("GONE", "1", "c");

        assertThat(ids(state(ONE, ROOMY, room("1")).path("things"))).containsExactly(a, b);

        append("GONE", "1", "a");
        String c = append("SEEN", "1", "c");
        assertThat(ids(state(ONE, ROOMY, room("1")).path("things"))).containsExactly(c, b);
    }

    @Test
    void theNewestComeFirstAndNoMoreThanAskedFor() {
        append("SAID", "1", "x");
        String second = append("SAID", "1", "y");
        String third = append("SAID", "1", "x");

        JsonNode json = state(ONE, ROOMY, room("1"));

        assertThat(ids(json.path("words"))).containsExactly(third, second);
        assertThat(json.at("/last/id").stringValue()).isEqualTo(third);
        assertThat(json.at("/last/cursor").stringValue()).isEqualTo(new Cursor(7, 3).toString());
    }

    @Test
    void nobodyIsShownWhatIsNotForIt() {
        String mine = append("SAID", "1", "x");
        append("SAID", "2", "x");
        append(new TenantId("2"), "SAID", "1", "x", "");

        assertThat(ids(state(ONE, ROOMY, room("1")).path("words"))).containsExactly(mine);
        assertThat(ids(state(ONE, ROOMY).path("words"))).isEmpty();
        assertThat(ids(state(new TenantId("2"), ROOMY, room("1")).path("words")))
                .as("a topic of another tenant")
                .isEmpty();
    }

    @Test
    void aMessageThatWouldBeTooLongSaysSo() {
        for (int i = 0; i < 3; i++) {
            append(ONE, "SEEN", "1", "t" + i, "x".repeat(1_000));
        }

        JsonNode json = state(ONE, 2_000, room("1"));

        assertThat(json.path("truncated").booleanValue()).isTrue();
        assertThat(ids(json.path("things"))).containsExactly("e2");
    }

    /** Random histories against plain maps, asked now and then, by sessions that see one room each. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void itAgreesWithAModel(long seed) {
        var random = new Random(seed);
        record Seen(String id, String room) {}
        var things = new LinkedHashMap<String, Seen>();
        for (int step = 0; step < 400; step++) {
            String room = "" + random.nextInt(2);
            String thing = "t" + random.nextInt(5);
            if (random.nextInt(3) > 0) {
                String id = append("SEEN", room, thing);
                things.remove(thing);
                things.put(thing, new Seen(id, room));
            } else {
                append("GONE", room, thing);
                things.remove(thing);
            }
            if (random.nextInt(5) == 0) {
                List<String> expected = things.sequencedValues().reversed().stream()
                        .filter(seen -> seen.room().equals("1"))
                        .map(Seen::id)
                        .limit(3)
                        .toList();
                assertThat(ids(state(ONE, ROOMY, room("1")).path("things")))
                        .as("seed %d, step %d", seed, step)
                        .isEqualTo(expected);
            }
        }
    }
}
