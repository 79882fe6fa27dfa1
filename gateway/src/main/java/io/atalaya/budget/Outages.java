package io.atalaya.budget;

import io.atalaya.budget.SloStatus.Recoveries;
import io.atalaya.budget.Tally.Step;
import java.time.Duration;
import java.util.Optional;

/**
 * How often something was away and came back, and how long that took, from steps of time. Confined to the engine's thread. It
 * begins anew with the process, but an outage that ended with its start is among what it sees: the time that nobody saw
 * is told to it like any other.
 */
final class Outages {
    private final Optional<Duration> goal;
    private long awayMillis;
    private long inTime;
    private long late;
    private Optional<Duration> last = Optional.empty();

    /** @param goal within what time it is to be back; without one it always is in time */
    Outages(Optional<Duration> goal) {
        this.goal = goal;
    }

    /** Time has passed, all of it down or all of it up. */
    void onStep(Step step) {
        if (step.bad() > 0) {
            awayMillis += step.bad();
        } else if (step.total() > 0 && awayMillis > 0) {
            onBack(Duration.ofMillis(awayMillis));
            awayMillis = 0;
        }
    }

    private void onBack(Duration after) {
        last = Optional.of(after);
        if (goal.isPresent() && after.compareTo(goal.get()) > 0) {
            late++;
        } else {
            inTime++;
        }
    }

    Recoveries soFar() {
        return new Recoveries(inTime, late, last, Duration.ofMillis(awayMillis));
    }
}
