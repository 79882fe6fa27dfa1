package io.atalaya.hub;

import static io.atalaya.hub.HubRig.all;
import static io.atalaya.hub.HubRig.event;
import static io.atalaya.hub.HubRig.principal;
import static io.atalaya.hub.HubRig.room;
import static io.atalaya.hub.HubRig.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.atalaya.event.Event;
import io.atalaya.log.EventLog;
import io.atalaya.protocol.Wire;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.EventExecutor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouterTest {
    private static Event[] events(int count, String prefix) {
        var events = new Event[count];
        for (int i = 0; i < count; i++) {
            events[i] = event("ALL", "", prefix + i);
        }
        return events;
    }

    @Test
    void durableEventsBeyondTheWindowWaitAndGoOnInOrderWhenTheShardsHaveDrained() {
        try (var rig = new HubRig(1, HubRig.limits(1 << 20, 4, 0))) {
            TestSocket socket = rig.socket();
            rig.join(socket, all());
            var entries = new ArrayList<EventLog.Entry>();
            for (int i = 0; i < 5; i++) {
                entries.addAll(rig.commit(events(3, "batch" + i + "-")));
            }
            assertThat(rig.hub.router().totals().onTheirWay()).isEqualTo(3);
            assertThat(rig.hub.router().totals().routed()).isEqualTo(3);

            rig.run();

            assertThat(socket.texts())
                    .isEqualTo(entries.stream().map(HubRig::text).toList());
            assertThat(rig.hub.router().totals().routed()).isEqualTo(15);
        }
    }

    @Test
    void aBatchLargerThanTheWindowGoesOnItsOwn() {
        try (var rig = new HubRig(1, HubRig.limits(1 << 20, 4, 0))) {
            TestSocket socket = rig.socket();
            rig.join(socket, all());
            rig.commit(events(1, "small-"));

            rig.publish(events(1_000, "large-"));

            assertThat(socket.texts()).hasSize(1_001);
        }
    }

    @Test
    void ephemeralEventsBeyondTheWindowAreDroppedAndCounted() {
        try (var rig = new HubRig(1, HubRig.limits(1 << 20, 4, 0))) {
            TestSocket socket = rig.socket();
            rig.join(socket, all());
            rig.hub.router().onEphemeral(List.of(events(4, "in-")));

            rig.hub.router().onEphemeral(List.of(events(2, "out-")));

            rig.run();
            assertThat(socket.texts())
                    .containsExactly("{\"n\":\"in-0\"}", "{\"n\":\"in-1\"}", "{\"n\":\"in-2\"}", "{\"n\":\"in-3\"}");
            assertThat(rig.hub.router().totals().ephemeralDropped()).isEqualTo(2);
            rig.hub.router().onEphemeral(List.of(events(1, "later-")));
            rig.run();
            assertThat(socket.texts()).hasSize(5);
        }
    }

    @Test
    void ephemeralEventsDoNotCollectBehindADurableBatchThatWaits() {
        try (var rig = new HubRig(1, HubRig.limits(1 << 20, 4, 0))) {
            TestSocket socket = rig.socket();
            rig.join(socket, all());
            rig.commit(events(3, "first-"));
            rig.commit(events(3, "waits-"));

            for (int i = 0; i < 100; i++) {
                rig.hub.router().onEphemeral(List.of(events(1, "ephemeral-")));
            }

            rig.run();
            assertThat(rig.hub.router().totals().ephemeralDropped()).isEqualTo(100);
            assertThat(socket.texts()).hasSize(6);
        }
    }

    @Test
    void eventsWithoutAudienceAreCountedAndHoldNothing() {
        try (var rig = new HubRig(1, HubRig.limits(1 << 20, 2, 0))) {
            TestSocket socket = rig.socket();
            rig.join(socket, room("1"));

            rig.publish(
                    event("NOBODY", "", "a"),
                    event("ROOM", "2", "b"),
                    event("UNHEARD-OF", "", "c"),
                    event("ROOM", "", "d"),
                    event(new io.atalaya.event.TenantId("2"), "ROOM", "1", "{\"n\":\"e\""));
            rig.publish(event("ROOM", "1", "f"));

            var totals = rig.hub.router().totals();
            assertThat(totals).isEqualTo(new Router.Totals(6, 5, 0, 0, 0, 0, Map.of()));
            assertThat(socket.texts()).singleElement().asString().contains("\"f\"");
        }
    }

    @Test
    void eventsBeyondTheBroadcastLimitAreCountedAndNotSent() {
        try (var rig = new HubRig(1, HubRig.limits(1 << 20, 50_000, 2))) {
            TestSocket socket = rig.socket();
            rig.join(socket, all());

            rig.publish(events(5, ""));

            assertThat(rig.hub.router().totals().rateLimited()).isEqualTo(3);
            assertThat(socket.texts()).hasSize(2);
            rig.ticker.advance(1, TimeUnit.SECONDS);
            rig.publish(events(1, ""));
            assertThat(socket.texts()).hasSize(3);
        }
    }

    @Test
    void everyShardWithASubscriberGetsTheEventOnceAndTheOthersAreLeftAlone() {
        try (var rig = new HubRig(64, HubRig.limits())) {
            TestSocket first = rig.socket();
            TestSocket middle = rig.socket();
            TestSocket last = rig.socket();
            rig.join(first, 0, principal(HubRig.TENANT, "a", Instant.MAX), all(), room("1"));
            rig.join(middle, 31, principal(HubRig.TENANT, "b", Instant.MAX), room("1"));
            rig.join(last, 63, principal(HubRig.TENANT, "c", Instant.MAX), all());

            var entries = rig.publish(event("ROOM", "1", "r"), event("ALL", "", "a"), event("BOTH", "1", "b"));

            List<String> texts = entries.stream().map(HubRig::text).toList();
            assertThat(first.texts()).isEqualTo(texts);
            assertThat(middle.texts()).containsExactly(texts.get(0), texts.get(2));
            assertThat(last.texts()).containsExactly(texts.get(1), texts.get(2));
            assertThat(rig.book()).isEqualTo(HubRig.book(8, 7, 0, 0, 1, 0, 0));
        }
    }

    @Test
    void sessionsOfDifferentShardsHaveDifferentIds() {
        try (var rig = new HubRig(3, HubRig.limits())) {
            var ids = new ArrayList<Long>();
            for (int i = 0; i < 9; i++) {
                ids.add(rig.join(rig.socket(), i % 3, principal(HubRig.TENANT, "s" + i, Instant.MAX))
                        .id());
            }
            assertThat(ids).doesNotHaveDuplicates();
        }
    }

    @Test
    void aBatchLargerThanOneBufferKeepsItsOrder() {
        try (var rig = new HubRig(2, HubRig.limits(1 << 24, 50_000, 0))) {
            TestSocket one = rig.socket();
            TestSocket two = rig.socket();
            rig.join(one, 0, principal(HubRig.TENANT, "a", Instant.MAX), all());
            rig.join(two, 1, principal(HubRig.TENANT, "b", Instant.MAX), all());
            var large = new Event[700];
            for (int i = 0; i < large.length; i++) {
                large[i] = event("ALL", "", i + "x".repeat(i % 5 == 0 ? 70_000 : 10));
            }

            var entries = rig.publish(large);

            List<String> texts = entries.stream().map(HubRig::text).toList();
            assertThat(one.texts()).isEqualTo(texts);
            assertThat(two.texts()).isEqualTo(texts);
        }
    }

    @Test
    void anEphemeralEventHasNoCursor() {
        try (var rig = new HubRig(1, HubRig.limits())) {
            TestSocket socket = rig.socket();
            rig.join(socket, all());

            rig.hub.router().onEphemeral(List.of(event("ALL", "", "a")));
            rig.run();
            var durable = rig.publish(event("ALL", "", "b")).getFirst();

            assertThat(socket.texts()).containsExactly("{\"n\":\"a\"}", text(durable));
        }
    }

    @Test
    @SuppressWarnings("NullAway") // the planted fault
    void aFaultCostsItsOwnEventsAndNotTheRouter() {
        try (var rig = new HubRig(1, HubRig.limits(1 << 20, 3, 0))) {
            TestSocket socket = rig.socket();
            rig.join(socket, all());

            rig.publish(event("ALL", "", "a"), event(null, "ALL", "", "{"));
            rig.publish(events(3, "later-"));

            assertThat(socket.texts()).hasSize(3);
            assertThat(rig.hub.router().totals()).isEqualTo(new Router.Totals(5, 0, 0, 0, 0, 2, Map.of()));
        }
    }

    @Test
    void moreLoopsThanTheDirectoryHasBitsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HubRig(Hub.MAX_SHARDS + 1, HubRig.limits()))
                .withMessageContaining("64");
    }

    @Test
    @Timeout(60)
    void aLoopThatHasStoppedDoesNotHoldUpTheRouter() throws Exception {
        try (var rig = new HubRig(1, HubRig.limits())) {
            var loop = new DefaultEventLoop();
            Hub hub = hub(List.of(loop), rig, 4);
            hub.directory(Wire.WEBSOCKET).onFirstSubscriber(all(), 0);
            loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).await();

            for (int i = 0; i < 10; i++) {
                hub.router().onEphemeral(List.of(events(2, "")));
            }

            assertThat(hub.router().totals()).isEqualTo(new Router.Totals(20, 0, 0, 0, 0, 0, Map.of()));
        }
    }

    private static Hub hub(Iterable<EventExecutor> loops, HubRig rig, int window) {
        return new Hub(
                loops,
                HubRig.routes(),
                HubRig.limits(1 << 28, window, 0),
                rig.standings,
                () -> HubRig.START,
                System::nanoTime);
    }

    @Test
    @Timeout(60)
    void commitsFromManyThreadsReachEverySessionInOneOrder() throws Exception {
        try (var rig = new HubRig(1, HubRig.limits())) {
            var group = new MultiThreadIoEventLoopGroup(2, LocalIoHandler.newFactory());
            Hub hub = hub(group, rig, 50);
            TestSocket[] sockets = {rig.socket(), rig.socket()};
            Session[] sessions = joinOnEach(hub, sockets, rig);
            int threads = 3;
            int commits = 300;
            var log = new Object();
            var next = new long[] {1};
            var ended = new ArrayList<Thread>();
            for (int t = 0; t < threads; t++) {
                ended.add(Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < commits; i++) {
                        // the log calls its listener one call at a time, in offset order
                        synchronized (log) {
                            hub.router().onCommitted(entries(next, 1 + i % 7));
                        }
                    }
                }));
            }
            for (Thread thread : ended) {
                thread.join();
            }
            long total = next[0] - 1;
            while (hub.snapshot().get().book().matched().total() < 2 * total) {
                Thread.onSpinWait();
            }
            assertThat(hub.snapshot().get().book()).isEqualTo(HubRig.book(2 * total, 2 * total, 0, 0, 0, 0, 0));
            assertThat(hub.router().totals().routed()).isEqualTo(total);
            for (int i = 0; i < 2; i++) {
                endOn(sessions[i], sockets[i]);
                assertThat(sockets[i].texts()).hasSize((int) total);
                assertThat(numbers(sockets[i].texts())).isSorted();
            }
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS).await();
        }
    }

    @Test
    void aFanOutCountsOnceHoweverManyShardsHaveListeners() {
        try (var rig = new HubRig(3, HubRig.limits())) {
            for (int shard = 0; shard < 3; shard++) {
                rig.join(rig.socket(), shard, principal(HubRig.TENANT, "user " + shard, Instant.MAX), all());
            }
            rig.join(rig.socket(), 2, principal(HubRig.TENANT, "guest", Instant.MAX), room("5"));

            rig.publish(
                    event("ALL", "", "a"), event("ROOM", "5", "b"), event("ROOM", "6", "c"), event("BOTH", "5", "d"));

            assertThat(rig.snapshot().fanouts()).isEqualTo(3);
            assertThat(rig.book().matched().live()).isEqualTo(3 + 1 + 4);
        }
    }

    private static Session[] joinOnEach(Hub hub, TestSocket[] sockets, HubRig rig) throws Exception {
        var joined = new CompletableFuture<Session[]>();
        var sessions = new Session[sockets.length];
        hub.ask(shard -> {
                    TestSocket socket = sockets[shard.number()];
                    var who = principal(HubRig.TENANT, "user " + shard.number(), Instant.MAX);
                    var granted = (Admission.Outcome.Granted) hub.admission().ask(HubRig.STAFF, who);
                    Session session = shard.join(
                            Wire.WEBSOCKET,
                            socket.context(),
                            HubRig.STAFF,
                            who,
                            granted.slot(),
                            java.util.Set.of(all()));
                    sessions[shard.number()] = session;
                    return session;
                })
                .thenAccept(_ -> joined.complete(sessions));
        assertThat(rig.hub).isNotSameAs(hub);
        return joined.get();
    }

    private static void endOn(Session session, TestSocket socket) throws Exception {
        var done = new CompletableFuture<Integer>();
        session.shard().execute(() -> {
            session.onInactive();
            done.complete(socket.receivedBytes());
        });
        assertThat(done.get()).isPositive();
    }

    private static List<EventLog.Entry> entries(long[] next, int count) {
        var entries = new ArrayList<EventLog.Entry>();
        for (int i = 0; i < count; i++) {
            long offset = next[0]++;
            entries.add(new EventLog.Entry(
                    new io.atalaya.event.Cursor(HubRig.EPOCH, offset),
                    1_000,
                    event("ALL", "", "%08d".formatted(offset))));
        }
        return entries;
    }

    private static List<Integer> numbers(List<String> texts) {
        return texts.stream()
                .map(text -> Integer.parseInt(text.substring(6, 14)))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10})
    void asManyBroadcastsASecondAsConfigured(int perSecond) {
        var limit = new Router.BroadcastLimit(perSecond);
        int allowed = 0;
        for (int i = 0; i < 20; i++) {
            allowed += limit.allows(i) ? 1 : 0;
        }

        assertThat(allowed).isEqualTo(perSecond);
        assertThat(limit.refused()).isEqualTo(20 - perSecond);
        assertThat(limit.allows(1_000_000_000)).isTrue();
    }

    @Test
    void withoutALimitEveryBroadcastIsAllowed() {
        var limit = new Router.BroadcastLimit(0);
        for (int i = 0; i < 10_000; i++) {
            assertThat(limit.allows(0)).isTrue();
        }
        assertThat(limit.refused()).isZero();
    }
}
