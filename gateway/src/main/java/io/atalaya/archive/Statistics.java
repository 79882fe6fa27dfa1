package io.atalaya.archive;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How many events an archive holds, and of which kinds. Immutable. Times are of arrival, in whole minutes: what
 * retention has deleted is not counted any more.
 *
 * @param total archived events
 * @param byType by event type; see {@link #MAX_NAMES}
 * @param byMember by the value of the archive's statistics member; events without it are not in here; empty when the
 *     archive counts by none; see {@link #MAX_NAMES}
 * @param last24Hours arrived in the present minute or in one of the 1,439 before (or, by a clock that is ahead, later)
 * @param lastHour arrived in the present minute or in one of the 59 before (or later)
 * @param byHour hours in which events arrived, of the present one, the 23 before and any later, ascending
 */
public record Statistics(
        long total,
        Map<String, Long> byType,
        Map<String, Long> byMember,
        long last24Hours,
        long lastHour,
        List<Hour> byHour) {
    /**
     * Most names in {@code byType} and {@code byMember}, so that neither grows with what producers make up: those with
     * the highest counts, and by name where counts are equal. What lacks to {@code total} belongs to others.
     */
    public static final int MAX_NAMES = 100;

    private static final double MINUTES_OF_AN_HOUR = 60;

    public Statistics {
        byType = largest(byType, MAX_NAMES);
        byMember = largest(byMember, MAX_NAMES);
        byHour = byHour.stream()
                .sorted(Comparator.comparingLong(Hour::startMillis))
                .toList();
    }

    /** Statistics of nothing. */
    public static Statistics empty() {
        return new Statistics(0, Map.of(), Map.of(), 0, 0, List.of());
    }

    /** What is left without a part of it, such as one tenant's. */
    public Statistics without(Statistics part) {
        var hours = new HashMap<Long, Long>();
        byHour.forEach(hour -> hours.put(hour.startMillis(), hour.events()));
        part.byHour.forEach(hour -> hours.merge(hour.startMillis(), -hour.events(), Long::sum));
        hours.values().removeIf(events -> events <= 0);
        return new Statistics(
                total - part.total,
                without(byType, part.byType),
                without(byMember, part.byMember),
                last24Hours - part.last24Hours,
                lastHour - part.lastHour,
                hours.entrySet().stream()
                        .map(hour -> new Hour(hour.getKey(), hour.getValue()))
                        .toList());
    }

    private static Map<String, Long> without(Map<String, Long> counts, Map<String, Long> part) {
        var left = new HashMap<>(counts);
        part.forEach((name, events) -> left.merge(name, -events, Long::sum));
        left.values().removeIf(events -> events <= 0);
        return left;
    }

    /** Events a minute, on average over the last hour. */
    public double perMinute() {
        return lastHour / MINUTES_OF_AN_HOUR;
    }

    /**
     * The most frequent values of the statistics member, or types where there is none, highest count first.
     *
     * @param most at most so many
     */
    public Map<String, Long> top(int most) {
        return largest(byMember.isEmpty() ? byType : byMember, most);
    }

    /** Highest count first, then by name. */
    private static Map<String, Long> largest(Map<String, Long> counts, int most) {
        var entries = new ArrayList<>(counts.entrySet());
        entries.sort(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()));
        var largest = new LinkedHashMap<String, Long>();
        entries.stream().limit(most).forEach(entry -> largest.put(entry.getKey(), entry.getValue()));
        return Collections.unmodifiableMap(largest);
    }

    /**
     * One hour with its events. Immutable.
     *
     * @param startMillis its first millisecond since 1970 UTC, a multiple of 3,600,000
     */
    public record Hour(long startMillis, long events) {}
}
