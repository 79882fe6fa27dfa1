package io.atalaya.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.alerting.AlertingConfig.TargetConfig;
import io.atalaya.alerting.Outbox.Notice;
import io.atalaya.alerting.Outbox.Outcome;
import io.atalaya.alerting.Sender.Answer;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** One after the other, again when it failed, not for ever, and not without bound. */
class OutboxTest {
    private static final Instant START = Instant.parse("2030-05-02T00:00:00Z");

    private final Posts posts = new Posts();
    private final Outbox outbox =
            new Outbox(new TargetConfig("t", URI.create("http://there"), Optional.empty()), posts, new Random(1));

    private static Notice notice(int number) {
        return new Notice("", Integer.toString(number), START.plus(Duration.ofHours(1)));
    }

    private long count(Outcome outcome) {
        return outbox.status().outcomes().getOrDefault(outcome, -1L);
    }

    @Test
    void noticesGoOutInTheirOrder() {
        for (int i = 0; i < 5; i++) {
            outbox.add(notice(i));
        }
        for (int i = 0; i < 6; i++) {
            outbox.step(START);
        }

        assertThat(posts.bodies).extracting(body -> body.asInt()).containsExactly(0, 1, 2, 3, 4);
        assertThat(count(Outcome.DELIVERED)).isEqualTo(5);
        assertThat(outbox.isBusy()).isFalse();
    }

    @Test
    void whatFailsIsTriedAgainEverLessOften() {
        posts.answer(new Answer.Failed("status 503", Optional.empty()));
        outbox.add(notice(1));
        Instant now = START;
        for (int second = 0; second < 600; second++) {
            outbox.step(now);
            now = now.plusSeconds(1);
        }

        // 0.5 … 1 s, 1 … 2 s, … up to 30 … 60 s: between 12 and 30 attempts in ten minutes
        assertThat(posts.bodies).hasSizeBetween(12, 30);
        assertThat(outbox.status().lastError()).contains("status 503");
        posts.answer(new Answer.Taken());
        for (int second = 0; second < 70; second++) {
            outbox.step(now);
            now = now.plusSeconds(1);
        }
        assertThat(count(Outcome.DELIVERED)).isEqualTo(1);
        assertThat(outbox.status().lastError()).isEmpty();
    }

    @Test
    void aTargetCanSayHowLongToWait() {
        posts.answer(new Answer.Failed("status 429", Optional.of(Duration.ofSeconds(100))));
        outbox.add(notice(1));
        for (int second = 0; second < 100; second++) {
            outbox.step(START.plusSeconds(second));
        }

        assertThat(posts.bodies).hasSize(1);
    }

    @Test
    void whatIsRefusedOrNotTrueAnyMoreIsGivenUp() {
        posts.answer(new Answer.Refused("status 400"));
        outbox.add(notice(1));
        outbox.step(START);
        outbox.step(START);
        assertThat(count(Outcome.REFUSED)).isEqualTo(1);

        outbox.add(notice(2));
        outbox.step(START.plus(Duration.ofHours(2)));
        assertThat(count(Outcome.EXPIRED)).isEqualTo(1);
        assertThat(posts.bodies).hasSize(1);
    }

    @Test
    void theOldestGivesWayWhenThereIsNoRoom() {
        posts.answer(new Answer.Failed("ConnectException", Optional.of(Duration.ofSeconds(5))));
        outbox.add(notice(0));
        outbox.step(START);
        for (int i = 1; i <= Outbox.MOST + 9; i++) {
            outbox.add(notice(i));
        }
        assertThat(count(Outcome.DROPPED)).isEqualTo(10);
        assertThat(outbox.status().queued()).isEqualTo(Outbox.MOST);
        posts.answer(new Answer.Taken());
        Instant now = START;
        for (int i = 0; i < 300; i++) {
            now = now.plusSeconds(1);
            outbox.step(now);
        }

        assertThat(posts.bodies.getLast().asInt()).as("the newest").isEqualTo(Outbox.MOST + 9);
        assertThat(outbox.isBusy()).isFalse();
        assertThat(count(Outcome.DELIVERED) + count(Outcome.DROPPED)).isEqualTo(Outbox.MOST + 10);
    }
}
