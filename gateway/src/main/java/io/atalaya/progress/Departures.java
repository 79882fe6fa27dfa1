package io.atalaya.progress;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The sessions of one shard that ended last, so many and no more. Confined to the shard's event loop. */
public final class Departures {
    private final int most;
    private final ArrayDeque<Progress> latest = new ArrayDeque<>();
    private Optional<Instant> forgottenUntil = Optional.empty();

    /** @param most how many are remembered (1 or more) */
    public Departures(int most) {
        this.most = most;
    }

    /** Remembers one, and forgets the oldest when there are too many. */
    public void add(Progress ended) {
        if (latest.size() == most) {
            forgottenUntil = latest.remove().lifetime().end().map(Progress.End::at);
        }
        latest.add(ended);
    }

    /** Those that {@code wanted} accepts, the latest last. */
    public List<Progress> all(Predicate<Progress> wanted) {
        return latest.stream().filter(wanted).toList();
    }

    /** When the latest of those that are forgotten ended. */
    public Optional<Instant> forgottenUntil() {
        return forgottenUntil;
    }
}
