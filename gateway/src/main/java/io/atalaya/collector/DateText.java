package io.atalaya.collector;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Dates in the forms that JavaScript's parser takes and that services write: ISO 8601 with less or more detail, RFC 1123,
 * English dates, and numbers of one or two digits, which stand for a month of 2001 or, beyond, for a year. Where no zone is
 * given it is UTC. Stateless.
 */
final class DateText {
    private static final int MAX_LENGTH = 64;
    private static final Pattern SHORT_NUMBER = Pattern.compile("\\d{1,2}");
    private static final Pattern SPACE_IN_ISO = Pattern.compile("^(\\d{4}-\\d{2}-\\d{2}) +(?=\\d{2}:)");

    private static final List<DateTimeFormatter> FORMS = Stream.of(
                    isoDateTime(),
                    form("uuuu-MM-dd"),
                    form("uuuu-MM"),
                    form("uuuu"),
                    form("[EEE, ]d MMM uuuu[ HH:mm[:ss]][ z][ XX]"),
                    form("[EEE, ]d MMMM uuuu[ HH:mm[:ss]][ z][ XX]"),
                    form("[EEE ]MMM d[,] uuuu[ HH:mm[:ss]][ z][ XX]"),
                    form("[EEE ]MMMM d[,] uuuu[ HH:mm[:ss]][ z][ XX]"))
            .map(builder -> builder.parseDefaulting(ChronoField.MONTH_OF_YEAR, 1)
                    .parseDefaulting(ChronoField.DAY_OF_MONTH, 1)
                    .toFormatter(Locale.ENGLISH)
                    .withResolverStyle(ResolverStyle.STRICT))
            .toList();

    private DateText() {}

    /** The instant that a text stands for; empty when it is no date. */
    static Optional<Instant> parse(String text) {
        if (text.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        if (SHORT_NUMBER.matcher(text.strip()).matches()) {
            return ofNumber(Integer.parseInt(text.strip()));
        }
        String plain = SPACE_IN_ISO.matcher(text.strip()).replaceFirst("$1T");
        for (DateTimeFormatter form : FORMS) {
            try {
                return Optional.of(instant(form.parseBest(
                        plain, OffsetDateTime::from, Instant::from, LocalDateTime::from, LocalDate::from)));
            } catch (DateTimeException _) {
                // perhaps another form
            }
        }
        return Optional.empty();
    }

    /** As V8 has it, where a number stands alone. */
    private static Optional<Instant> ofNumber(int number) {
        if (number > 12 && number < 32) {
            return Optional.empty();
        }
        boolean month = number >= 1 && number <= 12;
        int year = month ? 2001 : number < 50 ? 2000 + number : 1900 + number;
        LocalDate day = LocalDate.of(year, month ? number : 1, 1);
        return Optional.of(day.atStartOfDay(ZoneOffset.UTC).toInstant());
    }

    private static Instant instant(TemporalAccessor time) {
        return switch (time) {
            case OffsetDateTime zoned -> zoned.toInstant();
            case Instant instant -> instant;
            case LocalDateTime local -> local.toInstant(ZoneOffset.UTC);
            case LocalDate date -> date.atStartOfDay(ZoneOffset.UTC).toInstant();
            default -> throw new DateTimeException("date: " + time + " (expected: a date or an instant)");
        };
    }

    private static DateTimeFormatterBuilder form(String pattern) {
        return new DateTimeFormatterBuilder().parseCaseInsensitive().appendPattern(pattern);
    }

    private static DateTimeFormatterBuilder isoDateTime() {
        return form("uuuu-MM-dd'T'HH:mm[:ss]")
                .optionalStart()
                .appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, true)
                .optionalEnd()
                .appendPattern("[XXX][XX][X]");
    }
}
