package io.atalaya.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atalaya.breaker.Breaker;
import io.atalaya.redis.MessagePump.DropReason;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RedisSubscriberIT {
    private static final Duration SOON = Duration.ofSeconds(15);
    private static final List<String> CHANNELS = List.of(
            "branch:5:waiters",
            "branch:5:kitchen",
            "branch:5:admin",
            "sector:3:waiters",
            "session:77",
            "tenant:1:admin",
            "channel:branch:5:waiters",
            "channel:branch:5:kitchen",
            "channel:branch:5:admin",
            "channel:sector:5:3:waiters",
            "channel:session:77",
            "channel:tenant:1:admin");

    private RedisServer server;

    @BeforeEach
    void startServer() {
        server = RedisServer.start();
    }

    @AfterEach
    void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void messageOnEveryChannelSpellingArrivesOnceAndInOrder() {
        try (SubscriberHarness harness = harness()) {
            for (String channel : CHANNELS) {
                server.publish(channel, "to " + channel);
            }
            server.publish("branch:5:elsewhere", "not ours");
            server.publish("session:last", "last");

            harness.awaitMessages(CHANNELS.size() + 1);

            List<String> expected = new ArrayList<>(CHANNELS);
            expected.add("session:last");
            assertThat(harness.channels()).isEqualTo(expected);
            assertThat(harness.bodies()).startsWith("to branch:5:waiters").endsWith("last");
            assertThat(harness.subscriber.status().received()).isEqualTo(expected.size());
        }
    }

    @Test
    void oneEventByThreeChannelsHasOneFallbackId() {
        try (SubscriberHarness harness = harness()) {
            for (String channel : List.of("sector:3:waiters", "branch:5:waiters", "branch:5:admin")) {
                server.publish(channel, "{\"type\":\"TABLE_CLEARED\"}");
            }

            harness.awaitMessages(3);

            assertThat(harness.messages)
                    .extracting(RedisMessage::fallbackId)
                    .containsOnly(harness.messages.getFirst().fallbackId());
        }
    }

    @Test
    void messageThatMatchesTwoPatternsArrivesOnce() {
        List<String> patterns = List.of("channel:sector:*:waiters", "channel:sector:*:*:waiters", "session:*");
        try (SubscriberHarness harness =
                new SubscriberHarness(RedisConfig.of(server.url()), patterns, Impatience.context())) {
            harness.awaitHealthy(SOON);

            long copies = server.publish("channel:sector:5:3:waiters", "twice");
            server.publish("session:1", "last");

            harness.awaitMessages(2);
            assertThat(copies).as("copies that Redis sent").isEqualTo(2);
            assertThat(harness.bodies()).containsExactly("twice", "last");
        }
    }

    @Test
    void subscribesAndReceivesAgainAfterKillAndRestart() {
        try (SubscriberHarness harness = harness()) {
            server.kill();
            harness.awaitUnhealthy(SOON);
            assertThat(harness.subscriber.status().lastError()).isNotEmpty();
            server.restart();
            harness.awaitHealthy(SOON);

            server.publish("session:1", "again");

            harness.awaitMessages(1);
            assertThat(harness.subscriber.status().reconnects()).isEqualTo(1);
        }
    }

    @Test
    void startsWithoutRedisAndSubscribesWhenItComes() {
        server.stop();
        try (SubscriberHarness harness = new SubscriberHarness(server.url(), Impatience.context())) {
            await().atMost(SOON)
                    .until(() -> !harness.subscriber.status().lastError().isEmpty());
            assertThat(harness.subscriber.healthy()).isFalse();

            server.restart();

            harness.awaitHealthy(SOON);
            assertThat(harness.subscriber.status().reconnects()).isZero();
        }
    }

    @Test
    void hungRedisIsFoundAndLeft() {
        try (SubscriberHarness harness = harness()) {
            server.pause();
            harness.awaitUnhealthy(SOON);
            assertThat(harness.subscriber.status().lastError()).contains("no sign of life");

            server.resume();

            harness.awaitHealthy(SOON);
            server.publish("session:1", "again");
            harness.awaitMessages(1);
        }
    }

    @Test
    void longOutageOpensTheBreakerAgainAndAgainButNeverEndsTheAttempts() {
        try (SubscriberHarness harness = harness()) {
            server.kill();
            // closed → open → half-open → open → half-open → open
            await().atMost(SOON)
                    .until(() -> harness.subscriber.status().breaker().stateChanges() >= 5);
            assertThat(harness.subscriber.status().breaker().rejectedCalls()).isPositive();

            server.restart();

            harness.awaitHealthy(SOON);
            assertThat(harness.subscriber.status().breaker().state()).isEqualTo(Breaker.State.CLOSED);
        }
    }

    @Test
    void isUnhealthyWhileTheSubscriptionIsDownThoughRedisAnswersPings() throws Exception {
        RedisContext context = Impatience.context();
        RedisConfig config = RedisConfig.of(server.url());
        try (SubscriberHarness harness = harness()) {
            server.command("ACL", "SETUSER", "default", "resetchannels");
            harness.awaitUnhealthy(SOON);

            RedisHealth.Dependency ping = new RedisHealth(harness.connections, config, context)
                    .probe("redis_async", "async")
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);

            assertThat(ping.status()).isEqualTo(RedisHealth.Dependency.HEALTHY);
            assertThat(harness.subscriber.healthy()).isFalse();
            await().atMost(SOON)
                    .until(() -> harness.subscriber.status().lastError().contains("NOPERM"));
            server.command("ACL", "SETUSER", "default", "allchannels");
            harness.awaitHealthy(SOON);
        }
    }

    @Test
    void fullQueueDropsTheOldestAndCountsThem() {
        RedisConfig config = new RedisConfig(server.url(), 5, 2, 50);
        try (SubscriberHarness harness =
                new SubscriberHarness(config, ChannelPatterns.RESTAURANT, Impatience.context())) {
            harness.awaitHealthy(SOON);
            CompletableFuture<Void> busy = new CompletableFuture<>();
            harness.answer = busy;
            server.publish("session:1", "0");
            harness.awaitMessages(1);
            for (int i = 1; i <= 10; i++) {
                server.publish("session:1", Integer.toString(i));
            }
            await().atMost(SOON).until(() -> harness.pump.ledger().received() == 11);
            assertThat(harness.pump.ledger().dropped()).containsEntry(DropReason.OVERFLOW, 5L);
            assertThat(harness.pump.ledger().queued()).isEqualTo(6);

            harness.answer = CompletableFuture.completedFuture(null);
            busy.complete(null);

            harness.awaitMessages(6);
            assertThat(harness.bodies()).containsExactly("0", "6", "7", "8", "9", "10");
            assertThat(harness.subscriber.status().dropped()).isEqualTo(5);
        }
    }

    @Test
    void livesOnWithARedisThatSpeaksOnlyTheOldProtocol() {
        server.close();
        server = RedisServer.start("--rename-command", "HELLO", "");
        try (SubscriberHarness harness = harness()) {
            // several probes of the subscription
            await().pollDelay(Duration.ofSeconds(1)).until(() -> true);

            server.publish("session:1", "old");

            harness.awaitMessages(1);
            assertThat(harness.subscriber.status().reconnects()).isZero();
        }
    }

    @Test
    void passwordOfTheUrlIsUsedAndShownNowhere() {
        server.command("CONFIG", "SET", "requirepass", "hunter2");
        URI url = URI.create("redis://:wrong-hunter3@127.0.0.1:" + server.port());
        try (SubscriberHarness harness = new SubscriberHarness(url, Impatience.context())) {
            await().atMost(SOON)
                    .until(() -> harness.subscriber.status().lastError().contains("WRONGPASS"));

            assertThat(harness.subscriber.status().toString()).doesNotContain("hunter");
        }
        URI right = URI.create("redis://:hunter2@127.0.0.1:" + server.port());
        try (SubscriberHarness harness = new SubscriberHarness(right, Impatience.context())) {
            harness.awaitHealthy(SOON);
        }
    }

    @Test
    void closeLeavesNoThreads() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        SubscriberHarness harness = harness();
        server.publish("session:1", "x");
        harness.awaitMessages(1);

        harness.close();

        await().atMost(SOON).untilAsserted(() -> assertThat(newThreads(before)).isEmpty());
    }

    @Test
    void closeEndsAttemptsWhileRedisIsAway() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        server.pause();
        SubscriberHarness harness = new SubscriberHarness(server.url(), Impatience.context());

        harness.close();

        await().atMost(SOON).untilAsserted(() -> assertThat(newThreads(before)).isEmpty());
    }

    private SubscriberHarness harness() {
        SubscriberHarness harness = new SubscriberHarness(server.url(), Impatience.context());
        harness.awaitHealthy(SOON);
        return harness;
    }

    private static Set<String> newThreads(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.isAlive() && !before.contains(thread))
                .map(Thread::getName)
                // the log's, the JDK's and Netty's threads of the whole process, and the test's own
                .filter(name -> !name.equals("atalaya-log")
                        && !name.startsWith("CompletableFutureDelayScheduler")
                        && !name.startsWith("ForkJoinPool")
                        && !name.startsWith("awaitility")
                        && !name.startsWith("process reaper"))
                .collect(Collectors.toSet());
    }
}
