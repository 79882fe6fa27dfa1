package io.atalaya.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import io.lettuce.core.StreamMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EntryCodecTest {
    private static final List<String> FIELDS = List.of("tenant", "id", "type", "scope", "ts", "from", "body");

    private final EntryCodec codec = new EntryCodec("here", () -> 77);

    private static Event event(Map<String, String> scope, Instant timestamp) {
        return new Event(
                new TenantId("t-1"),
                new EventId("a.b:c"),
                "ROUND_READY",
                scope,
                new Event.Body("{\"x\":\"ñ\u0000{\"".getBytes(UTF_8)),
                timestamp,
                -5,
                true);
    }

    /** The fields as the script writes them. */
    private static Map<String, byte[]> fields(EntryCodec codec, Event event) {
        var arguments = new ArrayList<byte[]>();
        codec.encode(event, arguments);
        var fields = new HashMap<String, byte[]>();
        for (int i = 0; i < FIELDS.size(); i++) {
            fields.put(FIELDS.get(i), arguments.get(i));
        }
        fields.put("gen", EntryCodec.bytes(3));
        fields.put("at", EntryCodec.bytes(1_000_000));
        return fields;
    }

    private static StreamMessage<String, byte[]> message(Map<String, byte[]> fields) {
        return new StreamMessage<>("s", "42-0", fields);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everythingComesBack(long seed) {
        var random = new Random(seed);
        var scope = new HashMap<String, String>();
        for (int i = random.nextInt(6); i > 0; i--) {
            scope.put("name:" + random.nextInt(), random.nextBoolean() ? "" : "1:é\n" + random.nextLong());
        }
        Event event =
                event(scope, Instant.ofEpochSecond(random.nextLong(-9_000_000_000L, 9_000_000_000L), 999_999_999));

        Entry entry = codec.decode(message(fields(codec, event)), 9);

        assertThat(entry.cursor()).isEqualTo(new Cursor(9, 42));
        assertThat(entry.atMillis()).isEqualTo(1_000_000);
        assertThat(entry.event()).as("seed %d", seed).usingRecursiveComparison().isEqualTo(event);
    }

    @Test
    void whatAnotherProcessTookInIsTimedFromItsReading() {
        Event event = event(Map.of(), Instant.EPOCH);
        var other = new EntryCodec("there", () -> 0);

        assertThat(codec.decode(message(fields(other, event)), 1).event().acceptedNanos())
                .isEqualTo(77);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tenant", "id", "type", "scope", "ts", "from", "body", "at"})
    void anEntryThatLacksAFieldIsRefused(String field) {
        Map<String, byte[]> fields = fields(codec, event(Map.of("a", "b"), Instant.EPOCH));
        fields.remove(field);

        assertThatThrownBy(() -> codec.decode(message(fields), 1)).hasMessageContaining(field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1:a", "9:a1:b", "1:a1", "x", ":"})
    void aScopeThatIsCutOffIsRefused(String scope) {
        Map<String, byte[]> fields = fields(codec, event(Map.of(), Instant.EPOCH));
        fields.put("scope", scope.getBytes(UTF_8));

        assertThatThrownBy(() -> codec.decode(message(fields), 1)).isInstanceOf(RuntimeException.class);
    }
}
