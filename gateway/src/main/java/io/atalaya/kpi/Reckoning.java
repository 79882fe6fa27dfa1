package io.atalaya.kpi;

import io.atalaya.kpi.Fact.Verdict;
import io.atalaya.kpi.KpiReport.Reading;
import java.time.Instant;

/** Reckons one indicator over the periods that are still open. Confined to the engine's thread. */
interface Reckoning {
    /**
     * Takes an event that is neither too late nor from the future. The same events in another order give the same
     * readings.
     */
    Verdict take(Fact fact);

    /** What a period comes to so far. */
    Reading reading(Instant start, Instant end, Instant now);

    /** Nothing before that moment will be asked for again. */
    void forgetBefore(Instant moment);
}
