package io.atalaya.ingest;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * Instants as RFC 3339 text. Written by hand because every event passes here, and the JDK's formatter costs more than
 * the rest of its validation. Stateless.
 */
final class Timestamps {
    private static final int SECONDS_END = 19;
    private static final int MAX_FRACTION_DIGITS = 9;

    private Timestamps() {}

    /** Reads a date-time with offset or {@code Z}; null when {@code text} is anything else. */
    static @Nullable Instant parse(String text) {
        int length = text.length();
        if (length < SECONDS_END + 1 || !hasDateTimeShape(text)) {
            return null;
        }
        int at = SECONDS_END;
        int nanos = 0;
        if (text.charAt(at) == '.') {
            int end = endOfDigits(text, at + 1);
            int digits = end - at - 1;
            if (digits < 1 || digits > MAX_FRACTION_DIGITS) {
                return null;
            }
            nanos = number(text, at + 1, end);
            for (int i = digits; i < MAX_FRACTION_DIGITS; i++) {
                nanos *= 10;
            }
            at = end;
        }
        int offsetSeconds = offset(text, at);
        return offsetSeconds == Integer.MIN_VALUE ? null : instant(text, nanos, offsetSeconds);
    }

    /** Writes {@code yyyy-mm-ddThh:mm:ss.mmmZ}, always with milliseconds. */
    static String format(Instant instant) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(instant.getEpochSecond(), instant.getNano(), ZoneOffset.UTC);
        var out = new StringBuilder(24);
        padded(out, time.getYear(), 4).append('-');
        padded(out, time.getMonthValue(), 2).append('-');
        padded(out, time.getDayOfMonth(), 2).append('T');
        padded(out, time.getHour(), 2).append(':');
        padded(out, time.getMinute(), 2).append(':');
        padded(out, time.getSecond(), 2).append('.');
        return padded(out, time.getNano() / 1_000_000, 3).append('Z').toString();
    }

    private static @Nullable Instant instant(String text, int nanos, int offsetSeconds) {
        try {
            LocalDateTime time = LocalDateTime.of(
                    number(text, 0, 4),
                    number(text, 5, 7),
                    number(text, 8, 10),
                    number(text, 11, 13),
                    number(text, 14, 16),
                    number(text, 17, 19),
                    nanos);
            return Instant.ofEpochSecond(time.toEpochSecond(ZoneOffset.UTC) - offsetSeconds, nanos);
        } catch (DateTimeException _) {
            return null;
        }
    }

    private static boolean hasDateTimeShape(String text) {
        for (int i = 0; i < SECONDS_END; i++) {
            char c = text.charAt(i);
            boolean fits = switch (i) {
                case 4, 7 -> c == '-';
                case 10 -> c == 'T' || c == 't';
                case 13, 16 -> c == ':';
                default -> isDigit(c);
            };
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /** The offset in seconds that ends the text at {@code at}; the smallest int when there is none. */
    private static int offset(String text, int at) {
        int left = text.length() - at;
        char sign = left > 0 ? text.charAt(at) : ' ';
        if (left == 1 && (sign == 'Z' || sign == 'z')) {
            return 0;
        }
        boolean shaped = left == 6
                && (sign == '+' || sign == '-')
                && text.charAt(at + 3) == ':'
                && endOfDigits(text, at + 1) == at + 3
                && endOfDigits(text, at + 4) == at + 6;
        if (!shaped) {
            return Integer.MIN_VALUE;
        }
        int hours = number(text, at + 1, at + 3);
        int minutes = number(text, at + 4, at + 6);
        if (hours > 23 || minutes > 59) {
            return Integer.MIN_VALUE;
        }
        int seconds = hours * 3600 + minutes * 60;
        return sign == '-' ? -seconds : seconds;
    }

    private static int endOfDigits(String text, int from) {
        int at = from;
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int number(String text, int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            value = 10 * value + (text.charAt(i) - '0');
        }
        return value;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static StringBuilder padded(StringBuilder out, int value, int width) {
        String digits = Integer.toString(value);
        out.repeat('0', Math.max(0, width - digits.length()));
        return out.append(digits);
    }
}
