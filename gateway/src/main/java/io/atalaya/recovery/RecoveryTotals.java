package io.atalaya.recovery;

import io.atalaya.log.EventLog.Slice;
import io.atalaya.metrics.Families;
import io.atalaya.metrics.Series;
import java.util.Locale;
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

    /** Adds its metrics. */
    public void addTo(Families families) {
        var series = Series.labelled("reason");
        for (Slice.Reason reason : Slice.Reason.values()) {
            series.add(gaps.getOrDefault(reason, 0L), reason.name().toLowerCase(Locale.ROOT));
        }
        families.counter("atalaya_replays_started_total", "Sessions that began in the past.", started)
                .counter(
                        "atalaya_replays_ended_total",
                        "Those of them that caught up, or ended before.",
                        Series.labelled("outcome").add(completed, "live").add(abandoned, "abandoned"))
                .gauge("atalaya_replays_active", "Sessions that are being replayed to.", active())
                .gauge("atalaya_replay_readings_waiting", "Readings that wait for their turn.", waiting)
                .counter("atalaya_replay_events_read_total", "Events read from the log for replays.", eventsRead)
                .counter(
                        "atalaya_replay_read_failures_total",
                        "Readings that the log could not answer; each is tried again.",
                        readFailures)
                .counter("atalaya_gaps_total", "Gaps told to clients.", series);
    }
}
