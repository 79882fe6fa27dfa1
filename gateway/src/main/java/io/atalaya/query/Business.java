package io.atalaya.query;

import io.atalaya.archive.Archive;
import io.atalaya.archive.Statistics;
import io.atalaya.event.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the archive holds, as numbers, asked for at most every ten seconds. Thread-safe: the latest answer is published as a
 * whole; two readers at once may both ask.
 */
public final class Business {
    private static final Duration MAX_AGE = Duration.ofSeconds(10);
    private static final double MINUTES_OF_A_DAY = 1440;
    private static final int TOP = 10;
    private static final DateTimeFormatter HOUR =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:00", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Archive archive;
    private final InstantSource clock;
    private volatile @Nullable Cached cached;

    private record Cached(Instant at, Statistics statistics) {}

    public Business(Archive archive, InstantSource clock) {
        this.archive = archive;
        this.clock = clock;
    }

    /** The numbers, at most ten seconds old. May block; throws what the archive throws. */
    public Statistics statistics() {
        Instant now = clock.instant();
        Cached known = cached;
        if (known == null
                || known.at.isAfter(now)
                || Duration.between(known.at, now).compareTo(MAX_AGE) >= 0) {
            known = new Cached(now, ofOthers(now));
            cached = known;
        }
        return known.statistics;
    }

    /** What the gateway publishes by itself is nobody's business. */
    private Statistics ofOthers(Instant now) {
        return archive.statistics(now)
                .without(archive.statistics(TenantId.OWN_NAME, now))
                .without(archive.statistics(TenantId.OWN_NUMBER, now));
    }

    /** The numbers as they were known last; never blocks. */
    public Optional<Statistics> latest() {
        return Optional.ofNullable(cached).map(Cached::statistics);
    }

    /** The members of the answer that dashboards read; an event without the statistics member counts by its type. */
    public static Map<String, Object> members(Statistics statistics) {
        var members = new LinkedHashMap<String, Object>();
        members.put("totalEvents", statistics.total());
        members.put("eventsByService", statistics.top(Statistics.MAX_NAMES));
        members.put("eventsByType", statistics.byType());
        members.put("eventsLast24Hours", statistics.last24Hours());
        members.put("eventsLastHour", statistics.lastHour());
        members.put("averageEventsPerMinute", Math.round(100 * statistics.last24Hours() / MINUTES_OF_A_DAY) / 100.0);
        members.put(
                "topServices",
                statistics.top(TOP).entrySet().stream()
                        .map(entry -> pair("service", entry.getKey(), entry.getValue()))
                        .toList());
        List<Map<String, Object>> byHour = statistics.byHour().stream()
                .map(hour -> pair("hour", HOUR.format(Instant.ofEpochMilli(hour.startMillis())), hour.events()))
                .toList();
        members.put("eventsByHour", byHour);
        return members;
    }

    private static Map<String, Object> pair(String name, String value, long count) {
        var pair = new LinkedHashMap<String, Object>();
        pair.put(name, value);
        pair.put("count", count);
        return pair;
    }
}
