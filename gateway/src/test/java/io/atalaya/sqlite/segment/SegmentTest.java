package io.atalaya.sqlite.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.archive.EventQuery.Order;
import io.atalaya.archive.EventQuery.Time;
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.sqlite.IdHash;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class SegmentTest {
    private static final long FIRST = 4_096;
    private static final IdHash HASH = new IdHash(new byte[IdHash.KEY_BYTES]);
    private static final List<String> MEMBERS = List.of("branch_id", "type");
    private static final String[] TEXTS = {"1", "2", "ñandú", "", "1 2", "\uD83C\uDF55"};

    private static Entry entry(int number, Random random) {
        var scope = new HashMap<String, String>();
        for (String member : MEMBERS) {
            if (random.nextInt(4) > 0) {
                scope.put(member, TEXTS[random.nextInt(TEXTS.length)]);
            }
        }
        return new Entry(
                new Cursor(1, FIRST + number),
                1_000 + random.nextInt(20),
                new Event(
                        new TenantId(Integer.toString(1 + random.nextInt(3))),
                        new EventId("e" + number),
                        random.nextBoolean() ? "A" : "B",
                        scope,
                        new Event.Body("{".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                        Instant.ofEpochMilli(random.nextInt(20)),
                        0,
                        true));
    }

    private static Segment segment(List<Entry> entries) {
        return Segment.of(FIRST, entries, MEMBERS, HASH);
    }

    private static List<Row> select(Segment segment, Filter filter) {
        var rows = new ArrayList<Row>();
        Segment.Terms terms = Segment.Terms.of(segment.words(), filter.equal());
        if (terms != null) {
            terms.select(filter, segment.first(), segment.events(), segment.columns(), rows::add);
        }
        return rows;
    }

    /** The definition that segments are searched by. */
    private static boolean selects(Filter filter, Entry entry) {
        Event event = entry.event();
        for (Map.Entry<String, String> wanted : filter.equal().entrySet()) {
            String text = switch (wanted.getKey()) {
                case Filter.TENANT -> event.tenant().value();
                case Filter.TYPE -> event.type();
                default -> event.scope().get(wanted.getKey());
            };
            if (!wanted.getValue().equals(text)) {
                return false;
            }
        }
        var row = new Row(filter.time().of(entry), entry.cursor().offset());
        return row.time() >= filter.lowest()
                && row.time() < filter.end()
                && (filter.behind().isEmpty()
                        || Row.comparator(filter.order())
                                        .compare(row, filter.behind().get())
                                > 0);
    }

    private static Filter filter(Random random, List<Entry> entries) {
        var equal = new HashMap<String, String>();
        if (random.nextBoolean()) {
            equal.put(Filter.TENANT, Integer.toString(1 + random.nextInt(4)));
        }
        if (random.nextBoolean()) {
            equal.put(Filter.TYPE, random.nextBoolean() ? "A" : "C");
        }
        for (String member : MEMBERS) {
            if (random.nextInt(3) == 0) {
                equal.put(member, TEXTS[random.nextInt(TEXTS.length)]);
            }
        }
        Time time = random.nextBoolean() ? Time.ARRIVAL : Time.EVENT;
        Entry some = entries.get(random.nextInt(entries.size()));
        return new Filter(
                equal,
                time,
                random.nextBoolean() ? Order.OLDEST_FIRST : Order.NEWEST_FIRST,
                random.nextBoolean() ? Long.MIN_VALUE : time.of(some),
                random.nextBoolean() ? Long.MAX_VALUE : time.of(some) + random.nextInt(10_000),
                random.nextBoolean()
                        ? Optional.empty()
                        : Optional.of(new Row(time.of(some), some.cursor().offset())));
    }

    @RepeatedTest(20)
    void aSegmentFindsWhatItsEventsSay(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        List<Entry> entries = IntStream.range(0, 1 + random.nextInt(400))
                .mapToObj(number -> entry(number, random))
                .toList();
        Segment segment = segment(entries);
        for (int i = 0; i < 50; i++) {
            Filter filter = filter(random, entries);

            assertThat(select(segment, filter))
                    .as("%s", filter)
                    .containsExactlyElementsOf(entries.stream()
                            .filter(entry -> selects(filter, entry))
                            .map(entry -> new Row(
                                    filter.time().of(entry), entry.cursor().offset()))
                            .toList());
        }
    }

    @Test
    void idsAreFoundByTheirFingerprints() {
        List<Entry> entries = IntStream.range(0, 300)
                .mapToObj(number -> entry(number, new Random(number)))
                .toList();
        Segment segment = segment(entries);

        var hashes = new Packed(ByteBuffer.wrap(segment.hashes()), 0);
        for (int i = 0; i < entries.size(); i++) {
            Event event = entries.get(i).event();
            assertThat(hashes.get(i))
                    .isEqualTo(HASH.of(event.tenant(), event.id()).first());
        }
    }

    @Test
    void itSaysWhichColumnsItHas() {
        Segment segment = segment(List.of(entry(0, new Random(1))));

        assertThat(Words.names(segment.words())).containsExactly(Filter.TENANT, Filter.TYPE, "branch_id", "type");
        assertThat(Segment.Terms.of(segment.words(), Map.of("sector_id", "1"))).isNull();
    }
}
