package io.atalaya.management;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads Prometheus text 0.0.4 and accepts nothing that a strict reader would refuse: every family has one HELP and one
 * TYPE before its samples, all its samples stand together, no series appears twice, histograms are cumulative and end
 * in +Inf.
 *
 * @param types type by family
 * @param values value by series, as written
 */
public record Exposition(Map<String, String> types, Map<String, Double> values) {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Pattern SAMPLE =
            Pattern.compile("(" + NAME + ")(\\{(?:[a-z_]+=\"(?:[^\"\\\\]|\\\\.)*\",?)*})? (\\S+)");

    public static Exposition parse(String text) {
        if (!text.endsWith("\n")) {
            throw new AssertionError("the last line does not end");
        }
        var types = new LinkedHashMap<String, String>();
        var values = new LinkedHashMap<String, Double>();
        Set<String> done = new LinkedHashSet<>();
        String helped = "";
        String family = "";
        for (String line : text.split("\n", -1)) {
            if (line.startsWith("# HELP ")) {
                helped = line.split(" ", 4)[2];
            } else if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ", -1);
                done.add(family);
                family = words[2];
                require(words.length == 4 && helped.equals(family) && !done.contains(family), line);
                types.put(family, words[3]);
            } else if (!line.isEmpty()) {
                Matcher sample = SAMPLE.matcher(line);
                require(sample.matches() && belongs(sample.group(1), family, types.getOrDefault(family, "")), line);
                String labels = sample.group(2) == null ? "" : sample.group(2);
                require(values.put(sample.group(1) + labels, number(sample.group(3))) == null, line);
            }
        }
        var exposition = new Exposition(types, values);
        types.forEach((name, type) -> {
            if (type.equals("histogram")) {
                exposition.requireCumulative(name);
            }
        });
        return exposition;
    }

    private void requireCumulative(String name) {
        Map<String, List<Double>> buckets = new LinkedHashMap<>();
        values.forEach((series, value) -> {
            if (series.startsWith(name + "_bucket{")) {
                String labels = series.substring(name.length() + "_bucket".length());
                String others = labels.replaceAll(",?le=\"[^\"]*\"", "");
                List<Double> own = buckets.computeIfAbsent(others.equals("{}") ? "" : others, _ -> new ArrayList<>());
                own.add(value);
                require(!labels.contains("le=\"+Inf\"") || own.size() > 1, name + labels + ": one bucket");
            }
        });
        require(!buckets.isEmpty(), name + ": without buckets");
        buckets.forEach((labels, counts) -> {
            require(counts.stream().sorted().toList().equals(counts), name + labels + ": not cumulative");
            require(counts.getLast().equals(values.get(name + "_count" + labels)), name + labels + ": count");
            require(values.containsKey(name + "_sum" + labels), name + labels + ": sum");
        });
    }

    private static boolean belongs(String name, String family, String type) {
        return switch (type) {
            case "counter" -> name.equals(family) && name.endsWith("_total");
            case "gauge" -> name.equals(family);
            case "histogram" ->
                List.of("_bucket", "_count", "_sum").stream().anyMatch(suffix -> name.equals(family + suffix));
            case "summary" -> List.of("_count", "_sum").stream().anyMatch(suffix -> name.equals(family + suffix));
            default -> false;
        };
    }

    private static double number(String text) {
        return text.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("not an exposition: " + what);
        }
    }
}
