package io.atalaya.ingest;

import io.atalaya.ingest.EventParser.Whitespace;
import io.atalaya.ingest.SubmitOutcome.EventProblem;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds where each event of a request begins and ends, in one pass and without copying. Confined to the thread that
 * splits, and used once; what it found is not modified afterwards.
 *
 * <p>It looks only at brackets, strings and commas: an element that is no JSON is still one element, and the parser
 * names what is wrong with it, so that one broken event does not hide the others.
 */
final class EventSplitter {
    private static final int FIRST_CAPACITY = 16;

    private final byte[] bytes;
    private final int max;
    private int[] bounds = new int[2];
    private int count;
    private int at;
    private @Nullable EventProblem problem;

    private EventSplitter(byte[] bytes, int max) {
        this.bytes = bytes;
        this.max = max;
    }

    /** @param max events to keep the bounds of; further ones are only counted */
    static EventSplitter split(byte[] bytes, Submission.Format format, int max) {
        var splitter = new EventSplitter(bytes, max);
        switch (format) {
            case JSON -> splitter.json();
            case NDJSON -> splitter.lines();
        }
        return splitter;
    }

    /** Events found, an incomplete last one included. */
    int count() {
        return count;
    }

    /** What breaks the request between its events, if anything; it belongs to the last event counted. */
    @Nullable
    EventProblem problem() {
        return problem;
    }

    int from(int index) {
        return bounds[2 * index];
    }

    int to(int index) {
        return bounds[2 * index + 1];
    }

    private void json() {
        at = Whitespace.skipForward(bytes, 0, bytes.length);
        if (at == bytes.length) {
            return;
        }
        if (bytes[at] != '[') {
            add(at, bytes.length);
            return;
        }
        at++;
        skipWhitespace();
        if (at < bytes.length && bytes[at] == ']') {
            at++;
        } else {
            elements();
        }
        skipWhitespace();
        if (problem == null && at < bytes.length) {
            breakOff(Math.max(0, count - 1), "the end of the request");
        }
    }

    private void elements() {
        while (true) {
            skipWhitespace();
            int from = at;
            at = afterElement(from);
            if (from == at) {
                breakOff(count, "an event");
                return;
            }
            add(from, at);
            skipWhitespace();
            if (at == bytes.length || (bytes[at] != ',' && bytes[at] != ']')) {
                breakOff(count - 1, "',' or ']' behind the event");
                return;
            }
            if (bytes[at++] == ']') {
                return;
            }
        }
    }

    /** The end of one element: balanced brackets, a string, or whatever stands before the next delimiter. */
    private int afterElement(int from) {
        int depth = 0;
        for (int i = from; i < bytes.length; i++) {
            switch (bytes[i]) {
                case '{', '[' -> depth++;
                case '}', ']' -> {
                    if (depth == 0) {
                        return i;
                    }
                    depth--;
                    if (depth == 0) {
                        return i + 1;
                    }
                }
                case '"' -> i = closingQuote(i);
                case ',', ' ', '\n', '\r', '\t' -> {
                    if (depth == 0) {
                        return i;
                    }
                }
                default -> {}
            }
        }
        return bytes.length;
    }

    /** The position of the quote that closes the string opened at {@code open}, or the end. */
    private int closingQuote(int open) {
        int i = open + 1;
        while (i < bytes.length && bytes[i] != '"') {
            i += bytes[i] == '\\' ? 2 : 1;
        }
        return i;
    }

    private void lines() {
        while (at < bytes.length) {
            int end = at;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            if (Whitespace.skipForward(bytes, at, end) < end) {
                add(at, end);
            }
            at = end + 1;
        }
    }

    private void skipWhitespace() {
        at = Whitespace.skipForward(bytes, at, bytes.length);
    }

    private void add(int from, int to) {
        if (count < max) {
            if (2 * count == bounds.length) {
                bounds = Arrays.copyOf(bounds, Math.max(FIRST_CAPACITY, 2 * bounds.length));
            }
            bounds[2 * count] = from;
            bounds[2 * count + 1] = to;
        }
        count++;
    }

    private void breakOff(int index, String expected) {
        String found = at >= bytes.length
                ? "the end of the request"
                : "'" + new String(bytes, at, 1, StandardCharsets.ISO_8859_1) + "' at byte " + at;
        problem = new EventProblem(index, "", found, expected);
    }
}
