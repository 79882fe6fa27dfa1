package io.atalaya.exposition;

import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveBook;
import io.atalaya.archive.ArchiveWriter;
import io.atalaya.archive.Statistics;
import io.atalaya.management.Sample;
import io.atalaya.metrics.Buckets;
import io.atalaya.metrics.Distributions;
import io.atalaya.metrics.Families;
import io.atalaya.metrics.Histogram;
import io.atalaya.metrics.LabelSet;
import io.atalaya.metrics.ProcessSample;
import io.atalaya.metrics.Series;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * The vocabulary of the event collector's dashboards, whose names have no prefix. A pure function of a sample. Its buffer
 * is the fuller of the two that an event passes: what waits for its commit, and what waits for the archive.
 */
final class IngestMetrics {
    private static final Buckets MILLIS = Buckets.milliseconds(10, 50, 100, 200, 500, 1000, 2000, 5000);

    private IngestMetrics() {}

    static MetricSnapshots of(Sample sample) {
        var families = new Families();
        addBuffer(sample.ingest(), families);
        addBatches(sample, families);
        addBusiness(sample, families);
        addHealth(sample, families);
        addProcess(sample, families);
        return families.build();
    }

    private static void addBuffer(Sample.Ingest ingest, Families families) {
        families.gauge("buffer_size", "Events that wait.", ingest.size())
                .gauge("buffer_capacity", "Events that may wait.", ingest.capacity())
                .gauge("buffer_utilization_percent", "Share of these that waits.", ingest.utilizationPercent())
                .gauge("buffer_health_status", "1 healthy, 2 warning, 3 critical.", ingest.condition())
                .counter("events_total", "Events enqueued; the same as events_enqueued_total.", ingest.enqueued())
                .counter("events_enqueued_total", "Events enqueued.", ingest.enqueued())
                .counter("events_dropped_total", "Good events that were turned away or lost.", ingest.dropped())
                .gauge(
                        "events_drop_rate_percent",
                        "Share of events dropped in the last minute.",
                        ingest.dropRatePercent())
                .gauge(
                        "events_throughput_per_second",
                        "Events enqueued a second, over the last minute.",
                        ingest.perSecond());
    }

    private static void addBatches(Sample sample, Families families) {
        Optional<ArchiveWriter.Status> archive = sample.archive();
        families.counter("batches_processed_total", "Batches stored.", count(archive, ArchiveWriter.Status::batches))
                .counter("events_processed_total", "Events stored.", count(archive, ArchiveWriter.Status::events))
                .histogram(
                        "batch_processing_time_ms",
                        "From taking a batch to its confirmation.",
                        MILLIS,
                        Distributions.of(
                                archive.map(ArchiveWriter.Status::batchTime).orElseGet(Histogram.Snapshot::empty)))
                .histogram(
                        "batch_insert_time_ms",
                        "Of one transaction.",
                        MILLIS,
                        Distributions.of(
                                archive.map(ArchiveWriter.Status::insertTime).orElseGet(Histogram.Snapshot::empty)));
    }

    private static long count(Optional<ArchiveWriter.Status> archive, ToLongFunction<ArchiveWriter.Status> of) {
        return archive.map(of::applyAsLong).orElse(0L);
    }

    private static void addBusiness(Sample sample, Families families) {
        Statistics stored = sample.ingest().stored().orElseGet(Statistics::empty);
        families.counter(
                        "business_events_total",
                        "Events ever stored, whether they are still there or not.",
                        everStored(sample))
                .gauge(
                        "business_events_by_service",
                        "Events stored, by service, or by type where events name none.",
                        Series.by("service", byService(stored)))
                .gauge("business_events_last_24h", "Events stored in the last day.", stored.last24Hours())
                .gauge("business_events_last_hour", "Events stored in the last hour.", stored.lastHour());
    }

    private static long everStored(Sample sample) {
        return sample.archive()
                .flatMap(ArchiveWriter.Status::book)
                .map(ArchiveBook::counts)
                .map(Archive.Counts::everArchived)
                .orElse(0L);
    }

    /** At most so many as the statistics have; the rest is together. */
    private static Map<String, Long> byService(Statistics stored) {
        var counts = new LinkedHashMap<>(stored.top(Statistics.MAX_NAMES));
        long named = counts.values().stream().mapToLong(Long::longValue).sum();
        counts.merge(LabelSet.OTHER, Math.max(0, stored.total() - named), Long::sum);
        return counts;
    }

    private static void addHealth(Sample sample, Families families) {
        boolean healthy = sample.health() == Sample.Health.HEALTHY;
        boolean connected = sample.archive().isEmpty()
                || (!sample.archiveAway()
                        && sample.archive().flatMap(ArchiveWriter.Status::book).isPresent());
        families.gauge("health_status", "1 healthy, 0 unhealthy.", healthy ? 1 : 0)
                .gauge(
                        "database_connection_status",
                        "1 while the database answers, or none is needed.",
                        connected ? 1 : 0)
                .gauge(
                        "circuit_breaker_state",
                        "Of the database: 0 closed, 1 open, 2 half-open.",
                        sample.archive()
                                .map(archive -> archive.breaker().state().gauge())
                                .orElse(0));
    }

    private static void addProcess(Sample sample, Families families) {
        ProcessSample process = sample.process();
        Histogram.Snapshot requests = TimeMetrics.allRequests(sample);
        families.gauge("process_cpu_usage_percent", "Of one processor, over the last minute.", process.cpuPercent())
                .gauge(
                        "process_memory_usage_bytes",
                        "Resident memory; the heap where the system does not say.",
                        process.memoryBytes())
                .histogram(
                        "http_request_duration_ms",
                        "From a request's last byte to the answer's first.",
                        MILLIS,
                        Distributions.of(requests))
                .counter("http_request_total", "Requests answered.", requests.count());
    }
}
