package io.atalaya.slo;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/**
 * Picks series of one metric by their labels. Immutable. A label's values may end in {@code *}, which stands for
 * anything.
 *
 * @param metric the family's name; for a counter with its {@code _total}
 * @param labels what labels must be, each one of some values
 * @param except what labels must not be
 */
public record Selector(String metric, Map<String, List<String>> labels, Map<String, List<String>> except) {
    /** What a value may look like: nothing in it needs care in a rule but the dot. */
    static final Pattern VALUE = Pattern.compile("[A-Za-z0-9_.:/-]{0,64}\\*?");

    public Selector {
        labels = copy(labels);
        except = copy(except);
    }

    /** Every series of a metric. */
    public static Selector of(String metric) {
        return new Selector(metric, Map.of(), Map.of());
    }

    private static Map<String, List<String>> copy(Map<String, List<String>> map) {
        var copy = new LinkedHashMap<String, List<String>>();
        map.forEach((label, values) -> copy.put(label, List.copyOf(values)));
        return Collections.unmodifiableMap(copy);
    }

    /** Whether a series with these labels is picked; a label that it does not have is the empty text. */
    public boolean matches(Map<String, String> series) {
        return labels.entrySet().stream()
                        .allMatch(wanted -> anyMatches(wanted.getValue(), series.getOrDefault(wanted.getKey(), "")))
                && except.entrySet().stream()
                        .noneMatch(
                                refused -> anyMatches(refused.getValue(), series.getOrDefault(refused.getKey(), "")));
    }

    private static boolean anyMatches(List<String> patterns, String value) {
        return patterns.stream()
                .anyMatch(pattern -> pattern.endsWith("*")
                        ? value.startsWith(pattern.substring(0, pattern.length() - 1))
                        : value.equals(pattern));
    }

    /** The selector in PromQL. */
    public String promql() {
        return promql("", "");
    }

    /**
     * The selector in PromQL.
     *
     * @param suffix follows the metric's name: {@code _bucket}
     * @param further one more matcher; none when empty
     */
    public String promql(String suffix, String further) {
        var matchers = new StringJoiner(",", "{", "}").setEmptyValue("");
        labels.forEach((label, values) -> matchers.add(matcher(label, values, "")));
        except.forEach((label, values) -> matchers.add(matcher(label, values, "!")));
        if (!further.isEmpty()) {
            matchers.add(further);
        }
        return metric + suffix + matchers;
    }

    private static String matcher(String label, List<String> values, String not) {
        if (values.size() == 1 && !values.getFirst().endsWith("*")) {
            return label + (not.isEmpty() ? "=\"" : "!=\"") + values.getFirst() + '"';
        }
        String regex = String.join(
                "|",
                values.stream()
                        .map(value -> value.replace(".", "\\\\.").replace("*", ".*"))
                        .toList());
        return label + (not.isEmpty() ? "=~\"" : "!~\"") + regex + '"';
    }
}
