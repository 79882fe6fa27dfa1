package io.atalaya.redis;

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
    public static final List<String> RESTAURANT = List.of(
            "branch:*:waiters",
            "branch:*:kitchen",
            "branch:*:admin",
            "sector:*:waiters",
            "session:*",
            "tenant:*:admin",
            "channel:branch:*:waiters",
            "channel:branch:*:kitchen",
            "channel:branch:*:admin",
            "channel:sector:*:waiters",
            "channel:session:*",
            "channel:tenant:*:admin");

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

    /**
     * Whether a Redis glob matches: {@code *}, {@code ?}, {@code [abc]}, {@code [^a-z]}, backslash escapes. On a mismatch
     * only the latest star takes one character more, so no pattern makes it explode.
     */
    static boolean matches(String pattern, String channel) {
        int p = 0;
        int c = 0;
        int afterStar = -1;
        int retryFrom = 0;
        while (c < channel.length()) {
            int next = afterElement(pattern, p, channel.charAt(c));
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                afterStar = ++p;
                retryFrom = c;
            } else if (next >= 0) {
                p = next;
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

    /** The index after the element at {@code at} when it matches {@code c}, else -1. */
    private static int afterElement(String pattern, int at, char c) {
        if (at >= pattern.length()) {
            return -1;
        }
        char first = pattern.charAt(at);
        if (first == '[') {
            return afterSet(pattern, at + 1, c);
        }
        int literal = first == '\\' && at + 1 < pattern.length() ? at + 1 : at;
        return first == '?' || pattern.charAt(literal) == c ? literal + 1 : -1;
    }

    /** As {@link #afterElement}, for a set whose content starts at {@code from}; an unclosed one reaches to the end. */
    private static int afterSet(String pattern, int from, char c) {
        int length = pattern.length();
        boolean negated = from < length && pattern.charAt(from) == '^';
        int i = negated ? from + 1 : from;
        boolean found = false;
        for (; i < length && pattern.charAt(i) != ']'; i++) {
            if (pattern.charAt(i) == '\\' && i + 1 < length) {
                found |= pattern.charAt(++i) == c;
            } else if (i + 2 < length && pattern.charAt(i + 1) == '-') {
                found |= isBetween(c, pattern.charAt(i), pattern.charAt(i + 2));
                i += 2;
            } else {
                found |= pattern.charAt(i) == c;
            }
        }
        return found == negated ? -1 : Math.min(i + 1, length);
    }

    private static boolean isBetween(char c, char one, char other) {
        return c >= Math.min(one, other) && c <= Math.max(one, other);
    }
}
