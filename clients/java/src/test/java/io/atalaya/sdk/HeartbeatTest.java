package io.atalaya.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HeartbeatTest {
    private final FakeSchedule schedule = new FakeSchedule();
    private final List<String> log = new ArrayList<>();
    private final Heartbeat heartbeat = new Heartbeat(
            schedule, Duration.ofSeconds(30), Duration.ofSeconds(10), () -> log.add("ask"), () -> log.add("lost"));

    private void pass(int seconds) {
        schedule.pass(Duration.ofSeconds(seconds));
    }

    @Test
    void asksAfterSilenceAndGivesUpWithoutAnAnswer() {
        pass(29);
        assertThat(log).isEmpty();
        pass(1);
        assertThat(log).containsExactly("ask");
        pass(10);
        assertThat(log).containsExactly("ask", "lost");
    }

    @Test
    void whateverIsHeardItAsksInTimeSinceWhoSaysNothingIsEnded() {
        for (int second = 0; second < 70; second++) {
            pass(1);
            heartbeat.heard();
        }

        assertThat(log).containsExactly("ask", "ask");
    }

    @Test
    void anAnswerBeginsANewInterval() {
        pass(31);
        heartbeat.heard();

        pass(28);
        assertThat(log).containsExactly("ask");
        pass(1);
        assertThat(log).containsExactly("ask", "ask");
    }

    @Test
    void afterASleepItAsksFirst() {
        schedule.sleep(Duration.ofHours(1));
        assertThat(log).containsExactly("ask");
        heartbeat.heard();

        pass(10);

        assertThat(log).containsExactly("ask");
    }

    @Test
    void aStoppedOneIsQuiet() {
        heartbeat.stop();

        pass(100);

        assertThat(log).isEmpty();
    }
}
