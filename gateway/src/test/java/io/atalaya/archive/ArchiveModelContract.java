package io.atalaya.archive;

import static io.atalaya.archive.Entries.EPOCH;
import static io.atalaya.archive.Entries.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.archive.EventQuery.Order;
import io.atalaya.archive.EventQuery.Time;
import io.atalaya.event.Cursor;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random histories and random queries, compared with the model. What an implementation's test extends. */
public abstract class ArchiveModelContract extends ArchiveContract {
    private static final int STEPS = 120;
    private static final int QUERIES = 300;

    private final List<Entry> known = new ArrayList<>();
    private long offset;

    @Test
    final void aRandomHistoryLeavesWhatTheModelSays() {
        long seed = System.nanoTime();
        System.out.println("archive history: seed " + seed);
        var random = new Random(seed);
        Archive archive = open();
        var model = new ModelArchive(FIELDS, () -> START);
        for (int step = 0; step < STEPS; step++) {
            act(random, archive, model);
        }
        Instant now = START.plus(Duration.ofMinutes(offset));
        assertThat(archive.counts()).isEqualTo(model.counts());
        assertThat(archive.counts(EPOCH)).isEqualTo(model.counts(EPOCH));
        assertThat(archive.statistics(now)).isEqualTo(model.statistics(now));
        for (int tenant = 1; tenant <= 4; tenant++) {
            var id = new TenantId(Integer.toString(tenant));
            assertThat(archive.statistics(id, now)).isEqualTo(model.statistics(id, now));
        }
        assertThat(archive.deadLetters().summary()).isEqualTo(model.summary());
        for (int i = 0; i < QUERIES; i++) {
            compare(query(random, model), archive, model);
            var id = new EventId("id" + random.nextInt(200));
            var tenant = new TenantId(Integer.toString(1 + random.nextInt(3)));
            assertSame(
                    archive.find(tenant, id).stream().toList(),
                    model.find(tenant, id).stream().toList());
        }
    }

    private void act(Random random, Archive archive, ModelArchive model) {
        switch (random.nextInt(8)) {
            case 0 -> {
                Entry one = random.nextBoolean() && !known.isEmpty() ? any(random) : fresh(random);
                assertThat(bury(archive, one))
                        .isEqualTo(model.bury(one, new Rejection("odd", "not to the taste of the test")));
            }
            case 1 -> {
                Cursor position = position(random);
                assertThat(archive.deadLetters().redrive(position)).isEqualTo(model.redrive(position));
            }
            case 2 -> {
                Cursor position = position(random);
                assertThat(archive.deadLetters().discard(position)).isEqualTo(model.discard(position));
            }
            case 3 -> {
                Instant before = START.plus(Duration.ofMinutes(Math.max(0, offset - 400)));
                int most = 1 + random.nextInt(30);
                assertThat(archive.purge(before, most)).isEqualTo(model.purge(before, most));
                known.removeIf(entry -> entry.atMillis() < before.toEpochMilli());
            }
            default -> {
                var batch = new ArrayList<Entry>();
                for (int i = random.nextInt(40); i > 0; i--) {
                    batch.add(random.nextInt(5) == 0 && !known.isEmpty() ? any(random) : fresh(random));
                }
                assertThat(store(archive, batch)).isEqualTo(model.store(batch));
            }
        }
    }

    /** About a minute after the entry before, and often at the same instant; never before it. */
    private Entry fresh(Random random) {
        offset++;
        Instant at = START.plus(Duration.ofMinutes(offset / 10 * 10));
        Entry entry = Entries.random(random, new Cursor(EPOCH + random.nextInt(2), offset), at);
        known.add(entry);
        return entry;
    }

    private Entry any(Random random) {
        return known.get(random.nextInt(known.size()));
    }

    private Cursor position(Random random) {
        return known.isEmpty() ? new Cursor(EPOCH, 1) : any(random).cursor();
    }

    private EventQuery query(Random random, ModelArchive model) {
        EventQuery query = random.nextInt(4) == 0
                ? EventQuery.everyTenant()
                : EventQuery.of(new TenantId(Integer.toString(1 + random.nextInt(4))));
        query = random.nextBoolean() ? query.by(Time.EVENT) : query;
        query = random.nextBoolean() ? query.in(Order.OLDEST_FIRST) : query;
        query = random.nextInt(3) == 0 ? query.ofType("T" + random.nextInt(5)) : query;
        query = random.nextInt(3) == 0 ? query.where("branch_id", Integer.toString(random.nextInt(4))) : query;
        query = random.nextInt(3) == 0 ? query.where("service", "s" + random.nextInt(6)) : query;
        query = random.nextInt(3) == 0 ? query.notBefore(moment(random)) : query;
        query = random.nextInt(3) == 0 ? query.before(moment(random)) : query;
        query = random.nextInt(5) == 0 ? query.skipping(random.nextInt(20)) : query;
        List<Entry> archived = model.entries();
        if (random.nextInt(4) == 0 && !archived.isEmpty()) {
            query = query.behind(EventKey.of(query.time(), archived.get(random.nextInt(archived.size()))));
        }
        return query.limitedTo(1 + random.nextInt(50));
    }

    private Instant moment(Random random) {
        return START.plusSeconds(random.nextLong(60 * offset + 1) - 60).plusNanos(random.nextInt(1_000_000_000));
    }

    /** The page, all pages after it, and their number. */
    private static void compare(EventQuery query, Archive archive, ModelArchive model) {
        assertThat(archive.count(query)).as("count of %s", query).isEqualTo(model.count(query));
        EventQuery at = query;
        while (true) {
            EventPage page = archive.events(at);
            EventPage expected = model.events(at);
            assertThat(page.entries())
                    .as("page of %s", at)
                    .usingRecursiveFieldByFieldElementComparator()
                    .isEqualTo(expected.entries());
            assertThat(page.next()).as("next of %s", at).isEqualTo(expected.next());
            if (page.next().isEmpty()) {
                return;
            }
            at = at.skipping(0).behind(page.next().get());
        }
    }
}
