package io.atalaya.budget;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Everything ever counted, in a list: slow, and hard to get wrong. */
final class ModelHistory {
    private final long start;
    private final List<Look> looks = new ArrayList<>();

    private record Look(long at, long bad, long total, boolean even) {}

    ModelHistory(Instant start) {
        this.start = start.toEpochMilli();
        looks.add(new Look(this.start, 0, 0, false));
    }

    void look(Instant now, long bad, long total, boolean even) {
        Look last = looks.getLast();
        looks.add(new Look(Math.max(last.at, now.toEpochMilli()), last.bad + bad, last.total + total, even));
    }

    Totals over(Duration window) {
        long step = window.compareTo(Duration.ofHours(2)) <= 0
                ? 10_000
                : window.compareTo(Duration.ofDays(1)) <= 0 ? 60_000 : 300_000;
        Look last = looks.getLast();
        long from = Math.floorDiv(last.at - window.toMillis(), step) * step;
        return new Totals(last.bad, last.total).since(at(from));
    }

    Totals at(long moment) {
        if (moment <= start) {
            return Totals.NONE;
        }
        int low = 0;
        int high = looks.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (looks.get(middle).at <= moment) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        Look before = looks.get(low);
        if (low + 1 < looks.size() && looks.get(low + 1).even && before.at < moment) {
            Look after = looks.get(low + 1);
            double part = (double) (moment - before.at) / (after.at - before.at);
            return new Totals(
                    before.bad + Math.round((after.bad - before.bad) * part),
                    before.total + Math.round((after.total - before.total) * part));
        }
        return new Totals(before.bad, before.total);
    }
}
