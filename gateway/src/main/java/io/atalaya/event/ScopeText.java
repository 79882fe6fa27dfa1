package io.atalaya.event;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** The scope of an event as a JSON object of texts, members in their order, and back. Stateless. */
public final class ScopeText {
    private ScopeText() {}

    public static String write(Map<String, String> scope) {
        if (scope.isEmpty()) {
            return "{}";
        }
        var out = new StringBuilder(32 * scope.size());
        char separator = '{';
        for (Map.Entry<String, String> member : inOrder(scope)) {
            quote(member.getKey(), out.append(separator));
            quote(member.getValue(), out.append(':'));
            separator = ',';
        }
        return out.append('}').toString();
    }

    private static Collection<Map.Entry<String, String>> inOrder(Map<String, String> scope) {
        if (scope.size() == 1) {
            return scope.entrySet();
        }
        var members = new ArrayList<>(scope.entrySet());
        members.sort(Map.Entry.comparingByKey());
        return members;
    }

    /** A text as JSON. */
    public static String quoted(String text) {
        var out = new StringBuilder(text.length() + 2);
        quote(text, out);
        return out.toString();
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        if (isPlain(text)) {
            out.append(text).append('"');
            return;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || Character.isSurrogate(c)) {
                out.append("\\u%04x".formatted((int) c));
            } else if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    /** Reads what {@link #quoted} wrote. */
    public static String unquoted(String text) {
        return new Reader(text).quoted();
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c == '"' || c == '\\' || Character.isSurrogate(c)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Reads what {@link #write} wrote, also when a database has put blanks between the members.
     *
     * @throws IllegalArgumentException when it is anything else
     */
    public static Map<String, String> read(String text) {
        var scope = new TreeMap<String, String>();
        var in = new Reader(text);
        in.expect('{');
        if (!in.next('}')) {
            do {
                String name = in.quoted();
                in.expect(':');
                scope.put(name, in.quoted());
            } while (in.next(','));
            in.expect('}');
        }
        return scope;
    }

    /** Confined to one call. */
    private static final class Reader {
        private final String text;
        private int position;

        Reader(String text) {
            this.text = text;
        }

        /** As {@link #at}, behind blanks. */
        boolean next(char wanted) {
            while (at(' ')) {
                // passed over
            }
            return at(wanted);
        }

        boolean at(char wanted) {
            if (position < text.length() && text.charAt(position) == wanted) {
                position++;
                return true;
            }
            return false;
        }

        void expect(char wanted) {
            if (!next(wanted)) {
                throw new IllegalArgumentException("scope: %s (expected: %s at %d)".formatted(text, wanted, position));
            }
        }

        String quoted() {
            expect('"');
            int end = text.indexOf('"', position);
            int escape = text.indexOf('\\', position);
            if (end >= 0 && (escape < 0 || escape > end)) {
                String plain = text.substring(position, end);
                position = end + 1;
                return plain;
            }
            var out = new StringBuilder();
            while (!at('"')) {
                out.append(next() == '\\' ? escaped() : text.charAt(position - 1));
            }
            return out.toString();
        }

        private char next() {
            if (position >= text.length()) {
                expect('"');
            }
            return text.charAt(position++);
        }

        private char escaped() {
            char c = next();
            if (c != 'u') {
                return switch (c) {
                    case 'n' -> '\n';
                    case 't' -> '\t';
                    case 'r' -> '\r';
                    case 'b' -> '\b';
                    case 'f' -> '\f';
                    default -> c;
                };
            }
            if (position + 4 > text.length()) {
                expect('u');
            }
            int code = Integer.parseInt(text, position, position + 4, 16);
            position += 4;
            return (char) code;
        }
    }
}
