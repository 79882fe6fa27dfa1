package io.atalaya.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Appended;
import io.atalaya.log.EventLog.Backlog;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.LogConfig;
import io.atalaya.streams.StreamNode.Given;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several gateways with one log in a real Redis. */
@Timeout(90)
class SharedLogIT extends SharedLogRig {
    @Test
    void everyNodeHearsEverythingInTheSameOrder() {
        StreamNode one = node();
        StreamNode two = node();
        var pending = new ArrayList<CompletableFuture<List<Appended>>>();
        for (int i = 0; i < 300; i++) {
            StreamNode writer = i % 2 == 0 ? one : two;
            var events = new ArrayList<Event>();
            for (TenantId tenant : TENANTS) {
                events.add(event(tenant, "e" + i));
            }
            pending.add(writer.log.append(events).toCompletableFuture());
        }
        pending.forEach(outcome -> assertThat(outcome.join()).hasOnlyElementsOfType(Appended.Stored.class));

        List<Entry> first = one.awaitHeard(300 * TENANTS.size());
        List<Entry> second = two.awaitHeard(300 * TENANTS.size());

        assertThat(names(first)).doesNotHaveDuplicates();
        for (TenantId tenant : TENANTS) {
            assertThat(ids(first, tenant)).hasSize(300).isEqualTo(ids(second, tenant));
        }
        assertThat(cursors(first)).isEqualTo(cursors(second)).hasSize(300 * TENANTS.size());
    }

    @Test
    void aDuplicateIsRefusedWhicheverNodeItComesTo() {
        StreamNode one = node();
        StreamNode two = node();
        Cursor first = append(one, event(TENANTS.getFirst(), "a")).getFirst().cursor();

        assertThat(append(two, event(TENANTS.getFirst(), "a"), event(TENANTS.getLast(), "a")))
                .first()
                .isEqualTo(new Appended.Duplicate(first));
        assertThat(names(one.awaitHeard(2))).containsExactlyInAnyOrder("t0/a", "t7/a");
    }

    @Test
    void eachEventOfTheBacklogIsWithOneNodeAtATime() {
        Backlog one = node().log.backlog();
        StreamNode writer = node();
        Backlog two = writer.log.backlog();
        for (int i = 0; i < 50; i++) {
            append(writer, event(TENANTS.get(i % 8), "e" + i));
        }

        List<Entry> ofOne = one.take(20);
        List<Entry> ofTwo = two.take(100);

        assertThat(ofOne).hasSize(20);
        assertThat(ofTwo).hasSize(30);
        assertThat(new HashSet<>(names(ofOne))).doesNotContainAnyElementsOf(names(ofTwo));
        one.confirm(ofOne);
        two.confirm(ofTwo.subList(0, 10));
        two.confirm(ofTwo.subList(0, 10));
        writer.log.refresh();
        assertThat(writer.log.totals().logged()).isEqualTo(50);
        assertThat(writer.log.totals().confirmed()).isEqualTo(30);
        assertThat(names(two.take(100))).containsExactlyInAnyOrderElementsOf(names(ofTwo.subList(10, 30)));
    }

    @Test
    void whatAVanishedNodeHadTakenIsClaimedByAnother() throws InterruptedException {
        StreamNode doomed = StreamNode.start(server.url(), Given.of(ROOMY, 4));
        StreamNode survivor = node();
        for (int i = 0; i < 20; i++) {
            append(survivor, event(TENANTS.get(i % 8), "e" + i));
        }
        List<Entry> lost = doomed.log.backlog().take(15);
        doomed.vanish();
        Backlog backlog = survivor.log.backlog();
        List<Entry> own = backlog.take(100);
        assertThat(own).hasSize(5);
        backlog.confirm(own);

        var claimed = new ArrayList<Entry>();
        for (int i = 0; i < 200 && claimed.size() < 15; i++) {
            Thread.sleep(50);
            List<Entry> taken = backlog.take(100);
            backlog.confirm(taken);
            claimed.addAll(taken);
        }

        assertThat(names(claimed)).containsExactlyInAnyOrderElementsOf(names(lost));
        survivor.log.refresh();
        assertThat(survivor.log.totals().backlog()).isZero();
        doomed.close();
    }

