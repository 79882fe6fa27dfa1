package io.atalaya.query;

import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveException;
import io.atalaya.archive.Statistics;
import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Responder;
import io.atalaya.query.Buffers.Reading;
import io.atalaya.query.Buffers.Status;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * How log and archive are, in the members that the dashboards of the event collector read. Immutable; made of
 * thread-safe parts. Status codes tell the truth: 503 when what a page speaks of is not well.
 */
public final class StorePages {
    private static final Logger LOG = LoggerFactory.getLogger(StorePages.class);
    private static final Pattern SQL_STATE = Pattern.compile("\\(SQLSTATE \\w+\\)");
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final double SLOW_MILLIS = 1000;

    private final Parts parts;
    private final @Nullable Business business;
    private final InstantSource clock;
    private final LongSupplier nanoClock;

    /**
     * What the pages speak of. Immutable; everything in it is thread-safe.
     *
     * @param archive null where there is none
     * @param breaker of the archive; empty where there is none
     * @param reads for these pages alone, so that they answer while readers of events are many
     */
    public record Parts(Buffers buffers, @Nullable Archive archive, Supplier<Optional<Breaker>> breaker, Reads reads) {}

    /**
     * The archive's circuit breaker. Immutable.
     *
     * @param state {@code CLOSED}, {@code OPEN} or {@code HALF_OPEN}
     * @param failureCount failed calls among those that the state looks at
     * @param successCount calls that worked, since the start
     */
    public record Breaker(String state, int failureCount, long successCount, Optional<Instant> lastFailure) {}

    /** What one page says, and how bad it is. Immutable. */
    public record Finding(Status status, Map<String, Object> members) {}

    public StorePages(Parts parts, InstantSource clock, LongSupplier nanoClock) {
        this.parts = parts;
        this.business = parts.archive() == null ? null : new Business(parts.archive(), clock);
        this.clock = clock;
        this.nanoClock = nanoClock;
    }

    /** What the archive holds, as it was known last; never blocks. */
    public Optional<Statistics> stored() {
        return business == null ? Optional.empty() : business.latest();
    }

    /** Asks the archive what it holds, where that is not known by now. May block; an archive that is away is left alone. */
    public void refreshStored() {
        try {
            if (business != null) {
                business.statistics();
            }
        } catch (ArchiveException _) {
            // what was known last stays
        }
    }

    /** {@code GET /health/buffer}. */
    public void onBuffer(Request request, Responder responder) {
        parts.reads().answer(responder, () -> answer(buffer(parts.buffers().read())));
    }

    /** {@code GET /health/database}. */
    public void onDatabase(Request request, Responder responder) {
        parts.reads()
                .perform(() -> answer(database()), _ -> answer(unanswered()))
                .thenAccept(responder::respond);
    }

    /** {@code GET /health/business}. */
    public void onBusiness(Request request, Responder responder) {
        parts.reads().answer(responder, () -> answer(business()));
    }

    /** {@code GET /metrics} in JSON. */
    public void onMetrics(Request request, Responder responder) {
        parts.reads().answer(responder, () -> json(200, metrics(parts.buffers().read())));
    }

    /** All of it together, for a larger document; the stage never fails. */
    public CompletableFuture<Finding> all() {
        var found = new CompletableFuture<Finding>();
        parts.reads()
                .perform(
                        () -> {
                            found.complete(together());
                            return Response.empty(204);
                        },
                        failure -> {
                            found.complete(new Finding(Status.CRITICAL, Map.of("error", failure.text())));
                            return Response.empty(204);
                        });
        return found;
    }

    private Finding together() {
        Finding database = database();
        Finding buffer = buffer(parts.buffers().read());
        var members = new LinkedHashMap<String, Object>();
        members.put("database", database.members());
        members.put("buffer", buffer.members());
        members.put("circuitBreaker", breaker());
        Status status = database.status().or(buffer.status());
        if (database.status() != Status.CRITICAL) {
            Finding business = business();
            members.put("business", business.members());
            status = status.or(business.status());
        }
        return new Finding(status, members);
    }

    private static Response answer(Finding finding) {
        return json(finding.status() == Status.CRITICAL ? 503 : 200, finding.members());
    }

    private static Response json(int status, Map<String, Object> members) {
        return Response.json(status, JSON.writeValueAsBytes(members)).with("cache-control", "no-store");
    }

    private static Finding buffer(Reading reading) {
        var buffer = queue(reading.fuller());
        buffer.put("uncommitted", queue(reading.uncommitted()));
        buffer.put("backlog", queue(reading.backlog()));
        var members = new LinkedHashMap<String, Object>();
        members.put("status", reading.status().word());
        members.put("buffer", buffer);
        members.put("metrics", rates(reading));
        return new Finding(reading.status(), members);
    }

