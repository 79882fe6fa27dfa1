package io.atalaya.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<String> said = new ArrayList<>();

    @BeforeEach
    void stopTime() {
        channel.freezeTime();
    }

    @Test
    void aPingIsSentAtEachIntervalWhileItIsAnswered() {
        Heartbeat heartbeat = heartbeat(Duration.ofSeconds(30));
        heartbeat.start();

        for (int i = 0; i < 3; i++) {
            pass(30);
            heartbeat.onPong();
        }

        assertThat(said).containsExactly("ping", "ping", "ping");
    }

    @Test
    void aPingWithoutAnswerMeansDead() {
        heartbeat(Duration.ofSeconds(30)).start();

        pass(30);
        pass(9);
        assertThat(said).containsExactly("ping");
        pass(1);
        assertThat(said).containsExactly("ping", "dead");
        pass(100);
        assertThat(said).containsExactly("ping", "dead");
    }

    @Test
    void aPongThatNobodyAskedForChangesNothing() {
        Heartbeat heartbeat = heartbeat(Duration.ofSeconds(30));
        heartbeat.start();
        pass(20);

        heartbeat.onPong();

        pass(10);
        assertThat(said).containsExactly("ping");
    }

    @Test
    void aStoppedHeartbeatIsSilent() {
        Heartbeat heartbeat = heartbeat(Duration.ofSeconds(30));
        heartbeat.start();
        pass(30);

        heartbeat.stop();

        pass(100);
        assertThat(said).containsExactly("ping");
    }

    @Test
    void anIntervalOfZeroSendsNothing() {
        heartbeat(Duration.ZERO).start();

        pass(1_000);

        assertThat(said).isEmpty();
    }

    private Heartbeat heartbeat(Duration interval) {
        return new Heartbeat(
                channel.eventLoop(), interval, Duration.ofSeconds(10), () -> said.add("ping"), () -> said.add("dead"));
    }

    private void pass(int seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }
}
