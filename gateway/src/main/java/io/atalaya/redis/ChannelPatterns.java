package io.atalaya.redis;

import java.util.ArrayList;
import java.util.List;

/**
 * The channel patterns of a subscription, in Redis' glob syntax. Immutable.
 *
 * <p>Redis sends a message once for every pattern that its channel matches. Patterns of one list may overlap ({@code *}
 * spans colons too), so only the copy that came by the first matching pattern counts as the message; otherwise one
 * publication would look like two on the same channel.
 */
public final class ChannelPatterns {
    /**
     * The restaurant platform's channels, in the spelling of its code and in that of its documents (prefix
     * {@code channel:}). {@code channel:sector:*:waiters} covers the documented {@code channel:sector:{b}:{s}:waiters}.
     */
    public static final List<String> RESTAURANT = bothSpellings(List.of(
            "branch:*:waiters",
            "branch:*:kitchen",
            "branch:*:admin",
            "sector:*:waiters",
            "session:*",
            "tenant:*:admin"));

    private final List<String> patterns;

    /** @param patterns at least one, none twice, none empty */
    public ChannelPatterns(List<String> patterns) {
        if (patterns.isEmpty()
                || patterns.contains("")
                || patterns.stream().distinct().count() < patterns.size()) {
            throw new IllegalArgumentException(
                    "patterns: %s (expected: one or more, all different)".formatted(patterns));
        }
        this.patterns = List.copyOf(patterns);
    }

    /** The patterns in their order. */
    public List<String> patterns() {
        return patterns;
    }

    /** Whether {@code pattern} is the first of the list that matches {@code channel}. */
    public boolean isFirstMatch(String pattern, String channel) {
        for (String candidate : patterns) {
            if (candidate.equals(pattern)) {
                return true;
            }
            if (matches(candidate, channel)) {
                return false;
            }
        }
        return true;
    }

    private static List<String> bothSpellings(List<String> plain) {
        List<String> both = new ArrayList<>(plain);
        plain.forEach(pattern -> both.add("channel:" + pattern));
        return List.copyOf(both);
    }

    /**
     * Whether a Redis glob matches: {@code *}, {@code ?}, {@code [abc]}, {@code [^a-z]}, backslash escapes. Linear in
     * the channel for each star: on a mismatch only the latest star takes one character more.
     */
    static boolean matches(String pattern, String channel) {
        int p = 0;
        int c = 0;
        int afterStar = -1;
        int retryFrom = 0;
        while (c < channel.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                afterStar = ++p;
                retryFrom = c;
            } else if (p < pattern.length() && matchesOne(pattern, p, channel.charAt(c))) {
                p = endOfElement(pattern, p);
                c++;
            } else if (afterStar >= 0) {
                p = afterStar;
                c = ++retryFrom;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    private static boolean matchesOne(String pattern, int at, char c) {
        char first = pattern.charAt(at);
        if (first == '[') {
            return matchesSet(pattern, at + 1, endOfElement(pattern, at), c);
        }
        if (first == '\\' && at + 1 < pattern.length()) {
            return pattern.charAt(at + 1) == c;
        }
        return first == '?' || first == c;
    }

    private static boolean matchesSet(String pattern, int from, int end, char c) {
        boolean negated = from < end && pattern.charAt(from) == '^';
        int i = negated ? from + 1 : from;
        boolean found = false;
        while (i < end && pattern.charAt(i) != ']') {
            if (pattern.charAt(i) == '\\' && i + 1 < end) {
                i++;
            }
            char low = pattern.charAt(i);
            char high = low;
            if (i + 2 < end && pattern.charAt(i + 1) == '-') {
                high = pattern.charAt(i + 2);
                i += 2;
            }
            found |= c >= Math.min(low, high) && c <= Math.max(low, high);
            i++;
        }
        return found != negated;
    }

    /** The index after the element that starts at {@code at}; an unclosed set reaches to the end. */
    private static int endOfElement(String pattern, int at) {
        char first = pattern.charAt(at);
        if (first == '\\') {
            return Math.min(at + 2, pattern.length());
        }
        if (first != '[') {
            return at + 1;
        }
        int i = at + 1;
        while (i < pattern.length() && pattern.charAt(i) != ']') {
            i += pattern.charAt(i) == '\\' ? 2 : 1;
        }
        return Math.min(i + 1, pattern.length());
    }
}
