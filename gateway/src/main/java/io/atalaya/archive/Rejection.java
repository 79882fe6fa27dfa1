package io.atalaya.archive;

import java.util.regex.Pattern;

/**
 * Why a store refuses an event. Immutable.
 *
 * @param code what dead letters are grouped by: 1–64 of {@code [A-Za-z0-9_.-]}, such as an SQLSTATE
 * @param text for people, at most {@link #MAX_TEXT} characters, without the event's payload; longer texts are cut
 */
public record Rejection(String code, String text) {
    /** Longest text in characters. */
    public static final int MAX_TEXT = 500;

    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    public Rejection {
        if (!isCode(code)) {
            throw new IllegalArgumentException(
                    "rejection: '%s' (expected: a code of 1 to 64 of [A-Za-z0-9_.-])".formatted(code));
        }
        text = text.replace('\0', ' ');
        text = text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
    }

    /** Whether {@code text} can be a code. */
    public static boolean isCode(String text) {
        return CODE.matcher(text).matches();
    }
}
