package io.atalaya.kpi;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;
import java.util.Map;

/**
 * One key performance indicator as it is declared. Immutable.
 *
 * @param id unique in its file
 * @param titles what it is called in other languages
 * @param domain what it is a result of, for the scorecard
 * @param owner who answers for it
 * @param unit of its value; shares are in percent
 * @param target from where on, in the better direction, it is as wanted
 * @param warning beyond which, in the worse direction, it is missed
 * @param minSamples fewer in a period prove nothing
 */
public record Kpi(
        String id,
        String title,
        Map<String, String> titles,
        String domain,
        String owner,
        String unit,
        Period period,
        Better better,
        double target,
        double warning,
        long minSamples,
        Measure measure) {

    public Kpi {
        titles = Map.copyOf(titles);
    }

    /** Which direction is the good one. */
    public enum Better {
        HIGHER,
        LOWER;

        /** The word in files and answers. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether a value is at least as good as another. */
        boolean reaches(double value, double bar) {
            return this == HIGHER ? value >= bar : value <= bar;
        }
    }

    /** For what time a value is. Periods begin at midnight of a time zone; weeks on Mondays. */
    public enum Period {
        DAY,
        WEEK,
        MONTH;

        /** The word in files and answers. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The first day of the period that a moment lies in. */
        public LocalDate firstDay(Instant moment, ZoneId zone) {
            LocalDate day = LocalDate.ofInstant(moment, zone);
            return switch (this) {
                case DAY -> day;
                case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
                case MONTH -> day.withDayOfMonth(1);
            };
        }

        /** The first day of the period after the one that begins on {@code first}. */
        public LocalDate next(LocalDate first) {
            return switch (this) {
                case DAY -> first.plusDays(1);
                case WEEK -> first.plusWeeks(1);
                case MONTH -> first.plusMonths(1);
            };
        }

        /** No period is longer. */
        Duration atMost() {
            return switch (this) {
                case DAY -> Duration.ofHours(25);
                case WEEK -> Duration.ofDays(7).plusHours(1);
                case MONTH -> Duration.ofDays(31).plusHours(1);
            };
        }

        /** When the period that begins on {@code first} begins: midnight or, where a clock change skips it, the first moment. */
        public static Instant start(LocalDate first, ZoneId zone) {
            return first.atStartOfDay(zone).toInstant();
        }
    }
}
