package io.atalaya.live;

import io.atalaya.hub.Router;
import io.atalaya.hub.ShardSnapshot.Pulse;
import io.atalaya.ingest.IntakeBook;
import io.atalaya.log.EventLog;

/**
 * The counters at one moment. Immutable.
 *
 * @param millis in milliseconds since 1970 UTC
 * @param nanos on the monotonic clock
 * @param uncommitted events that wait for their commit
 */
record Moment(
        long millis,
        long nanos,
        Pulse pulse,
        IntakeBook intake,
        EventLog.Totals log,
        Router.Totals router,
        int uncommitted) {

    /** Events that were taken in and are kept or delivered. */
    long accepted() {
        return intake.logged() + intake.ephemeral() + intake.duplicate();
    }

    /** Events and deliveries lost for a reason of the gateway's. */
    long dropped() {
        long events =
                intake.dropped().values().stream().mapToLong(Long::longValue).sum();
        return events + pulse.book().dropped() + router.ephemeralDropped() + router.failed();
    }
}
