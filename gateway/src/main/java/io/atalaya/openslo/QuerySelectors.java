package io.atalaya.openslo;

import io.atalaya.slo.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads queries that are no more than a sum of series: {@code a{x="1"} + b}, each bare or as
 * {@code sum(rate(a{x="1"}[5m]))}. Pure functions.
 */
final class QuerySelectors {
    private static final Pattern SUM = Pattern.compile("sum\\s*\\((.*)\\)");
    private static final Pattern RATE = Pattern.compile("(?:rate|increase)\\s*\\((.*)\\[[^\\]]*\\]\\s*\\)");
    private static final Pattern SERIES = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)\\s*(?:\\{(.*)\\})?");
    private static final Pattern MATCHER =
            Pattern.compile("\\s*([a-zA-Z_][a-zA-Z0-9_]*)\\s*(=~|!~|!=|=)\\s*\"((?:[^\"\\\\]|\\\\.)*)\"\\s*(?:,|$)");
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9_.:/-]*\\*?");

    private QuerySelectors() {}

    /** The series that a query sums; empty when it does something else. */
    static Optional<List<Selector>> of(String query) {
        var selectors = new ArrayList<Selector>();
        for (String part : query.split("\\s\\+\\s", -1)) {
            Optional<Selector> selector = selector(unwrapped(unwrapped(part.strip(), SUM), RATE));
            if (selector.isEmpty()) {
                return Optional.empty();
            }
            selectors.add(selector.get());
        }
        return Optional.of(selectors);
    }

    private static String unwrapped(String text, Pattern wrapping) {
        Matcher matcher = wrapping.matcher(text);
        return matcher.matches() ? matcher.group(1).strip() : text;
    }

    private static Optional<Selector> selector(String text) {
        Matcher series = SERIES.matcher(text);
        if (!series.matches()) {
            return Optional.empty();
        }
        Map<String, List<String>> labels = new LinkedHashMap<>();
        Map<String, List<String>> except = new LinkedHashMap<>();
        String matchers = series.group(2) == null ? "" : series.group(2);
        Matcher matcher = MATCHER.matcher(matchers);
        int read = 0;
        while (read < matchers.length() && matcher.find(read) && matcher.start() == read) {
            boolean regex = matcher.group(2).endsWith("~");
            List<String> values = values(matcher.group(3), regex);
            if (values.stream().anyMatch(value -> !VALUE.matcher(value).matches())) {
                return Optional.empty();
            }
            (matcher.group(2).startsWith("!") ? except : labels).put(matcher.group(1), values);
            read = matcher.end();
        }
        return read == matchers.length()
                ? Optional.of(new Selector(series.group(1), labels, except))
                : Optional.empty();
    }

    private static List<String> values(String text, boolean regex) {
        return regex
                ? Arrays.stream(text.split("\\|", -1))
                        .map(value -> value.replace(".*", "*").replace("\\\\.", "."))
                        .toList()
                : List.of(text);
    }
}
