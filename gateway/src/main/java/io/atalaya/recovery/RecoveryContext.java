package io.atalaya.recovery;

import io.atalaya.log.EventLog;
import io.atalaya.routing.EventRoutes;

/** What all replays share. Immutable; everything in it is thread-safe. */
record RecoveryContext(
        EventLog log, EventRoutes routes, ReadQueue queue, ReadQueue.Timer timer, RecoveryCounters counters) {}
