package io.atalaya.collector;

import java.util.Locale;
import java.util.Set;

/**
 * Takes HTML tags, comments and the content of scripts and styles out of texts; every other character stays as it is.
 * Stateless.
 */
final class Markup {
    /** Elements whose content is not text. */
    private static final Set<String> CONTENT_GOES_TOO = Set.of("script", "style", "textarea", "option", "noscript");

    private Markup() {}

    /** The text without markup; what is left holds no tag, also where tags were put together from pieces. */
    static String strip(String text) {
        String before = text;
        String after = stripOnce(before);
        while (after.length() < before.length()) {
            before = after;
            after = stripOnce(before);
        }
        return after;
    }

    private static String stripOnce(String text) {
        int open = text.indexOf('<');
        if (open < 0) {
            return text;
        }
        var left = new StringBuilder(text.length());
        int at = 0;
        while (open >= 0) {
            left.append(text, at, open);
            if (startsTag(text, open)) {
                at = afterTag(text, open);
            } else {
                left.append('<');
                at = open + 1;
            }
            open = text.indexOf('<', at);
        }
        return left.append(text, at, text.length()).toString();
    }

    private static boolean startsTag(String text, int open) {
        if (open + 1 >= text.length()) {
            return false;
        }
        char c = text.charAt(open + 1);
        return c == '/' || c == '!' || c == '?' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    /** The position behind a tag, and behind its element where the content goes too; a tag without end goes on to the end. */
    private static int afterTag(String text, int open) {
        if (text.startsWith("<!--", open)) {
            int end = text.indexOf("-->", open + 4);
            return end < 0 ? text.length() : end + 3;
        }
        int close = text.indexOf('>', open);
        if (close < 0) {
            return text.length();
        }
        String name = name(text, open + 1, close);
        if (!CONTENT_GOES_TOO.contains(name)) {
            return close + 1;
        }
        int end = text.toLowerCase(Locale.ROOT).indexOf("</" + name, close);
        int endClose = end < 0 ? -1 : text.indexOf('>', end);
        return endClose < 0 ? text.length() : endClose + 1;
    }

    private static String name(String text, int from, int to) {
        int end = from;
        while (end < to && Character.isLetterOrDigit(text.charAt(end))) {
            end++;
        }
        return text.substring(from, end).toLowerCase(Locale.ROOT);
    }
}
