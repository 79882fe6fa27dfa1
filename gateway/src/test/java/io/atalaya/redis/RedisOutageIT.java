package io.atalaya.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Outages of a real server. PUBLISH answers how many subscribers Redis sent the message to: exactly the messages with an
 * answer above zero must arrive, so the test knows what an outage may cost, and that it costs no more.
 */
class RedisOutageIT {
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
    @Timeout(60)
    void outageOfOneSecondCostsOnlyWhatWasPublishedMeanwhile() throws InterruptedException {
        assertRecovers(Duration.ofSeconds(1), Impatience.context(), Duration.ofSeconds(20));
    }

    @Test
    @Timeout(90)
    void outageOfTenSecondsCostsOnlyWhatWasPublishedMeanwhile() throws InterruptedException {
        assertRecovers(Duration.ofSeconds(10), Impatience.context(), Duration.ofSeconds(20));
    }

    @Test
    @Tag("long")
    @Timeout(240)
    void outageOfAMinuteWithTheTimingsOfProductionCostsOnlyWhatWasPublishedMeanwhile() throws InterruptedException {
        assertRecovers(Duration.ofSeconds(60), RedisContext.system(Impatience.commandTimes()), Duration.ofSeconds(90));
    }

    private void assertRecovers(Duration outage, RedisContext context, Duration patience) throws InterruptedException {
        try (SubscriberHarness harness = new SubscriberHarness(server.url(), context)) {
            List<String> sent = new ArrayList<>();
            harness.awaitHealthy(patience);
            publish(sent, 0, 100);
            harness.awaitMessages(sent.size());

            server.kill();
            Thread.sleep(outage.toMillis());
            assertThat(harness.subscriber.healthy()).isFalse();
            server.restart();
            publish(sent, 100, 150);
            harness.awaitHealthy(patience);
            publish(sent, 150, 250);

            harness.awaitMessages(sent.size());
            assertThat(sent).contains("99", "150", "249");
            assertThat(harness.bodies()).isEqualTo(sent);
            assertThat(harness.subscriber.status().reconnects()).isEqualTo(1);
        }
    }

    private void publish(List<String> sent, int from, int to) {
        for (int i = from; i < to; i++) {
            if (server.publish("branch:" + i % 7 + ":admin", Integer.toString(i)) > 0) {
                sent.add(Integer.toString(i));
            }
        }
    }
}
