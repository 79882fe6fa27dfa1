package io.atalaya.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class YamlReaderTest {
    private final Problems problems = new Problems();

    @Test
    void nodesKnowWhereTheyStand() {
        Node.Mapping top = read("a:\n  b: [x, 007]\n").orElseThrow();

        Node b = member(member(top, "a"), "b");

        assertThat(b)
                .isEqualTo(new Node.Sequence(
                        new Place("f", 2, 6, "a.b"),
                        List.of(
                                new Node.Text(new Place("f", 2, 7, "a.b[0]"), "x"),
                                new Node.Text(new Place("f", 2, 10, "a.b[1]"), "007"))));
    }

    @Test
    void nothingIsAnEmptyMapping() {
        assertThat(read("").orElseThrow().members()).isEmpty();
        assertThat(read("# only a comment\n").orElseThrow().members()).isEmpty();
        assertThat(problems.list()).isEmpty();
    }

    @Test
    void aValueLeftOutIsEmptyAndAQuotedNullIsAText() {
        Node.Mapping top = read("a:\nb:   # later\nc: null\nd: \"null\"\n").orElseThrow();

        assertThat(top.members().values())
                .extracting(Node.Member::value)
                .satisfiesExactly(
                        a -> assertThat(a).isInstanceOf(Node.Empty.class),
                        b -> assertThat(b).isInstanceOf(Node.Empty.class),
                        c -> assertThat(c).isInstanceOf(Node.Empty.class),
                        d -> assertThat(d).isInstanceOf(Node.Text.class));
    }

    @Test
    void aKeyGivenTwiceIsAProblemAndTheFirstCounts() {
        Node.Mapping top = read("a: 1\nb: 2\na: 3\n").orElseThrow();

        assertThat(member(top, "a").describe()).isEqualTo("1");
        assertThat(lines())
                .containsExactly("f:3:1: a: the key a second time (expected: once; it is on line 1 already)");
    }

    @Test
    void anchorsAndAliasesAreProblems() {
        read("a: &x [1]\nb: *x\n");

        assertThat(lines()).hasSize(2).allMatch(line -> line.contains("an anchor or alias"));
    }

    @Test
    void aSecondDocumentIsAProblem() {
        read("a: 1\n---\nb: 2\n");

        assertThat(lines()).singleElement().asString().contains("a second document");
    }

    @Test
    void aListAtTheTopIsAProblem() {
        assertThat(read("- a\n")).isEmpty();
        assertThat(lines()).singleElement().asString().contains("f:1:1: a list (expected: a mapping");
    }

    @Test
    void textThatIsNotYamlIsAProblemWithItsPlace() {
        assertThat(read("a: 1\nb: [1, 2\nc: 3\n")).isEmpty();
        assertThat(lines()).singleElement().asString().startsWith("f:3:");
    }

    @Test
    void deepNestingIsAProblem() {
        read("a: " + "[".repeat(200) + "]".repeat(200));

        assertThat(lines()).anyMatch(line -> line.contains("nested too deeply"));
    }

    @Test
    void foundTextsCannotForgeLinesOfAReport() {
        var problem = new Problem("f", 1, 2, "a", "x\ny\u001b[31m\u202e" + "z".repeat(500), "b");

        assertThat(problem.toString()).doesNotContain("\n", "\u001b", "\u202e").hasSizeLessThan(200);
    }

    @Test
    void suggestionsAreCloseOnes() {
        List<String> known = List.of("audiences", "authentication", "topics");

        assertThat(Suggestion.closest("audience", known)).contains("audiences");
        assertThat(Suggestion.closest("topcis", known)).contains("topics");
        assertThat(Suggestion.closest("members", known)).isEmpty();
    }

    @Test
    void filesThatCannotBeReadAreProblems(@TempDir Path directory) throws IOException {
        Path binary = Files.write(directory.resolve("b.yaml"), new byte[] {(byte) 0xFF, (byte) 0xFE, 0});
        Path huge = Files.write(directory.resolve("h.yaml"), new byte[YamlReader.MAX_BYTES + 1]);

        for (Path path : List.of(binary, huge, directory, directory.resolve("none.yaml"))) {
            assertThat(YamlReader.read(path, problems)).as(path.toString()).isEmpty();
        }

        assertThat(problems.list()).hasSize(4);
    }

    private Optional<Node.Mapping> read(String text) {
        return YamlReader.read("f", text, problems);
    }

    private static Node member(Node mapping, String key) {
        return Fields.of(mapping, new Problems()).optional(key).orElseThrow();
    }

    private List<String> lines() {
        return problems.list().stream().map(Problem::toString).toList();
    }
}
