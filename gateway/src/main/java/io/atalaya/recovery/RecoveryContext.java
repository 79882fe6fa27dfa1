package io.atalaya.recovery;

import io.atalaya.log.EventLog;
import io.atalaya.routing.EventRoutes;
import java.time.InstantSource;

/** What all sessions that recover share. Immutable; everything in it is thread-safe. */
record RecoveryContext(
        EventLog log,
        EventRoutes routes,
        ReadQueue queue,
        Acknowledgements acks,
        Recovery.Pace pace,
        RecoveryCounters counters) {
    InstantSource clock() {
        return pace.clock();
    }
}
