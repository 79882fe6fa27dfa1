package io.atalaya.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog;
import io.atalaya.log.EventLog.Appended;
import io.atalaya.log.EventLog.Backlog;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.EventLog.Slice;
import io.atalaya.log.LogConfig;
import io.atalaya.log.LogException;
import io.atalaya.redis.RedisServer;
import io.atalaya.streams.StreamNode.Given;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several gateways with one log in a real Redis, which is killed, restored and emptied. */
@Timeout(90)
class SharedLogIT {
    private static final LogConfig ROOMY =
            new LogConfig(100_000, 1L << 30, Duration.ofHours(24), Duration.ofHours(1), 100_000, true);
    private static final List<TenantId> TENANTS =
            IntStream.range(0, 8).mapToObj(i -> new TenantId("t" + i)).toList();

    private final List<StreamNode> nodes = new ArrayList<>();
    private RedisServer server;

    @BeforeEach
    void startServer() {
        server = RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
    }

    @AfterEach
    void stopEverything() {
        nodes.forEach(StreamNode::close);
        if (server != null) {
            server.close();
        }
    }

    private StreamNode node(Given given) {
        StreamNode node = StreamNode.start(server.url(), given);
        nodes.add(node);
        return node;
    }

    private StreamNode node() {
        return node(Given.of(ROOMY, 4));
    }

    private static Event event(TenantId tenant, String id) {
        return new Event(
                tenant,
                new EventId(id),
                "TYPE",
                Map.of(),
                new Event.Body(("{\"id\":\"" + id + "\"").getBytes(UTF_8)),
                Instant.EPOCH,
                1,
                true);
    }