    @Test
    void anArchiveThatComesLaterGetsWhatWasStoredBefore() {
        var unarchived = new LogConfig(1_000, 1L << 20, Duration.ofHours(1), Duration.ofHours(1), 1_000, false);
        StreamNode early = node(Given.of(unarchived, 4));
        append(early, event(TENANTS.getFirst(), "a"), event(TENANTS.getLast(), "b"));

        StreamNode late = node();

        assertThat(names(late.log.backlog().take(10))).containsExactlyInAnyOrder("t0/a", "t7/b");
    }

    @Test
    void aGroupThatWasDeletedBeginsAgainAtTheFirstEvent() {
        StreamNode node = node(Given.of(ROOMY, 1));
        append(node, event(TENANTS.getFirst(), "a"));
        server.command("XGROUP", "DESTROY", "atalaya:log:{0}", "archive");
        append(node, event(TENANTS.getFirst(), "b"));

        assertThat(names(node.log.backlog().take(10))).containsExactly("t0/a", "t0/b");
    }

    @Test
    void whatIsNotHeardYetIsKeptBeyondTheBounds() {
        var small = new LogConfig(10, 1L << 20, Duration.ofHours(1), Duration.ofHours(1), 1_000, false);
        StreamNode node = node(Given.of(small, 1));
        var events = IntStream.range(0, 20)
                .mapToObj(i -> event(TENANTS.getFirst(), "e" + i))
                .toArray(Event[]::new);

        append(node, events);

        assertThat(names(node.awaitHeard(20))).hasSize(20).doesNotHaveDuplicates();
        node.log.refresh();
        assertThat(node.log.totals().retained()).isEqualTo(10);
        assertThat(node.log.status().missed()).isZero();
    }

    @Test
    void appendsThatWaitShareARoundTrip() {
        StreamNode node = node(Given.of(ROOMY, 1));
        server.command("CONFIG", "RESETSTAT");
        var pending = new ArrayList<CompletableFuture<List<Appended>>>();
        for (int i = 0; i < 2_000; i++) {
            pending.add(
                    node.log.append(List.of(event(TENANTS.getFirst(), "e" + i))).toCompletableFuture());
        }
        long last = 0;
        for (CompletableFuture<List<Appended>> one : pending) {
            long offset = one.join().getFirst().cursor().offset();
            assertThat(offset).isEqualTo(last + 1);
            last = offset;
        }

        String calls = server.command("INFO", "commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_evalsha:"))
                .findFirst()
                .orElseThrow();
        int count = Integer.parseInt(calls.replaceAll(".*calls=(\\d+),.*", "$1"));
        assertThat(count).isLessThan(500);
    }

    @Test
    void readersSeeWhatAModelSays() {
        StreamNode one = node();
        StreamNode two = node();
        var random = new Random(7);
        var model = new java.util.HashMap<TenantId, List<String>>();
        for (int step = 0; step < 200; step++) {
            TenantId tenant = TENANTS.get(random.nextInt(8));
            String id = "e" + random.nextInt(150);
            Appended outcome =
                    append(random.nextBoolean() ? one : two, event(tenant, id)).getFirst();
            List<String> stored = model.computeIfAbsent(tenant, _ -> new ArrayList<>());
            assertThat(outcome instanceof Appended.Stored)
                    .as("seed 7, step %d", step)
                    .isEqualTo(!stored.contains(id));
            if (outcome instanceof Appended.Stored(Cursor cursor)) {
                stored.add(id);
                one.awaitTold(cursor);
            }
            assertThat(readAll(one.log, tenant)).as("seed 7, step %d", step).isEqualTo(stored);
        }
    }
}
