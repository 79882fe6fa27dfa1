package io.atalaya.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Where the demonstration is shown: redrawn in place on a terminal, line after line elsewhere. Confined to the thread
 * of the demonstration.
 */
public final class Terminal {
    private static final String ESCAPE = "\u001b[";
    private static final int WIDTH = 100;
    private static final int HEIGHT = 40;
    private static final int LEAST_HEIGHT = 24;
    private static final long ASK_SECONDS = 2;

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

    /** Redrawing only on a terminal that can, colours there unless {@code NO_COLOR} is set (no-color.org). */
    public static Terminal open(PrintStream out, Map<String, String> environment) {
        boolean terminal = isTerminal();
        boolean capable = !"dumb".equals(environment.getOrDefault("TERM", "dumb"));
        boolean coloured = environment.getOrDefault("NO_COLOR", "").isEmpty();
        int[] size = terminal && capable ? ask() : new int[] {HEIGHT, WIDTH};
        return new Terminal(
                out, terminal && capable, terminal && capable && coloured, size[1], Math.max(LEAST_HEIGHT, size[0]));
    }

    /** Rows and columns. */
    private static int[] ask() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            boolean _ = stty.waitFor(ASK_SECONDS, TimeUnit.SECONDS);
            return parse(answer);
        } catch (IOException _) {
            return new int[] {HEIGHT, WIDTH};
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new int[] {HEIGHT, WIDTH};
        }
    }

    /** Reads the answer of {@code stty size}; anything unusable becomes a common size. */
    static int[] parse(String answer) {
        String[] parts = answer.strip().split(" ", -1);
        try {
            int rows = Integer.parseInt(parts[0]);
            int columns = Integer.parseInt(parts[parts.length - 1]);
            return rows > 0 && columns > 0 ? new int[] {rows, columns} : new int[] {HEIGHT, WIDTH};
        } catch (NumberFormatException _) {
            return new int[] {HEIGHT, WIDTH};
        }
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

    /** Whether somebody may be looking: a terminal on which lines can be overwritten. */
    public boolean live() {
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

    /** Writes a line that stays. What was drawn before stays above it. */
    public void print(String text) {
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

    @SuppressWarnings("SystemConsoleNull") // it is null again where the JDK has no terminal provider
    private static boolean isTerminal() {
        return System.console() != null && System.console().isTerminal();
    }
}
