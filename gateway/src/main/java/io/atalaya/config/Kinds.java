package io.atalaya.config;

import io.atalaya.config.Setting.Kind;
import io.atalaya.event.TenantId;
import io.atalaya.postgres.PostgresConfig;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kinds of settings. Pure functions. */
final class Kinds {
    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,15})([A-Za-z]*)");
    private static final Pattern PRINTABLE = Pattern.compile("[^\\p{Cntrl}]+");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:\\[\\]%-]+");
    private static final Pattern ORIGIN = Pattern.compile("[a-z][a-z0-9+.-]*://[a-z0-9._\\[\\]:-]+");
    private static final Pattern HOST_NAME = Pattern.compile("[a-z0-9]([a-z0-9._-]*[a-z0-9])?");
    private static final String EVERY_TENANT = "*";
    private static final Set<String> OFF = Set.of("off", "0");

    private Kinds() {}

    static Kind<String> text(String expected) {
        return new Kind<>(expected, text -> Optional.of(text).filter(PRINTABLE.asMatchPredicate()));
    }

    static Kind<String> host() {
        return new Kind<>("a host name or an address", text -> Optional.of(text).filter(HOST.asMatchPredicate()));
    }

    static Kind<Path> path() {
        return new Kind<>("a path", text -> {
            try {
                return PRINTABLE.matcher(text).matches() ? Optional.of(Path.of(text)) : Optional.empty();
            } catch (InvalidPathException _) {
                return Optional.empty();
            }
        });
    }

    static Kind<Boolean> flag() {
        return new Kind<>("true or false", text -> switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1" -> Optional.of(true);
            case "false", "no", "off", "0" -> Optional.of(false);
            default -> Optional.empty();
        });
    }

    /** One of the words; {@code words} are in capitals, settings in small letters. */
    static <E extends Enum<E>> Kind<E> oneOf(Class<E> words) {
        List<String> names = Arrays.stream(words.getEnumConstants())
                .map(word -> word.name().toLowerCase(Locale.ROOT))
                .toList();
        return new Kind<>(
                String.join(", ", names),
                text -> Optional.of(names.indexOf(text.toLowerCase(Locale.ROOT)))
                        .filter(index -> index >= 0)
                        .map(index -> words.getEnumConstants()[index]));
    }

    /** One of a few words. */
    static Kind<String> word(String... words) {
        List<String> known = List.of(words);
        return new Kind<>(
                "one of " + String.join(", ", known),
                text -> Optional.of(text.toLowerCase(Locale.ROOT)).filter(known::contains));
    }

    /** A time zone by its name; system is this machine's. */
    static Kind<ZoneId> zone() {
        return new Kind<>("a time zone such as America/Buenos_Aires, or system", text -> {
            try {
                return Optional.of(text.equals("system") ? ZoneId.systemDefault() : ZoneId.of(text));
            } catch (DateTimeException _) {
                return Optional.empty();
            }
        });
    }

    static Kind<Integer> integer(int min, int max) {
        return new Kind<>("a whole number, %d … %d".formatted(min, max), text -> wholeNumber(text, min, max));
    }

    static Kind<Integer> port() {
        return new Kind<>("a port, 0 … 65535; 0 takes a free one", text -> wholeNumber(text, 0, 65_535));
    }

    /** A limit that can be switched off; off is 0. */
    static Kind<Integer> integerOrOff(int max) {
        return new Kind<>(
                "a whole number, 1 … %d, or off".formatted(max),
                text -> OFF.contains(text.toLowerCase(Locale.ROOT)) ? Optional.of(0) : wholeNumber(text, 1, max));
    }

    /** Event loops; auto is one for each processor. */
    static Kind<Integer> eventLoops(int most) {
        int auto = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, most);
        return new Kind<>(
                "a whole number, 1 … %d, or auto".formatted(most),
                text -> text.equals("auto") ? Optional.of(auto) : wholeNumber(text, 1, most));
    }

    /** So many a second; off is 0. */
    static Kind<Double> rateOrOff() {
        return new Kind<>("a number a second, such as 50 or 0.5, or off", text -> {
            if (OFF.contains(text.toLowerCase(Locale.ROOT))) {
                return Optional.of(0.0);
            }
            try {
                double rate = Double.parseDouble(text);
                return rate > 0 && rate <= 1_000_000 ? Optional.of(rate) : Optional.empty();
            } catch (NumberFormatException _) {
                return Optional.empty();
            }
        });
    }

    /** Sizes from {@code min} to {@code max} bytes. */
    static Kind<Integer> bytes(int min, int max) {
        return new Kind<>(
                "a size such as 64KiB or 65536, %s … %s".formatted(Amounts.size(min), Amounts.size(max)),
                text -> size(text).filter(bytes -> bytes >= min && bytes <= max).map(Long::intValue));
    }

    /** As {@link #bytes}, where more than 2 GiB are possible. */
    static Kind<Long> longBytes(long min, long max) {
        return new Kind<>(
                "a size such as 64MiB, %s … %s".formatted(Amounts.size(min), Amounts.size(max)),
                text -> size(text).filter(bytes -> bytes >= min && bytes <= max));
    }

    static Kind<Duration> duration(Duration min, Duration max) {
        return new Kind<>(
                "a duration such as 10s or 5m, %s … %s".formatted(Amounts.duration(min), Amounts.duration(max)),
                text -> time(text).filter(time -> time.compareTo(min) >= 0 && time.compareTo(max) <= 0));
    }

    /** Origins as browsers send them (RFC 6454 section 6.2), comma-separated. */
    static Kind<Set<String>> origins() {
        return new Kind<>("origins such as https://app.example.com, lower-case and without a path", text -> {
            var origins = new LinkedHashSet<>(items(text));
            return origins.stream().allMatch(ORIGIN.asMatchPredicate()) ? Optional.of(origins) : Optional.empty();
        });
    }

    /** Names without port, in lower case. */
    static Kind<Set<String>> hostNames() {
        return new Kind<>("host names without port such as ops.example.com, comma-separated, lower-case", text -> {
            var names = new LinkedHashSet<>(items(text));
            return names.stream().allMatch(HOST_NAME.asMatchPredicate()) ? Optional.of(names) : Optional.empty();
        });
    }

    /** {@code key=tenant} pairs, comma-separated; a key may contain {@code =}, a tenant cannot. */
    static Kind<Map<String, String>> apiKeys() {
        return new Kind<>("key=tenant pairs, comma-separated; the tenant * is every tenant", text -> {
            var keys = new LinkedHashMap<String, String>();
            for (String pair : items(text)) {
                int equals = pair.lastIndexOf('=');
                String key = equals < 1 ? "" : pair.substring(0, equals).strip();
                String tenant = pair.substring(equals + 1).strip();
                boolean known = tenant.equals(EVERY_TENANT) || TenantId.isValid(tenant);
                if (key.isEmpty() || !known || keys.putIfAbsent(key, tenant) != null) {
                    return Optional.empty();
                }
            }
            return Optional.of(keys);
        });
    }

    static Kind<URI> databaseUrl() {
        return new Kind<>(PostgresConfig.expected(), PostgresConfig::parse);
    }

    static Kind<URI> httpUrl() {
        return new Kind<>("a URL such as http://host:4318/v1/metrics, or https://", text -> {
            try {
                var url = new URI(text);
                boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
                return http && url.getHost() != null ? Optional.of(url) : Optional.empty();
            } catch (URISyntaxException _) {
                return Optional.empty();
            }
        });
    }

    static Kind<URI> redisUrl() {
        return new Kind<>("a URL such as redis://host:6379/0, rediss:// with TLS", text -> {
            try {
                var url = new URI(text);
                boolean redis = "redis".equals(url.getScheme()) || "rediss".equals(url.getScheme());
                return redis && url.getHost() != null ? Optional.of(url) : Optional.empty();
            } catch (URISyntaxException _) {
                return Optional.empty();
            }
        });
    }

    /** Addresses of web servers, comma-separated. */
    static Kind<List<URI>> httpUrls() {
        return new Kind<>("URLs such as https://host:9093, comma-separated, without user and fragment", text -> {
            var urls = new ArrayList<URI>();
            for (String item : items(text)) {
                try {
                    var url = new URI(item);
                    boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
                    if (!http || url.getHost() == null || url.getUserInfo() != null || url.getFragment() != null) {
                        return Optional.empty();
                    }
                    urls.add(url);
                } catch (URISyntaxException _) {
                    return Optional.empty();
                }
            }
            return Optional.of(List.copyOf(urls));
        });
    }

    private static List<String> items(String text) {
        return Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    private static Optional<Integer> wholeNumber(String text, int min, int max) {
        try {
            int value = Integer.parseInt(text);
            return value >= min && value <= max ? Optional.of(value) : Optional.empty();
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    private static Optional<Long> size(String text) {
        Matcher matcher = AMOUNT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "", "B" -> Optional.of(number);
            case "KiB" -> Optional.of(number << 10);
            case "MiB" -> Optional.of(number << 20);
            case "GiB" -> number > 1 << 20 ? Optional.empty() : Optional.of(number << 30);
            default -> Optional.empty();
        };
    }

    private static Optional<Duration> time(String text) {
        Matcher matcher = AMOUNT.matcher(text);
        if (!matcher.matches() || matcher.group(1).length() > 12) {
            return Optional.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Optional.of(Duration.ofMillis(number));
            case "", "s" -> Optional.of(Duration.ofSeconds(number));
            case "m" -> Optional.of(Duration.ofMinutes(number));
            case "h" -> Optional.of(Duration.ofHours(number));
            case "d" -> Optional.of(Duration.ofDays(number));
            default -> Optional.empty();
        };
    }
}
