package io.atalaya.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Appended;
import io.atalaya.log.EventLog.Slice;
import io.atalaya.log.LogConfig;
import io.atalaya.log.LogException;
import io.atalaya.redis.RedisServer;
import io.atalaya.streams.StreamNode.Given;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several gateways with one log in a real Redis that is killed, restored, emptied or not to be trusted. */
@Timeout(90)
class SharedLogOutageIT extends SharedLogRig {
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
                        .isInstanceOfSatisfying(
                                LogException.class,
                                refused -> assertThat(refused.reason()).isEqualTo(LogException.Reason.UNAVAILABLE));
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
}
