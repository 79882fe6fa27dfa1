package io.atalaya.timed;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog;
import io.atalaya.metrics.Timings;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Another log, whose appends it measures, from the call to the commit. Thread-safe, as both are. */
public final class TimedEventLog implements EventLog {
    /** The name of an append. */
    public static final String APPEND = "log_append";

    private final EventLog log;
    private final Timings timings;

    /** @param timings knows {@link #APPEND} */
    public TimedEventLog(EventLog log, Timings timings) {
        this.log = log;
        this.timings = timings;
    }

    @Override
    public CompletionStage<List<Appended>> append(List<Event> events) {
        return timings.timeStage(APPEND, () -> log.append(events));
    }

    @Override
    public Slice read(TenantId tenant, Cursor after, int max) {
        return log.read(tenant, after, max);
    }

    @Override
    public Optional<Slice.Entries> recent(TenantId tenant, Cursor after, int max) {
        return log.recent(tenant, after, max);
    }

    @Override
    public Cursor head(TenantId tenant) {
        return log.head(tenant);
    }

    @Override
    public Backlog backlog() {
        return log.backlog();
    }

    @Override
    public Totals totals() {
        return log.totals();
    }

    @Override
    public void close() {
        log.close();
    }
}
