package io.atalaya.yaml;

/**
 * One thing that is wrong in a file or in the environment, worded for the person who has to repair it. Immutable. Never
 * holds a secret: whoever reports one describes it instead of quoting it.
 *
 * @param file the file's name as the user gave it, or {@code environment}
 * @param line 1 for the first line; 0 when there are no lines
 * @param column 1 for the first column; 0 when there are no columns
 * @param path the keys that lead to it, joined by dots; empty for the whole file
 * @param found what is there; at most 120 characters, control characters replaced
 * @param expected what should be there
 */
public record Problem(String file, int line, int column, String path, String found, String expected) {
    private static final int MAX_FOUND = 120;

    public Problem {
        found = printable(found);
        path = printable(path);
    }

    private static String printable(String text) {
        String shown = text.length() <= MAX_FOUND ? text : text.substring(0, MAX_FOUND - 1) + "…";
        var out = new StringBuilder(shown.length());
        shown.codePoints().forEach(c -> out.appendCodePoint(isPrintable(c) ? c : '\uFFFD'));
        return out.toString();
    }

    /** Line breaks and terminal escapes would let a file forge lines of a report. */
    private static boolean isPrintable(int codePoint) {
        return !Character.isISOControl(codePoint)
                && Character.getType(codePoint) != Character.FORMAT
                && Character.getType(codePoint) != Character.SURROGATE
                && Character.getType(codePoint) != Character.LINE_SEPARATOR
                && Character.getType(codePoint) != Character.PARAGRAPH_SEPARATOR;
    }

    /** One line: {@code restaurant.yaml:12:11: endpoints.waiter.path: ws/waiter (expected: an absolute path)}. */
    @Override
    public String toString() {
        var text = new StringBuilder(file);
        if (line > 0) {
            text.append(':').append(line).append(':').append(column);
        }
        if (!path.isEmpty()) {
            text.append(": ").append(path);
        }
        return text.append(": ")
                .append(found)
                .append(" (expected: ")
                .append(expected)
                .append(')')
                .toString();
    }
}
