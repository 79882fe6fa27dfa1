package io.atalaya.yaml;

import java.util.Collection;
import java.util.Optional;

/** Guesses which known word was meant by an unknown one. Pure functions. */
public final class Suggestion {
    private Suggestion() {}

    /** The known word closest to {@code word}, when at most a third of its letters, one to three, differ. */
    public static Optional<String> closest(String word, Collection<String> known) {
        return closest(word, known, Math.clamp(word.length() / 3, 1, 3));
    }

    /** The known word closest to {@code word} that is at most {@code most} edits away. */
    public static Optional<String> closest(String word, Collection<String> known, int most) {
        int best = most + 1;
        String closest = "";
        for (String candidate : known) {
            int distance = distance(word, candidate, best);
            if (distance < best) {
                best = distance;
                closest = candidate;
            }
        }
        return closest.isEmpty() ? Optional.empty() : Optional.of(closest);
    }

    /** {@code "one of a, b, c"} with the closest one first in the sentence, when there is a close one. */
    public static String oneOf(String word, Collection<String> known) {
        if (known.isEmpty()) {
            return "none is defined";
        }
        String all = "one of " + String.join(", ", known);
        return closest(word, known)
                .map(close -> "did you mean " + close + "? " + all)
                .orElse(all);
    }

    /** Edits (insert, delete, replace, swap of neighbours) between two words; {@code limit} when there are more. */
    private static int distance(String a, String b, int limit) {
        if (Math.abs(a.length() - b.length()) >= limit) {
            return limit;
        }
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                boolean same = a.charAt(i - 1) == b.charAt(j - 1);
                row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            int[] free = beforeLast;
            beforeLast = last;
            last = row;
            row = free;
        }
        return last[b.length()];
    }
}
