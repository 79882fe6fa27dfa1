package io.atalaya.architecture;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/** How big things may be; a reader can hold what stays below. Immutable. */
final class SizeBudget {
    static final int FILE_LINES = 500;
    static final int FILE_LINES_P90 = 300;
    static final int METHOD_LINES = 60;
    static final int METHOD_LINES_P90 = 20;
    static final int PARAMETERS = 6;
    static final int FILES_IN_A_PACKAGE = 15;

    private SizeBudget() {}

    /** Everything that is over the budget, each with what was found and what was expected. */
    static List<String> violations(List<SourceFile> files) {
        var violations = new ArrayList<String>();
        for (var file : files) {
            check(violations, file.name() + ": lines", file.lines(), FILE_LINES);
            for (var method : file.methods()) {
                var name = file.name() + ": " + method.name();
                check(violations, name + ": lines", method.lines(), METHOD_LINES);
                if (!method.ofRecord()) {
                    check(violations, name + ": parameters", method.parameters(), PARAMETERS);
                }
            }
        }
        var methods = files.stream().flatMap(f -> f.methods().stream()).toList();
        check(violations, "p90 of file lines", p90(files, SourceFile::lines), FILE_LINES_P90);
        check(violations, "p90 of method lines", p90(methods, SourceFile.Method::lines), METHOD_LINES_P90);
        filesByFolder(files)
                .forEach((folder, count) -> check(violations, folder + ": files", count, FILES_IN_A_PACKAGE));
        return violations;
    }

    private static Map<String, Integer> filesByFolder(List<SourceFile> files) {
        var counts = new TreeMap<String, Integer>();
        files.stream()
                .filter(f -> !f.name().endsWith("/package-info.java"))
                .forEach(f -> counts.merge(f.folder(), 1, Integer::sum));
        return counts;
    }

    private static <T> int p90(List<T> things, ToIntFunction<T> size) {
        var sizes = things.stream().mapToInt(size).sorted().toArray();
        return sizes.length == 0 ? 0 : sizes[Math.ceilDiv(sizes.length * 9, 10) - 1];
    }

    private static void check(List<String> violations, String what, int found, int most) {
        if (found > most) {
            violations.add("%s: %d (expected: at most %d)".formatted(what, found, most));
        }
    }
}
