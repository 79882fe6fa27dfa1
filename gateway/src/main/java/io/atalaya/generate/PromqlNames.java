package io.atalaya.generate;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the series that an expression in PromQL names, and the labels that it asks of them. Confined to the thread that
 * reads one expression. It does not check the expression: promtool does.
 */
final class PromqlNames {
    private static final Set<String> LABEL_LISTS =
            Set.of("by", "without", "on", "ignoring", "group_left", "group_right");
    private static final Set<String> WORDS =
            Set.of("and", "or", "unless", "bool", "offset", "inf", "nan", "start", "end");
    private static final Pattern TOKEN = Pattern.compile(
            "\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|[a-zA-Z_:][a-zA-Z0-9_:]*|\\$[a-zA-Z_]+|[0-9][0-9a-zA-Z.]*|\\S");

    private final List<String> tokens = new ArrayList<>();
    private final List<Use> uses = new ArrayList<>();
    private int at;

    private PromqlNames(String expression) {
        Matcher matcher = TOKEN.matcher(expression);
        while (matcher.find()) {
            tokens.add(matcher.group());
        }
    }

    /**
     * One series as it is used. Immutable.
     *
     * @param labels asked for in braces
     */
    record Use(String name, Set<String> labels) {
        Use {
            labels = Set.copyOf(labels);
        }
    }

    /** The series that an expression names, in its order. */
    static List<Use> in(String expression) {
        var names = new PromqlNames(expression);
        names.read();
        return names.uses;
    }

    private void read() {
        while (at < tokens.size()) {
            String token = tokens.get(at++);
            if (token.equals("[")) {
                skipTo("]");
            } else if (token.equals("{")) {
                throw new IllegalArgumentException("{: a selector without a name (expected: the name of a metric)");
            } else if (LABEL_LISTS.contains(token)) {
                if (next("(")) {
                    skipTo(")");
                }
            } else if (isName(token) && !next("(") && !next("by") && !next("without")) {
                uses.add(new Use(token, next("{") ? labels() : Set.of()));
            }
        }
    }

    private boolean next(String token) {
        return at < tokens.size() && tokens.get(at).equals(token);
    }

    private static boolean isName(String token) {
        char first = token.charAt(0);
        return (Character.isLetter(first) || first == '_' || first == ':')
                && !WORDS.contains(token.toLowerCase(java.util.Locale.ROOT));
    }

    private Set<String> labels() {
        var labels = new LinkedHashSet<String>();
        while (at < tokens.size() && !tokens.get(at).equals("}")) {
            String token = tokens.get(at++);
            if (isName(token)) {
                labels.add(token);
            }
        }
        at++;
        return labels;
    }

    private void skipTo(String end) {
        while (at < tokens.size() && !tokens.get(at).equals(end)) {
            at++;
        }
        at++;
    }
}
