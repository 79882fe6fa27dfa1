package io.atalaya.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;

/** Log entries for tests of archives. Stateless. */
public final class Entries {
    /** The epoch of entries when nothing else is said. */
    public static final long EPOCH = 7;

    /** The usual tenant. */
    public static final TenantId TENANT = new TenantId("1");

    /** Arrival of the first entries: a full hour. */
    public static final Instant START = Instant.parse("2030-01-02T03:00:00Z");

    private Entries() {}

    /** An entry of the usual tenant that arrived as many milliseconds after {@link #START} as its offset says. */
    public static Entry entry(long offset) {
        return entry(offset, "TYPE");
    }

    public static Entry entry(long offset, String type) {
        return entry(
                new Cursor(EPOCH, offset),
                START.plusMillis(offset),
                event(TENANT, "e" + offset, type, Map.of("branch_id", "3")));
    }

    public static Entry entry(Cursor cursor, Instant at, Event event) {
        return new Entry(cursor, at.toEpochMilli(), event);
    }

    /** Entries with these offsets, the last included. */
    public static List<Entry> entries(long first, long last) {
        return LongStream.rangeClosed(first, last).mapToObj(Entries::entry).toList();
    }

    /** An event whose timestamp is a second before {@link #START}. */
    public static Event event(TenantId tenant, String id, String type, Map<String, String> scope) {
        return event(tenant, id, type, scope, START.minusSeconds(1));
    }

    public static Event event(TenantId tenant, String id, String type, Map<String, String> scope, Instant timestamp) {
        String open = "{\"id\":\"" + id + "\",\"type\":\"" + type + "\",\"note\":\"tab\\t, quote \\\", ñ, 鹭, \\u0000\"";
        return new Event(
                tenant, new EventId(id), type, scope, new Event.Body(open.getBytes(UTF_8)), timestamp, 5, true);
    }

    /** An entry of one of three tenants, four types and a few branches and services, with an id that may repeat. */
    public static Entry random(Random random, Cursor cursor, Instant at) {
        var scope = new HashMap<String, String>();
        if (random.nextInt(4) > 0) {
            scope.put("branch_id", Integer.toString(random.nextInt(3)));
        }
        if (random.nextInt(3) > 0) {
            scope.put("service", "s" + random.nextInt(5));
        }
        if (random.nextInt(3) == 0) {
            scope.put("other", "o\\'\"\t\n" + random.nextInt(2));
        }
        Event event = event(
                new TenantId(Integer.toString(1 + random.nextInt(3))),
                "id" + random.nextInt(200),
                "T" + random.nextInt(4),
                scope,
                at.plusNanos(random.nextLong(-7_200_000_000_000L, 7_200_000_000_000L)));
        return entry(cursor, at, event);
    }
}