    private static List<Appended> append(StreamNode node, Event... events) {
        return node.log
                .append(List.of(events))
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    /** Appends until it works, as a producer that wants its event stored does. */
    private static List<Appended> appendStubbornly(StreamNode node, Event... events) throws InterruptedException {
        for (int attempt = 0; ; attempt++) {
            try {
                return append(node, events);
            } catch (RuntimeException refused) {
                if (attempt > 200) {
                    throw refused;
                }
                Thread.sleep(50);
            }
        }
    }

    private static List<String> ids(List<Entry> entries, TenantId tenant) {
        return entries.stream()
                .map(Entry::event)
                .filter(event -> event.tenant().equals(tenant))
                .map(event -> event.id().value())
                .toList();
    }

    private static List<String> names(List<Entry> entries) {
        return entries.stream()
                .map(entry -> entry.event().tenant() + "/" + entry.event().id())
                .toList();
    }

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

    private static Map<String, Cursor> cursors(List<Entry> entries) {
        return entries.stream()
                .collect(java.util.stream.Collectors.toMap(
                        entry -> entry.event().tenant() + "/" + entry.event().id(), Entry::cursor));
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
    void nothingAcknowledgedIsLostAndNothingHeardTwiceWhenRedisIsKilled() throws InterruptedException {
        StreamNode one = node();
        StreamNode two = node();
        var acknowledged = new ArrayList<String>();
        for (int i = 0; i < 200; i++) {
            if (i == 50 || i == 120) {
                server.kill();
            }
            if (i == 60 || i == 130) {
                server.restart();
            }
            StreamNode writer = i % 2 == 0 ? one : two;
            Event event = event(TENANTS.get(i % 8), "e" + i);
            boolean down = (i >= 50 && i < 60) || (i >= 120 && i < 130);
            if (down) {
                assertThatThrownBy(() -> append(writer, event))
                        .hasCauseInstanceOf(LogException.class)
                        .cause()
.isInstanceOfSatisfying(LogException.class, refused -> assertThat(refused.reason()).isEqualTo(LogException.Reason.UNAVAILABLE));
            } else {
                appendStubbornly(writer, event);
                acknowledged.add(event.tenant() + "/" + event.id());
            }
        }

        List<String> first = names(one.awaitHeard(acknowledged.size()));
        List<String> second = names(two.awaitHeard(acknowledged.size()));

        assertThat(first).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(acknowledged);
        assertThat(second).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(acknowledged);
        assertThat(one.log.status().outages()).isBetween(1L, 2L);
        assertThat(one.log.status().missed()).isZero();
    }

    @Test
    void anAppendWhoseAnswerIsLostIsStoredOnceByItsRetry() throws InterruptedException {
        StreamNode node = node();
        Event event = event(TENANTS.getFirst(), "a");
        server.pause();
        CompletableFuture<List<Appended>> lost = node.log.append(List.of(event)).toCompletableFuture();
        assertThatThrownBy(() -> lost.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(LogException.class);
        server.resume();

        appendStubbornly(node, event, event(TENANTS.getFirst(), "b"));

        assertThat(names(node.awaitHeard(2))).containsExactly("t0/a", "t0/b");
        assertThat(append(node, event)).hasOnlyElementsOfType(Appended.Duplicate.class);
    }

    @Test
    void anAppendOverSeveralPartitionsStoresOnRetryOnlyWhatIsMissing() {
        StreamNode node = node();
        append(node, event(TENANTS.get(0), "a"), event(TENANTS.get(3), "a"));

        var all = TENANTS.stream().map(tenant -> event(tenant, "a")).toArray(Event[]::new);
        List<Appended> outcomes = append(node, all);

        for (int i = 0; i < 8; i++) {
            assertThat(outcomes.get(i))
                    .isInstanceOf(i == 0 || i == 3 ? Appended.Duplicate.class : Appended.Stored.class);
        }
        assertThat(names(node.awaitHeard(8))).doesNotHaveDuplicates().hasSize(8);
    }

    @Test
    void aRedisThatHasForgottenGetsANewEpochOnWhichAllNodesAgree() throws InterruptedException {
        StreamNode one = node(Given.of(ROOMY, 1));
        StreamNode two = node(Given.of(ROOMY, 1));
        TenantId tenant = TENANTS.getFirst();
        append(one, event(tenant, "a"), event(tenant, "b"));
        Cursor old = one.awaitHeard(2).getLast().cursor();
        two.awaitHeard(2);

        server.command("FLUSHALL");
        Cursor renewed = appendStubbornly(two, event(tenant, "c")).getFirst().cursor();
        appendStubbornly(one, event(tenant, "d"));

        assertThat(renewed.epoch()).isNotEqualTo(old.epoch());
        assertThat(names(one.awaitHeard(4))).containsExactly("t0/a", "t0/b", "t0/c", "t0/d");
        assertThat(names(two.awaitHeard(4))).containsExactly("t0/a", "t0/b", "t0/c", "t0/d");
        assertThat(one.log.head(tenant)).isEqualTo(two.log.head(tenant)).isEqualTo(new Cursor(renewed.epoch(), 2));
        assertThat(one.log.read(tenant, old, 10))
                .isEqualTo(new Slice.Gap(Slice.Reason.EPOCH, new Cursor(renewed.epoch(), 0)));
    }

    @Test
    void aRestoredBackupIsNoticedAtTheStart() {
        Given given = Given.of(ROOMY, 1);
        TenantId tenant = TENANTS.getFirst();
        StreamNode before = StreamNode.start(server.url(), given);
        append(before, event(tenant, "a"));
        server.command("COPY", "atalaya:log:{0}", "backup");
        server.command("COPY", "atalaya:log:{0}:account", "backup:account");
        Cursor late = append(before, event(tenant, "b")).getFirst().cursor();
        before.close();
        server.command("COPY", "backup", "atalaya:log:{0}", "REPLACE");
        server.command("COPY", "backup:account", "atalaya:log:{0}:account", "REPLACE");

        StreamNode after = node(given);

        Cursor head = after.log.head(tenant);
        assertThat(head.offset()).isEqualTo(1);
        assertThat(head.epoch()).isNotEqualTo(late.epoch());
        assertThat(after.log.read(tenant, late, 10)).isInstanceOf(Slice.Gap.class);
        StreamNode another = node(Given.of(ROOMY, 1));
        assertThat(another.log.head(tenant)).isEqualTo(head);
    }

    @Test
    void anotherHistoryOfTheSameLengthIsNoticed() {
        Given given = Given.of(ROOMY, 1);
        TenantId tenant = TENANTS.getFirst();
        StreamNode before = StreamNode.start(server.url(), given);
        append(before, event(tenant, "a"));
        server.command("COPY", "atalaya:log:{0}", "backup");
        server.command("COPY", "atalaya:log:{0}:account", "backup:account");
        Cursor lost = append(before, event(tenant, "b")).getFirst().cursor();
        before.close();
        server.command("COPY", "backup", "atalaya:log:{0}", "REPLACE");
        server.command("COPY", "backup:account", "atalaya:log:{0}:account", "REPLACE");
        append(node(Given.of(ROOMY, 1)), event(tenant, "c"), event(tenant, "d"));

        StreamNode after = node(given);

        assertThat(after.log.head(tenant).epoch()).isNotEqualTo(lost.epoch());
        assertThat(after.log.head(tenant).offset()).isEqualTo(3);
    }

    @Test
    void aRedisWithoutAnAppendOnlyFileIsRefusedUnlessTheOperatorKnows() {
        server.command("CONFIG", "SET", "appendonly", "no");
        Given given = Given.of(ROOMY, 1);

        assertThatThrownBy(() -> StreamNode.start(server.url(), given))
                .isInstanceOf(LogException.class)
                .hasMessage("redis-url: a Redis with appendonly no (expected: appendonly yes, or redis-durability:"
                        + " unchecked)");
        append(node(given.with(new StreamConfig(1, false, 0))), event(TENANTS.getFirst(), "a"));
    }

    @Test
    void aRedisThatEvictsKeysIsRefused() {
        server.command("CONFIG", "SET", "maxmemory", "1gb");
        server.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");

        assertThatThrownBy(() -> StreamNode.start(server.url(), Given.of(ROOMY, 1)))
                .hasMessageStartingWith("redis-url: a Redis with maxmemory-policy allkeys-lru");
    }

    @Test
    void anotherNumberOfPartitionsIsRefused() {
        node(Given.of(ROOMY, 2));

        assertThatThrownBy(() -> StreamNode.start(server.url(), Given.of(ROOMY, 4)))
                .isInstanceOf(LogException.class)
                .hasMessage("log-partitions: 4 (expected: 2, which this log was created with)");
    }

    @Test
    void anAppendThatTooFewReplicasHaveIsNotAcknowledged() {
        StreamNode node = node(Given.of(ROOMY, 1).with(new StreamConfig(1, true, 1)));

        assertThatThrownBy(() -> append(node, event(TENANTS.getFirst(), "a")))
                .hasRootCauseMessage("redis-wait-replicas: 0 replicas have the append (expected: 1)");
    }

    @Test
    void anAppendThatAReplicaHasIsAcknowledged() throws InterruptedException {
        try (RedisServer replica =
                RedisServer.start("--replicaof", "127.0.0.1 " + server.port(), "--repl-diskless-sync-delay", "0")) {
            StreamNode node = node(Given.of(ROOMY, 1).with(new StreamConfig(1, true, 1)));
            appendStubbornly(node, event(TENANTS.getFirst(), "a"));

            assertThat(replica.command("XLEN", "atalaya:log:{0}")).isEqualTo("1");
        }
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
    void whatWasForgottenDuringAnOutageIsCounted() throws InterruptedException {
        var small = new LogConfig(5, 1L << 20, Duration.ofHours(1), Duration.ofHours(1), 1_000, false);
        StreamNode node = node(Given.of(small, 1));
        TenantId tenant = TENANTS.getFirst();
        append(node, event(tenant, "a"));
        node.awaitHeard(1);

        var many = IntStream.range(0, 40).mapToObj(i -> event(tenant, "e" + i)).toArray(Event[]::new);
        append(node, many);
        append(node, event(tenant, "last"));

        for (int i = 0; i < 200 && !names(node.heard()).contains("t0/last"); i++) {
            Thread.sleep(20);
        }
        assertThat(names(node.heard())).endsWith("t0/last").doesNotHaveDuplicates();
        assertThat(node.log.status().missed() + node.heard().size()).isEqualTo(42);
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

    private static List<String> readAll(EventLog log, TenantId tenant) {
        Cursor head = log.head(tenant);
        var at = new Cursor(head.epoch(), 0);
        var all = new ArrayList<Entry>();
        while (at.offset() < head.offset()) {
            var entries = (Slice.Entries) log.read(tenant, at, 7);
            all.addAll(entries.entries());
            at = entries.through();
        }
        return ids(all, tenant);
    }
}
