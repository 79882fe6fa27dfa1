package io.atalaya.exposition;

import io.atalaya.archive.ArchiveWriter;
import io.atalaya.archive.Statistics;
import io.atalaya.management.Sample;
import io.atalaya.metrics.Histogram;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/** A sample as one line of JSON. Pure functions. The members of buffer, batches and business are the event collector's. */
public final class HistoryLine {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Pattern TIME = Pattern.compile("^\\{\"timestamp\":\"([^\"]{1,40})\"");

    private HistoryLine() {}

    /** The line, without its end. */
    public static String of(Sample sample) {
        var line = new LinkedHashMap<String, Object>();
        line.put("timestamp", sample.instant().toString());
        line.put("health", sample.health().word());
        line.put("buffer", buffer(sample.ingest()));
        line.put("batchWorker", batches(sample));
        line.put("business", business(sample.ingest()));
        line.put("connections", connections(sample));
        line.put("deliveries", deliveries(sample));
        line.put("process", process(sample));
        return JSON.writeValueAsString(line);
    }

    /** When a line was written; empty when it is none. */
    static Optional<Instant> timeOf(String line) {
        Matcher time = TIME.matcher(line);
        try {
            return time.find() ? Optional.of(Instant.parse(time.group(1))) : Optional.empty();
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    private static Map<String, Object> buffer(Sample.Ingest ingest) {
        var members = new LinkedHashMap<String, Object>();
        members.put("size", ingest.size());
        members.put("capacity", ingest.capacity());
        members.put("utilizationPercent", rounded(ingest.utilizationPercent()));
        members.put("totalEnqueued", ingest.enqueued());
        members.put("totalDropped", ingest.dropped());
        members.put("dropRatePercent", rounded(ingest.dropRatePercent()));
        members.put("throughputEventsPerSecond", rounded(ingest.perSecond()));
        return members;
    }

    private static Map<String, Object> batches(Sample sample) {
        var members = new LinkedHashMap<String, Object>();
        Optional<ArchiveWriter.Status> archive = sample.archive();
        long batches = archive.map(ArchiveWriter.Status::batches).orElse(0L);
        Histogram.Snapshot batchTime =
                archive.map(ArchiveWriter.Status::batchTime).orElseGet(Histogram.Snapshot::empty);
        Histogram.Snapshot insertTime =
                archive.map(ArchiveWriter.Status::insertTime).orElseGet(Histogram.Snapshot::empty);
        members.put("totalBatchesProcessed", batches);
        members.put(
                "totalEventsProcessed",
                archive.map(ArchiveWriter.Status::events).orElse(0L));
        members.put("totalInsertTimeMs", rounded(1e3 * insertTime.sumSeconds()));
        members.put("averageBatchProcessingTimeMs", batches == 0 ? 0 : rounded(1e3 * batchTime.sumSeconds() / batches));
        return members;
    }

    private static Map<String, Object> business(Sample.Ingest ingest) {
        var members = new LinkedHashMap<String, Object>();
        Statistics stored = ingest.stored().orElseGet(Statistics::empty);
        members.put("totalEvents", stored.total());
        members.put("eventsLast24Hours", stored.last24Hours());
        members.put("eventsLastHour", stored.lastHour());
        return members;
    }

    private static Map<String, Object> connections(Sample sample) {
        var members = new LinkedHashMap<String, Object>();
        members.put("active", sample.sessions());
        members.put("accepted", sample.hub().accepted());
        members.put("ended", sample.hub().lives().lifetime().count());
        return members;
    }

    private static Map<String, Object> deliveries(Sample sample) {
        var members = new LinkedHashMap<String, Object>();
        Histogram.Snapshot latency = sample.hub().latency();
        members.put("sent", sample.hub().book().sent());
        members.put("pending", sample.hub().book().pending());
        members.put("p50Ms", latency.quantile(0.5).toNanos() / 1e6);
        members.put("p95Ms", latency.quantile(0.95).toNanos() / 1e6);
        members.put("p99Ms", latency.quantile(0.99).toNanos() / 1e6);
        return members;
    }

    private static Map<String, Object> process(Sample sample) {
        var members = new LinkedHashMap<String, Object>();
        members.put("uptimeSeconds", rounded(sample.process().uptimeSeconds()));
        members.put("cpuPercent", rounded(sample.process().cpuPercent()));
        members.put("memoryBytes", sample.process().memoryBytes());
        return members;
    }

    private static double rounded(double value) {
        return Math.round(100 * value) / 100.0;
    }
}
