package io.atalaya.sqlite.pack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.ScopeText;
import io.atalaya.event.TenantId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class PackTest {
    private static final String[] TYPES = {
        "ROUND_READY", "says \"hi\"", "back\\slash", "ñandú \uD83C\uDF55", "a,[b]{c}", "\n"
    };
    private static final String[] VALUES = {"1", "", "a\"b", "ñ", "]", "\\u0041"};

    private static Event event(Random random, int number) {
        return new Event(
                new TenantId("t" + random.nextInt(20)),
                new EventId("id-" + number),
                TYPES[random.nextInt(TYPES.length)],
                random.nextBoolean()
                        ? Map.of()
                        : Map.of("branch_id", VALUES[random.nextInt(VALUES.length)], "user_id", "7"),
                new Event.Body(("{\"dish\":\"" + "ñ".repeat(random.nextInt(300)) + "\"").getBytes(UTF_8)),
                Instant.ofEpochSecond(random.nextInt() * 10L, random.nextInt(1_000_000_000)),
                0,
                true);
    }

    private record Read(
            TenantId tenant, EventId id, String type, Map<String, String> scope, String body, Instant time, long at) {
        static Read of(Event event, long atMillis) {
            return new Read(
                    event.tenant(),
                    event.id(),
                    event.type(),
                    event.scope(),
                    event.body().toString(),
                    event.timestamp(),
                    atMillis);
        }

        static Read of(Pack pack, long row) {
            return new Read(
                    new TenantId(pack.tenant(row)),
                    new EventId(pack.id(row)),
                    ScopeText.unquoted(pack.quotedType(row)),
                    ScopeText.read(pack.scope(row)),
                    new Event.Body(pack.openBody(row)).toString(),
                    pack.timestamp(row),
                    pack.atMillis(row));
        }
    }

    @RepeatedTest(50)
    void givesBackEachEvent(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var builder = new PackBuilder();
        long first = random.nextLong(-1_000_000, 1_000_000);
        var wanted = new ArrayList<Read>();
        for (int number = 0; number < 600; number++) {
            Event event = event(random, number);
            long atMillis = random.nextLong(1L << 45);
            builder.add(event, atMillis);
            wanted.add(Read.of(event, atMillis));
            if (builder.isFull()) {
                first = expect(builder.build(first), wanted);
            }
        }
        expect(builder.build(first), wanted);
    }

    private static long expect(Pack pack, List<Read> wanted) {
        var found = new ArrayList<Read>();
        for (long row = pack.first(); row <= pack.last(); row++) {
            found.add(Read.of(pack, row));
            String tenant = wanted.get(found.size() - 1).tenant().value();
            assertThat(pack.isOf(tenant.getBytes(UTF_8), row)).isTrue();
            assertThat(pack.isOf((tenant + "0").getBytes(UTF_8), row)).isFalse();
            assertThat(pack.bodyBytes(row)).isEqualTo(pack.openBody(row).length);
        }
        assertThat(found).isEqualTo(wanted);
        wanted.clear();
        return pack.last() + 1;
    }

    @Test
    void isFullWithSoManyEventsOrWithALargeOne() {
        var builder = new PackBuilder();
        for (int number = 0; number < Pack.MOST_EVENTS; number++) {
            assertThat(builder.isFull()).isFalse();
            builder.add(small(number), 0);
        }
        assertThat(builder.isFull()).isTrue();
        assertThat(builder.build(1).last()).isEqualTo(Pack.MOST_EVENTS);
        assertThat(builder.isEmpty()).isTrue();

        var large = new Event.Body(("{\"x\":\"" + "x".repeat(1 << 20) + "\"").getBytes(UTF_8));
        builder.add(new Event(new TenantId("1"), new EventId("l"), "T", Map.of(), large, Instant.EPOCH, 0, true), 0);
        assertThat(builder.isFull()).isTrue();
        assertThat(builder.build(9).openBody(9)).isEqualTo(large.open());
    }

    private static Event small(int number) {
        return new Event(
                new TenantId("1"),
                new EventId("e" + number),
                "T",
                Map.of(),
                new Event.Body("{".getBytes(UTF_8)),
                Instant.EPOCH,
                0,
                true);
    }
}
