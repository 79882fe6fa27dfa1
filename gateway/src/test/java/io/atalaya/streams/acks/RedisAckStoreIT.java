package io.atalaya.streams.acks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.atalaya.ack.AckBounds;
import io.atalaya.ack.AckStore;
import io.atalaya.ack.AckStore.Change;
import io.atalaya.ack.AckStore.Effect;
import io.atalaya.ack.AckStore.Totals;
import io.atalaya.ack.AckStoreContract;
import io.atalaya.breaker.Breaker;
import io.atalaya.event.EventId;
import io.atalaya.log.LogException;
import io.atalaya.metrics.Timings;
import io.atalaya.redis.CommandTimes;
import io.atalaya.redis.RedisConfig;
import io.atalaya.redis.RedisConnections;
import io.atalaya.redis.RedisContext;
import io.atalaya.redis.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every store of acknowledgements promises, of one in a real Redis; and what two gateways make of it. */
@Timeout(120)
class RedisAckStoreIT extends AckStoreContract {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static RedisServer server;
    private final List<RedisConnections> opened = new ArrayList<>();

    @BeforeAll
    static void startServer() {
        server = RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Override
    protected AckStore create(AckBounds bounds) {
        server.command("FLUSHALL");
        return gateway("one", bounds);
    }

    private AckStore gateway(String name, AckBounds bounds) {
        var connections = new RedisConnections(
                RedisConfig.of(server.url()),
                RedisContext.system(new Timings(CommandTimes.COMMANDS, System::nanoTime)));
        opened.add(connections);
        return new RedisAckStore(
                connections,
                new AckCodec(name, System::nanoTime),
                new RedisAckStore.Settings(name, bounds, PATIENCE),
                new Breaker("redis-acks", Duration.ofMillis(200), 1, System::nanoTime));
    }

    @Override
    protected void release() {
        opened.forEach(RedisConnections::close);
    }

    @Test
    void whatOneGatewayHasSentIsAcknowledgedAndOwedAtTheOther() {
        AckStore one = create(100);
        AckStore two = gateway("two", AckBounds.of(100));
        one.apply(List.of(delivered(ANNA, 1, 0), delivered(ANNA, 2, 0)));

        assertThat(two.awaiting(ANNA, Optional.empty(), 10)).hasSize(2);
        assertThat(two.apply(List.of(acknowledged(ANNA, 1, 5))))
                .extracting(Effect::kind)
                .containsExactly(Effect.Kind.DONE);

        assertThat(one.awaiting(ANNA, Optional.empty(), 10)).hasSize(1);
        assertThat(two.totals()).isEqualTo(new Totals(2, 1, 0, 1));
        one.expire(0);
        assertThat(one.totals()).isEqualTo(two.totals());
    }

    @Test
    void onlyTheGatewayThatSentLastSendsAgain() {
        AckStore one = create(100);
        AckStore two = gateway("two", AckBounds.of(100));
        one.apply(List.of(delivered(ANNA, 1, 0)));
        assertThat(one.due(EXPIRES, 10)).hasSize(1);
        assertThat(two.due(EXPIRES, 10)).isEmpty();

        // the recipient comes to the other one, which sends it again; then the first one finds that it is gone
        two.apply(List.of(new Change.Due(ANNA, new EventId("e1"), 50_000)));
        one.apply(List.of(new Change.Due(ANNA, new EventId("e1"), Long.MAX_VALUE)));

        assertThat(one.due(EXPIRES, 10)).isEmpty();
        assertThat(two.due(49_999, 10)).isEmpty();
        assertThat(two.due(50_000, 10)).hasSize(1);
    }

    @Test
    void nothingIsKeptOfWhatIsForgotten() {
        AckStore store = create(100);
        store.apply(List.of(delivered(ANNA, 1, 0), delivered(BORIS, 1, 50_000), acknowledged(ANNA, 1, 1)));

        store.expire(2 * EXPIRES);
        assertThat(server.command("EXISTS", "atalaya:{acks}:event:1/e1"))
                .as("one still waits")
                .contains("1");
        store.expire(4 * EXPIRES);

        assertThat(server.command("DBSIZE")).as("only the book").contains("1");
        assertThat(store.totals()).isEqualTo(new Totals(2, 1, 1, 0));
    }

    @Test
    void itOutlivesAKilledRedisAndSaysSoWhileItIsAway() {
        AckStore store = create(100);
        store.apply(List.of(delivered(ANNA, 1, 0), delivered(BORIS, 1, 0), acknowledged(ANNA, 1, 1)));

        server.kill();
        assertThatThrownBy(() -> store.apply(List.of(acknowledged(BORIS, 1, 2))))
                .isInstanceOf(LogException.class);
        assertThatThrownBy(() -> store.awaiting(ANNA, Optional.empty(), 1)).isInstanceOf(LogException.class);
        assertThat(store.totals()).as("as it was").isEqualTo(new Totals(2, 1, 0, 1));
        server.restart();

        await().atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(store.apply(List.of(acknowledged(BORIS, 1, 2))))
                        .hasSize(1));
        assertThat(store.totals()).isEqualTo(new Totals(2, 2, 0, 0));
    }
}