    private static Map<String, Object> queue(Buffers.Queue queue) {
        var members = new LinkedHashMap<String, Object>();
        members.put("size", queue.size());
        members.put("capacity", queue.capacity());
        members.put("utilization_percent", twoDecimals(queue.utilizationPercent()));
        return members;
    }

    private static Map<String, Object> rates(Reading reading) {
        var rates = new LinkedHashMap<String, Object>();
        rates.put("total_enqueued", reading.enqueued());
        rates.put("total_dropped", reading.dropped());
        rates.put("drop_rate_percent", twoDecimals(reading.dropRatePercent()));
        rates.put("throughput_events_per_second", twoDecimals(reading.perSecond()));
        return rates;
    }

    private static Map<String, Object> metrics(Reading reading) {
        var members = new LinkedHashMap<String, Object>();
        members.put("status", reading.status().word());
        members.put("buffer_size", reading.fuller().size());
        members.put("buffer_capacity", reading.fuller().capacity());
        members.put("buffer_utilization_percent", twoDecimals(reading.fuller().utilizationPercent()));
        members.put("metrics", rates(reading));
        members.put("uptime_seconds", Math.round(reading.uptimeSeconds()));
        members.put("time_since_last_enqueue_seconds", whole(reading.sinceEnqueueSeconds()));
        members.put("time_since_last_drain_seconds", whole(reading.sinceDrainSeconds()));
        return members;
    }

    /** Readers of the original expect texts. */
    private static String twoDecimals(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static @Nullable Long whole(OptionalDouble seconds) {
        return seconds.isPresent() ? Math.round(seconds.getAsDouble()) : null;
    }

    private Finding database() {
        Archive archive = parts.archive();
        if (archive == null) {
            var members = head("healthy", "none");
            return new Finding(Status.HEALTHY, members);
        }
        long startNanos = nanoClock.getAsLong();
        String error = "";
        try {
            archive.probe();
        } catch (ArchiveException unavailable) {
            error = withoutDetails(unavailable);
        }
        double millis = (nanoClock.getAsLong() - startNanos) / 1e6;
        Status status = !error.isEmpty() ? Status.CRITICAL : millis > SLOW_MILLIS ? Status.WARNING : Status.HEALTHY;
        var members = head(
                status == Status.CRITICAL ? "unhealthy" : status.word(),
                error.isEmpty() ? "connected" : "disconnected");
        members.put("queryLatencyMs", Math.round(millis * 100) / 100.0);
        Archive.Connections connections = archive.connections();
        var pool = new LinkedHashMap<String, Object>();
        pool.put("active", connections.active());
        pool.put("idle", connections.idle());
        pool.put("waiting", connections.waiting());
        members.put("connectionPool", pool);
        members.put("circuitBreaker", breaker());
        if (!error.isEmpty()) {
            members.put("error", error);
        }
        return new Finding(status, members);
    }

    /** Names of machines, databases and users are for the log: a page may be shown to whoever may see health. */
    private static String withoutDetails(ArchiveException unavailable) {
        String text = String.valueOf(unavailable.getMessage());
        LOG.atDebug().addKeyValue("error", text).log("the archive does not answer its probe");
        Matcher state = SQL_STATE.matcher(text);
        return state.find() ? "unavailable " + state.group() : "unavailable";
    }

    /** What is said of an archive that did not answer the probe in time. */
    private Finding unanswered() {
        var members = head("unhealthy", "disconnected");
        members.put("circuitBreaker", breaker());
        members.put("error", "no answer in time");
        return new Finding(Status.CRITICAL, members);
    }

    private Map<String, Object> head(String status, String database) {
        var members = new LinkedHashMap<String, Object>();
        members.put("status", status);
        members.put("database", database);
        members.put("timestamp", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
        return members;
    }

    private Map<String, Object> breaker() {
        var members = new LinkedHashMap<String, Object>();
        parts.breaker().get().ifPresent(breaker -> {
            members.put("state", breaker.state().toUpperCase(Locale.ROOT));
            members.put("failureCount", breaker.failureCount());
            members.put("successCount", breaker.successCount());
            members.put(
                    "lastFailureTime",
                    breaker.lastFailure().map(Instant::toString).orElse(null));
        });
        return members;
    }

    private Finding business() {
        if (business == null) {
            return new Finding(Status.HEALTHY, Business.members(Statistics.empty()));
        }
        return new Finding(Status.HEALTHY, Business.members(business.statistics()));
    }
}
