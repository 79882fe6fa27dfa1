package io.atalaya.demo;

import java.io.PrintStream;
import java.util.List;

/**
 * Where the demonstration is shown: redrawn in place on a terminal, line after line elsewhere. Confined to the thread
 * of the demonstration.
 */
public final class Terminal {
    private static final String ESCAPE = "\u001b[";

    private final PrintStream out;
    private final boolean live;
    private final boolean coloured;
    private final int width;
    private final int height;
    private int drawn;

    /**
     * @param live whether lines can be overwritten
     * @param coloured whether colours are wanted
     * @param width columns
     * @param height rows
     */
    public Terminal(PrintStream out, boolean live, boolean coloured, int width, int height) {
        this.out = out;
        this.live = live;
        this.coloured = coloured;
        this.width = width;
        this.height = height;
    }

    /** How a piece of text stands out. */
    enum Look {
        PLAIN(""),
        STRONG("1"),
        FAINT("2"),
        GOOD("32"),
        BAD("1;31"),
        WARM("33"),
        COOL("36");

        private final String code;

        Look(String code) {
            this.code = code;
        }
    }

    boolean live() {
        return live;
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /** An empty line, at most as wide as the terminal. */
    Line line() {
        return new Line();
    }

    /** Shows a frame in the place of the last one. */
    void draw(List<Line> frame) {
        var text = new StringBuilder();
        if (drawn > 0) {
            text.append(ESCAPE).append(drawn).append("A\r");
        }
        List<Line> fitting = frame.subList(0, Math.min(frame.size(), height - 1));
        fitting.forEach(line -> text.append(line).append(ESCAPE).append("K\n"));
        text.append(ESCAPE).append('J');
        drawn = fitting.size();
        out.print(text);
        out.flush();
    }

    /** Writes a line that stays. What was drawn before stays above it. */
    void print(Line line) {
        drawn = 0;
        out.println(line);
        out.flush();
    }

    void print(String text) {
        drawn = 0;
        out.println(text);
        out.flush();
    }

    /** A line under construction that is cut at the terminal's width. Confined like its terminal. */
    final class Line {
        private final StringBuilder text = new StringBuilder();
        private int columns;

        Line add(String words) {
            return add(words, Look.PLAIN);
        }

        Line add(String words, Look look) {
            int room = (live ? width - 1 : Integer.MAX_VALUE) - columns;
            int length = words.codePointCount(0, words.length());
            String fitting = length <= room ? words : cut(words, Math.max(0, room));
            columns += Math.min(length, Math.max(0, room));
            if (coloured && !look.code.isEmpty()) {
                text.append(ESCAPE)
                        .append(look.code)
                        .append('m')
                        .append(fitting)
                        .append(ESCAPE)
                        .append("0m");
            } else {
                text.append(fitting);
            }
            return this;
        }

        /** Fills with blanks up to a column, from 0. */
        Line to(int column) {
            int missing = column - columns;
            return missing > 0 ? add(" ".repeat(missing)) : this;
        }

        private static String cut(String words, int room) {
            return room == 0 ? "" : words.substring(0, words.offsetByCodePoints(0, room - 1)) + "…";
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
