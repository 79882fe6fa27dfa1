package io.atalaya.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The product stays within the size budget, and the budget notices what does not. */
final class SizeBudgetTest {
    @Test
    void theProductIsWithinTheBudget() {
        var files = SourceFile.below(Path.of("src/main/java"));

        assertThat(files).isNotEmpty();
        assertThat(SizeBudget.violations(files)).isEmpty();
    }

    @Test
    void aLongFileIsNoticed() {
        var longest = file("A", "// line\n".repeat(498));
        var tooLong = file("B", "// line\n".repeat(499));

        assertThat(SizeBudget.violations(List.of(tooLong, longest, file("C", ""))))
                .contains("p/B.java: lines: 501 (expected: at most 500)")
                .noneMatch(v -> v.startsWith("p/A.java"));
    }

    @Test
    void manyRatherLongFilesAreNoticed() {
        var files = Stream.concat(
                        IntStream.range(0, 8).mapToObj(i -> file("S" + i, "")),
                        IntStream.range(0, 2).mapToObj(i -> file("L" + i, "// line\n".repeat(400))))
                .toList();

        assertThat(SizeBudget.violations(files)).containsExactly("p90 of file lines: 402 (expected: at most 300)");
    }

    @Test
    void aLongMethodIsNoticedWhereverItIsDeclared() {
        var inner = file("A", "static class Inner {\nvoid m() {\n" + "f();\n".repeat(59) + "}\n}\n" + shortMethods(20));
        var lambda = file("B", "void n() {\nrun(() -> {\n" + "f();\n".repeat(57) + "});\n}\n" + shortMethods(20));
        var fits = file("C", "void o() {\n" + "f();\n".repeat(58) + "}\n" + shortMethods(20));

        assertThat(SizeBudget.violations(List.of(inner, lambda, fits)))
                .containsExactly(
                        "p/A.java: Inner.m: lines: 61 (expected: at most 60)",
                        "p/B.java: B.n: lines: 61 (expected: at most 60)");
    }

    @Test
    void manyRatherLongMethodsAreNoticed() {
        var body = IntStream.range(0, 3)
                .mapToObj(i -> "void l" + i + "() {\n" + "f();\n".repeat(19) + "}\n")
                .collect(Collectors.joining());

        assertThat(SizeBudget.violations(List.of(file("A", body + shortMethods(17)))))
                .containsExactly("p90 of method lines: 21 (expected: at most 20)");
    }

    @Test
    void aSeventhParameterIsNoticedExceptOnRecords() {
        var seven = "int a, int b, int c, int d, int e, int f, int g";
        var text = "void m(" + seven + ") {}\nA(" + seven + ") {}\nrecord R(" + seven + ") { R(" + seven + ") {} }\n";

        assertThat(SizeBudget.violations(List.of(file("A", text))))
                .containsExactly(
                        "p/A.java: A.m: parameters: 7 (expected: at most 6)",
                        "p/A.java: A.<init>: parameters: 7 (expected: at most 6)");
    }

    @Test
    void aSixteenthFileOfAPackageIsNoticed() {
        var files = IntStream.range(0, 16).mapToObj(i -> file("A" + i, "")).toList();
        var withInfo = Stream.concat(
                        files.stream().skip(1), Stream.of(SourceFile.parse("p/package-info.java", "package p;\n")))
                .toList();

        assertThat(SizeBudget.violations(files)).containsExactly("p/: files: 16 (expected: at most 15)");
        assertThat(SizeBudget.violations(withInfo)).isEmpty();
    }

    private static SourceFile file(String name, String body) {
        return SourceFile.parse("p/" + name + ".java", "class " + name + " {\n" + body + "}\n");
    }

    private static String shortMethods(int count) {
        return IntStream.range(0, count).mapToObj(i -> "void s" + i + "() {}\n").collect(Collectors.joining());
    }
}
