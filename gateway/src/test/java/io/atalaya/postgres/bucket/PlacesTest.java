package io.atalaya.postgres.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.archive.Entries;
import io.atalaya.archive.EventQuery;
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.log.EventLog.Entry;
import java.io.ByteArrayOutputStream;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What is written of a bucket tells where each token is, and no other place. */
final class PlacesTest {
    private static final List<String> MEMBERS = List.of("branch_id", "session_id");

    private static Entry entry(long offset, Map<String, String> scope) {
        Event event = Entries.event(Entries.TENANT, "e" + offset, "T" + offset % 3, scope);
        return Entries.entry(new Cursor(1, offset), Entries.START.plusMillis(offset), event);
    }

    /** Appends the parts of one batch to those of earlier ones, as the table does. */
    private static void append(Places places, Map<Bucket, Map<Short, ByteArrayOutputStream>> table) {
        places.groups()
                .forEach((bucket, group) ->
                        group.parts((part, lists) -> table.computeIfAbsent(bucket, _ -> new HashMap<>())
                                .computeIfAbsent(part, _ -> new ByteArrayOutputStream())
                                .writeBytes(lists)));
    }

    private static BitSet find(Map<Short, ByteArrayOutputStream> parts, long token) {
        var found = new BitSet();
        ByteArrayOutputStream part = parts.get((short) Places.part(token));
        if (part != null) {
            Places.find(part.toByteArray(), token, found);
        }
        return found;
    }

    @Test
    void everyTokenIsFoundWhereItIs() {
        long seed = System.nanoTime();
        System.out.println("places: seed " + seed);
        var random = new Random(seed);
        var expected = new HashMap<Bucket, Map<Long, BitSet>>();
        var table = new HashMap<Bucket, Map<Short, ByteArrayOutputStream>>();
        for (long offset = 4_000; offset < 13_000; ) {
            var places = new Places(MEMBERS);
            for (int size = 1 + random.nextInt(3_000); size > 0; size--) {
                offset += 1 + random.nextInt(2);
                var scope = new HashMap<>(Map.of("branch_id", Integer.toString(random.nextInt(3))));
                if (random.nextBoolean()) {
                    scope.put("session_id", Integer.toString(random.nextInt(900)));
                }
                Entry entry = entry(offset, scope);
                places.add(entry);
                Bucket bucket = Bucket.of(entry.cursor());
                LongStream.of(Tokens.of(entry.event(), MEMBERS))
                        .forEach(token -> expected.computeIfAbsent(bucket, _ -> new HashMap<>())
                                .computeIfAbsent(token, _ -> new BitSet())
                                .set(Bucket.place(entry.cursor())));
            }
            append(places, table);
        }

        expected.forEach((bucket, tokens) ->
                tokens.forEach((token, places) -> assertThat(find(table.getOrDefault(bucket, Map.of()), token))
                        .as("bucket %s, token %x", bucket, token)
                        .isEqualTo(places)));
        long nowhere = Tokens.of("session_id", "nowhere");
        table.values().forEach(parts -> assertThat(find(parts, nowhere)).isEqualTo(new BitSet()));
    }

    @Test
    void aQueryAsksForTokensThatItsEventsHave() {
        Entry entry = entry(7, Map.of("branch_id", "3", "session_id", "8"));
        EventQuery query = EventQuery.of(Entries.TENANT)
                .ofType("T1")
                .where("branch_id", "3")
                .where("session_id", "8");

        long[] had = Tokens.of(entry.event(), MEMBERS);
        long[] asked = Tokens.of(query);

        assertThat(asked).hasSize(4).doesNotHaveDuplicates();
        assertThat(had).contains(asked);
        assertThat(Tokens.of(query.where("branch_id", "8"))).isNotEqualTo(asked);
        assertThat(Tokens.of("branch_id", "3")).isNotEqualTo(Tokens.of("session_id", "3"));
    }

    @Test
    void placesAndOffsetsBelongTogether() {
        var position = new Cursor(9, 3 * 4_096 + 17);

        Bucket bucket = Bucket.of(position);

        assertThat(bucket).isEqualTo(new Bucket(9, 3));
        assertThat(bucket.offset(Bucket.place(position))).isEqualTo(position.offset());
    }
}
