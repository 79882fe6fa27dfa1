package io.atalaya.budget;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.budget.Fakes.Gauges;
import io.atalaya.budget.Tally.Step;
import io.atalaya.slo.Selector;
import io.atalaya.slo.Sli;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Counters become steps, whatever happens to them on the way. */
class TallyTest {
    private static final Map<String, String> OK = Map.of("status", "200");
    private static final Map<String, String> FAULT = Map.of("status", "503");
    private static final Sli FAULTS = new Sli.Events(
            Sli.Counts.BAD,
            List.of(new Selector("answers_total", Map.of("status", List.of("5*")), Map.of())),
            List.of(Selector.of("answers_total")));

    private final Gauges now = new Gauges();

    @Test
    void whatWasCountedBeforeTheFirstLookIsOfThisProcess() {
        var tally = new Tally(FAULTS);
        now.set("answers_total", OK, 10).set("answers_total", FAULT, 2);

        assertThat(tally.advance(now, 0)).isEqualTo(new Step(2, 12));
        assertThat(tally.advance(now, 0)).isEqualTo(Step.NONE);
    }

    @Test
    void aSeriesThatFallsWasResetAndCountsFromZero() {
        var tally = new Tally(FAULTS);
        now.set("answers_total", OK, 10).set("answers_total", FAULT, 2);
        tally.advance(now, 0);

        now.set("answers_total", OK, 3).set("answers_total", FAULT, 1);

        assertThat(tally.advance(now, 0)).isEqualTo(new Step(1, 4));
    }

    @Test
    void aSeriesThatIsMissingHasNotMoved() {
        var tally = new Tally(FAULTS);
        now.set("answers_total", OK, 10);
        tally.advance(now, 0);
        now.clear();
        assertThat(tally.advance(now, 0)).isEqualTo(Step.NONE);

        now.set("answers_total", OK, 15);

        assertThat(tally.advance(now, 0)).isEqualTo(new Step(0, 5));
    }

    @Test
    void aSeriesThatAppearsHasMovedFromZero() {
        var tally = new Tally(FAULTS);
        now.set("answers_total", OK, 10);
        tally.advance(now, 0);

        now.set("answers_total", FAULT, 4);

        assertThat(tally.advance(now, 0)).isEqualTo(new Step(4, 4));
    }

    @Test
    void goodEventsLeaveTheOthersBad() {
        var sli = new Sli.Events(
                Sli.Counts.GOOD,
                List.of(new Selector("answers_total", Map.of("status", List.of("200")), Map.of())),
                List.of(Selector.of("answers_total")));
        var tally = new Tally(sli);
        now.set("answers_total", OK, 10).set("answers_total", FAULT, 2);

        assertThat(tally.advance(now, 0)).isEqualTo(new Step(2, 12));
    }

    @Test
    void moreGoodThanAllIsAnInconsistencyAndTheCountersStillRise() {
        var sli =
                new Sli.Events(Sli.Counts.GOOD, List.of(Selector.of("good_total")), List.of(Selector.of("all_total")));
        var tally = new Tally(sli);
        now.set("good_total", Map.of(), 5).set("all_total", Map.of(), 3);

        assertThat(tally.advance(now, 0)).isEqualTo(new Step(0, 3));
        assertThat(tally.inconsistencies()).isEqualTo(1);

        now.set("all_total", Map.of(), 6);
        assertThat(tally.advance(now, 0)).isEqualTo(new Step(1, 3));
    }

    @Test
    void aLatencyIsGoodUpToItsBound() {
        var tally = new Tally(new Sli.Latency(Selector.of("took_seconds"), Duration.ofMillis(200)));
        now.histogram("took_seconds", List.of(0.1, 0.2, 1.0), List.of(5L, 8L, 9L), 10);

        assertThat(tally.advance(now, 0)).isEqualTo(new Step(2, 10));
    }

    @Test
    void timeIsGoodWhileAGaugeIsAboveZero() {
        var tally = new Tally(new Sli.Uptime(List.of(Selector.of("health"))));
        assertThat(tally.advance(now, 10_000)).isEqualTo(Step.NONE);

        now.set("health", Map.of("state", "a"), 0).set("health", Map.of("state", "b"), 1);
        assertThat(tally.advance(now, 10_000)).isEqualTo(new Step(0, 10_000));

        now.set("health", Map.of("state", "b"), 0);
        assertThat(tally.advance(now, 10_000)).isEqualTo(new Step(10_000, 10_000));
    }
}
