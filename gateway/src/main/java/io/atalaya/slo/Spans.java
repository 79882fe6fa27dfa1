package io.atalaya.slo;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time as files and rules write them: {@code 200ms}, {@code 5m}, {@code 6h}, {@code 30d}. Pure functions. */
public final class Spans {
    private static final Pattern SPAN = Pattern.compile("([1-9]\\d{0,6})(ms|[smhd])");

    private Spans() {}

    /** The span that a text names; empty when it names none. */
    public static Optional<Duration> parse(String text) {
        Matcher matcher = SPAN.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(number);
                    case "s" -> Duration.ofSeconds(number);
                    case "m" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    default -> Duration.ofDays(number);
                });
    }

    /** The shortest way to write a span of whole milliseconds, as Prometheus reads it. */
    public static String text(Duration span) {
        if (span.toMillisPart() != 0) {
            return span.toMillis() + "ms";
        }
        long seconds = span.toSeconds();
        if (seconds % 86_400 == 0) {
            return seconds / 86_400 + "d";
        }
        if (seconds % 3_600 == 0) {
            return seconds / 3_600 + "h";
        }
        return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }

    /** A time as a metric gives it: in seconds, unless its name says milliseconds. */
    public static BigDecimal inUnitOf(String metric, Duration time) {
        boolean millis = metric.endsWith("_ms") || metric.endsWith("_milliseconds");
        return BigDecimal.valueOf(time.toMillis()).movePointLeft(millis ? 0 : 3);
    }
}
