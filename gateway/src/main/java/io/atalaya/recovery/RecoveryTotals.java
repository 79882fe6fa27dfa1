package io.atalaya.recovery;

import io.atalaya.log.EventLog.Slice;
import java.util.Map;

/**
 * What replays have done so far. Immutable.
 *
 * @param started replays begun
 * @param completed those that were handed over to live delivery
 * @param abandoned those whose session ended before
 * @param waiting readings that wait for their turn
 * @param eventsRead events read from the log for them, whether or not the session could see them
 * @param readFailures readings that the log could not answer; each is tried again
 * @param gaps gaps told to clients
 */
public record RecoveryTotals(
        long started,
        long completed,
        long abandoned,
        long waiting,
        long eventsRead,
        long readFailures,
        Map<Slice.Reason, Long> gaps) {
    public RecoveryTotals {
        gaps = Map.copyOf(gaps);
    }

    /** Sessions that are being replayed to. */
    public long active() {
        return started - completed - abandoned;
    }
}
