package io.atalaya.recovery;

import io.atalaya.log.EventLog.Slice;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What replays count. Thread-safe by adders; the map of them is fixed. */
final class RecoveryCounters {
    final LongAdder started = new LongAdder();
    final LongAdder completed = new LongAdder();
    final LongAdder abandoned = new LongAdder();
    final LongAdder eventsRead = new LongAdder();
    final LongAdder readFailures = new LongAdder();
    private final Map<Slice.Reason, LongAdder> gaps = new EnumMap<>(Slice.Reason.class);

    RecoveryCounters() {
        for (Slice.Reason reason : Slice.Reason.values()) {
            gaps.put(reason, new LongAdder());
        }
    }

    void onGap(Slice.Reason reason) {
        LongAdder counter = gaps.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }

    RecoveryTotals totals(int waiting) {
        var gapsSoFar = new EnumMap<Slice.Reason, Long>(Slice.Reason.class);
        gaps.forEach((reason, count) -> gapsSoFar.put(reason, count.sum()));
        // those that end first: a replay that ends meanwhile must not make the active ones fewer than none
        long done = completed.sum();
        long gone = abandoned.sum();
        return new RecoveryTotals(started.sum(), done, gone, waiting, eventsRead.sum(), readFailures.sum(), gapsSoFar);
    }
}
