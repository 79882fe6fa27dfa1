package io.atalaya.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** The whole way in from Redis, ending in a list. Thread-safe like its parts. */
final class SubscriberHarness implements AutoCloseable {
    final RedisConnections connections;
    final MessagePump pump;
    final RedisSubscriber subscriber;
    final List<RedisMessage> messages = new CopyOnWriteArrayList<>();
    /** What the sink answers; a test that wants a slow sink puts an open future here. */
    volatile CompletableFuture<Void> answer = CompletableFuture.completedFuture(null);

    SubscriberHarness(URI url, RedisContext context) {
        this(new RedisConfig(url, 5000, 50, 50), ChannelPatterns.RESTAURANT, context);
    }

    SubscriberHarness(RedisConfig config, List<String> patterns, RedisContext context) {
        connections = new RedisConnections(config, context);
        pump = new MessagePump(config, this::onMessages, context);
        subscriber = new RedisSubscriber(connections, new ChannelPatterns(patterns), pump, context);
        subscriber.start();
    }

    private CompletionStage<Void> onMessages(List<RedisMessage> batch) {
        messages.addAll(batch);
        return answer;
    }

    List<String> bodies() {
        return messages.stream()
                .map(message -> new String(message.body(), UTF_8))
                .toList();
    }

    List<String> channels() {
        return messages.stream().map(RedisMessage::channel).toList();
    }

    void awaitHealthy(Duration atMost) {
        await().atMost(atMost).pollInterval(Duration.ofMillis(10)).until(subscriber::healthy);
    }

    void awaitUnhealthy(Duration atMost) {
        await().atMost(atMost).pollInterval(Duration.ofMillis(10)).until(() -> !subscriber.healthy());
    }

    void awaitMessages(int count) {
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> assertThat(messages).hasSizeGreaterThanOrEqualTo(count));
    }

    /** Ends everything and checks the books. */
    @Override
    public void close() {
        answer.complete(null);
        subscriber.close();
        pump.close();
        connections.close();
        assertThat(pump.ledger().balances()).as("%s", pump.ledger()).isTrue();
        assertThat(pump.ledger().queued()).isZero();
    }
}
