package io.atalaya.timed;

import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveFields;
import io.atalaya.archive.DeadLetters;
import io.atalaya.archive.EventPage;
import io.atalaya.archive.EventQuery;
import io.atalaya.archive.Rejection;
import io.atalaya.archive.Statistics;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.metrics.Timings;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Another archive, whose calls it measures. Thread-safe, as both are. */
public final class TimedArchive implements Archive {
    /** The names of what is measured. */
    public static final List<String> OPERATIONS = List.of(
            "archive_count",
            "archive_find",
            "archive_probe",
            "archive_purge",
            "archive_query",
            "archive_statistics",
            "archive_store");

    private final Archive archive;
    private final Timings timings;

    /** @param timings knows {@link #OPERATIONS} */
    public TimedArchive(Archive archive, Timings timings) {
        this.archive = archive;
        this.timings = timings;
    }

    @Override
    public ArchiveFields fields() {
        return archive.fields();
    }

    @Override
    public int store(List<Entry> entries) {
        return timings.time("archive_store", () -> archive.store(entries));
    }

    @Override
    public boolean bury(Entry entry, Rejection rejection) {
        return timings.time("archive_store", () -> archive.bury(entry, rejection));
    }

    @Override
    public EventPage events(EventQuery query) {
        return timings.time("archive_query", () -> archive.events(query));
    }

    @Override
    public long count(EventQuery query) {
        return timings.time("archive_count", () -> archive.count(query));
    }

    @Override
    public Optional<Entry> find(TenantId tenant, EventId id) {
        return timings.time("archive_find", () -> archive.find(tenant, id));
    }

    @Override
    public Statistics statistics(Instant now) {
        return timings.time("archive_statistics", () -> archive.statistics(now));
    }

    @Override
    public Statistics statistics(TenantId tenant, Instant now) {
        return timings.time("archive_statistics", () -> archive.statistics(tenant, now));
    }

    @Override
    public Purged purge(Instant before, int most) {
        return timings.time("archive_purge", () -> archive.purge(before, most));
    }

    @Override
    public Counts counts() {
        return timings.time("archive_count", archive::counts);
    }

    @Override
    public Counts counts(long epoch) {
        return timings.time("archive_count", () -> archive.counts(epoch));
    }

    /** Not measured: they are for repairs. */
    @Override
    public DeadLetters deadLetters() {
        return archive.deadLetters();
    }

    @Override
    public void probe() {
        timings.time("archive_probe", () -> {
            archive.probe();
            return true;
        });
    }

    /** Not measured: it is not asked for anybody who waits. */
    @Override
    public Optional<Size> size() {
        return archive.size();
    }

    @Override
    public Connections connections() {
        return archive.connections();
    }

    @Override
    public void close() {
        archive.close();
    }
}
